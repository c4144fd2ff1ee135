package clixml

import (
	"fmt"
	"testing"
)

// outputs are objects that sessions typically put out.
func outputs(b *testing.B) map[string]Value {
	process := func(i int) Value {
		text := fmt.Sprintf("System.Diagnostics.Process (pwsh %d)", i)
		o := &Object{
			TypeNames: []string{"System.Diagnostics.Process", "System.ComponentModel.Component", "System.MarshalByRefObject", "System.Object"},
			ToString:  &text,
		}
		for j := range 20 {
			o.Adapted = append(o.Adapted, Property{fmt.Sprintf("Size%d", j), Int64(i * j << 20)})
		}
		o.Adapted = append(o.Adapted,
			Property{"Path", String("/usr/bin/pwsh")}, Property{"HasExited", Bool(false)},
			Property{"TotalProcessorTime", TimeSpan(1234567890)}, Property{"StartTime", DateTime{Ticks: unixEpoch, Kind: DateTimeLocal, Offset: 60}},
			Property{"StartInfo", nil}, Property{"CPU", Double(1.25 * float64(i))})
		o.Extended = Properties{{"PSComputerName", String("server01")}, {"RunspaceId", GUID{1}}, {"PSShowComputerName", Bool(true)}}
		return o
	}
	list := List{}
	for i := range 100 {
		list = append(list, process(i))
	}
	line := ""
	for range 100 {
		line += "a line of a log with <some> \"markup\" & a_x0041_ in it\r\n"
	}
	return map[string]Value{
		"object":  process(1),
		"objects": list,
		"string":  String("Mode                 LastWriteTime         Length Name"),
		"text":    String(line),
		"bytes":   ByteArray(make([]byte, 64<<10)),
		"numbers": &Object{TypeNames: typesArray, Base: func() (l List) {
			for i := range 1000 {
				l = append(l, Int32(i))
			}
			return l
		}()},
	}
}

func BenchmarkParse(b *testing.B) {
	for name, v := range outputs(b) {
		document, err := Append(nil, v)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(document)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Parse(document); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkAppend(b *testing.B) {
	for name, v := range outputs(b) {
		document, err := Append(nil, v)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(document)))
			b.ReportAllocs()
			for b.Loop() {
				if document, err = Append(document[:0], v); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkMarshal(b *testing.B) {
	value := sample()
	for b.Loop() {
		v, err := Marshal(&value)
		if err != nil {
			b.Fatal(err)
		}
		var again all
		if err := Unmarshal(v, &again); err != nil {
			b.Fatal(err)
		}
	}
}
