package clixml

import (
	"errors"
	"testing"
	"unicode/utf8"
)

// seeds gives a fuzz target documents of every sort.
func seeds(f *testing.F) {
	for _, p := range primitives {
		f.Add([]byte(p.document))
	}
	for seed := range uint64(20) {
		b, err := Append(nil, generate(seed, generatorOptions{}))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Add([]byte(`<Obj RefId="0"><LST><Ref RefId="0"/><!-- c --><S><![CDATA[<]]></S></LST></Obj>`))
}

// checkAgain writes what was read, which must read back as the same.
func checkAgain(t *testing.T, v Value) {
	b, err := Append(nil, v)
	if err != nil {
		var limit *LimitError
		var out *RangeError
		if !errors.As(err, &limit) && !errors.As(err, &out) {
			t.Fatal(err)
		}
		return
	}
	again, err := Parse(b)
	if err != nil {
		t.Fatalf("%v in %s", err, b)
	}
	if d := difference(v, again); d != "" {
		t.Fatalf("%s in %s", d, b)
	}
	if text := Text(v); len(text) > maxText+100 {
		t.Fatalf("a text of %d bytes", len(text))
	}
}

func FuzzParse(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		v, err := Parse(data)
		var where *Error
		switch {
		case err == nil:
			checkAgain(t, v)
		case !errors.As(err, &where):
			t.Fatalf("%T: %v", err, err)
		case where.Offset < 0 || where.Offset > len(data):
			t.Fatalf("offset %d of %d", where.Offset, len(data))
		}
		v, err = Limits{MaxSize: len(data)/2 + 1, MaxDepth: 5, MaxElements: 20}.Parse(data)
		if err == nil || v != nil {
			_ = Text(v)
		}
		// The records take any value.
		_, _ = ReadErrorRecord(v)
		_, _ = ReadInformationRecord(v)
		_, _ = ReadInformationalRecord(v)
		_, _ = ReadProgressRecord(v)
	})
}

func FuzzEntries(f *testing.F) {
	f.Add([]byte("#< CLIXML\r\n<Objs Version=\"1.1.0.1\" xmlns=\"http://schemas.microsoft.com/powershell/2004/04\"><S S=\"Error\">a</S></Objs>"))
	f.Add([]byte("\xff\xfe<\x00O\x00"))
	f.Add([]byte(`<p:Objs Version="1.2" xmlns:p="http://schemas.microsoft.com/powershell/2004/04"><p:Obj><p:New><p:S/></p:New></p:Obj></p:Objs>`))
	f.Fuzz(func(t *testing.T, data []byte) {
		for e, err := range Entries(data) {
			var where *Error
			if err != nil && !errors.As(err, &where) {
				t.Fatalf("%T: %v", err, err)
			}
			if err == nil {
				checkAgain(t, e.Value)
			}
		}
	})
}

func FuzzString(f *testing.F) {
	for _, s := range []string{"", "_x0041_", "😀\xed\xa0\xbd", "<&>\"\r\n\x00\ufffe", "\xff_X"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		b, err := Append(nil, String(s))
		if err != nil || !utf8.Valid(b) {
			t.Fatalf("%q: %v", b, err)
		}
		v, err := Parse(b)
		if err != nil {
			t.Fatal(err)
		}
		// What is no WTF-8 becomes U+FFFD, and halves join.
		want := stringOfUnits(utf16Units(s))
		if v != String(want) {
			t.Fatalf("%q for %q: %s", v, s, b)
		}
		p, err := Append(nil, &Object{Extended: Properties{{s, nil}}})
		if err != nil {
			t.Fatal(err)
		}
		o, err := Parse(p)
		if err != nil || o.(*Object).Extended[0].Name != want {
			t.Fatalf("%v: %q in %s", err, s, p)
		}
	})
}

func FuzzNumbers(f *testing.F) {
	for _, s := range []string{"1.50", "-79228162514264337593543950335", "2020-01-01T00:00:00.1234567+01:00", "-P1DT2H3M4.5S", "1.2.3.4", "792e5b37-4505-47ef-b7d2-8711bb7affa8", "1E-05"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		check := func(v Value, err error) {
			if err == nil {
				checkAgain(t, v)
			}
		}
		check(parsed(ParseDecimal(s)))
		check(parsed(ParseDateTime(s)))
		check(parsed(ParseTimeSpan(s)))
		check(parsed(ParseVersion(s)))
		check(parsed(ParseGUID(s)))
		for _, size := range [2]int{32, 64} {
			if v, err := parseFloat(s, size); err == nil && size == 64 {
				checkAgain(t, Double(v))
			} else if err == nil {
				checkAgain(t, Single(v))
			}
		}
	})
}

// fuzzTarget has fields of all kinds.
type fuzzTarget struct {
	A string
	B int16
	C []string
	D map[string]any
	E *fuzzTarget
	F float32
	G []fuzzTarget
	H bool
	I uint8
	J Value
	K map[string]fuzzTarget
}

func FuzzUnmarshal(f *testing.F) {
	seeds(f)
	f.Add([]byte(`<Obj RefId="0"><MS><S N="A">a</S><Ref N="E" RefId="0"/><I32 N="B">1</I32><Obj N="G" RefId="1"><LST><Ref RefId="0"/></LST></Obj></MS></Obj>`))
	f.Fuzz(func(t *testing.T, data []byte) {
		v, err := Limits{MaxElements: 200}.Parse(data)
		if err != nil {
			return
		}
		var target fuzzTarget
		err = Unmarshal(v, &target)
		var conversion *ConversionError
		if err != nil && !errors.As(err, &conversion) {
			t.Fatalf("%T: %v", err, err)
		}
		if err == nil {
			_, _ = Marshal(&target)
		}
	})
}
