package xpress

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"strings"
)

// clixml returns size bytes as a shell's output stream carries them: PSRP
// fragments of PIPELINE_OUTPUT messages with process-like objects in CLIXML.
// It is the same for the same size.
func clixml(size int) []byte {
	r := rand.New(rand.NewPCG(1, 2))
	names := strings.Fields("svchost pwsh conhost explorer csrss lsass winlogon services dwm spoolsv")
	var out bytes.Buffer
	for id := 10; out.Len() < size; id++ {
		var obj strings.Builder
		fmt.Fprintf(&obj, `<Obj RefId="%d"><TNRef RefId="0" /><ToString>System.Diagnostics.Process (%s)</ToString><Props>`,
			id, names[r.IntN(len(names))])
		fmt.Fprintf(&obj, `<S N="Name">%s</S><I32 N="Id">%d</I32><I32 N="HandleCount">%d</I32>`,
			names[r.IntN(len(names))], r.IntN(32768), r.IntN(2000))
		fmt.Fprintf(&obj, `<I64 N="WorkingSet64">%d</I64><D N="CPU">%.6f</D><TS N="TotalProcessorTime">PT%d.%07dS</TS>`,
			r.IntN(1<<30), r.Float64()*1000, r.IntN(900), r.IntN(1e7))
		fmt.Fprintf(&obj, `<DT N="StartTime">2024-0%d-1%dT%02d:%02d:%02d.%07d+02:00</DT>`,
			1+r.IntN(9), r.IntN(10), r.IntN(24), r.IntN(60), r.IntN(60), r.IntN(1e7))
		fmt.Fprintf(&obj, `<S N="Path">C:\Windows\System32\%s.exe</S><B N="Responding">%t</B><Nil N="MainWindowTitle" />`,
			names[r.IntN(len(names))], r.IntN(2) == 0)
		obj.WriteString(`</Props></Obj>`)

		head := make([]byte, 21+40+3)
		binary.BigEndian.PutUint64(head, uint64(id)) // object id; fragment id 0
		head[16] = 3
		binary.BigEndian.PutUint32(head[17:], uint32(43+obj.Len()))
		head[21] = 1
		binary.LittleEndian.PutUint32(head[25:], 0x00041004)
		copy(head[61:], "\xef\xbb\xbf")
		out.Write(head)
		out.WriteString(obj.String())
	}
	return out.Bytes()[:size]
}

// randomBytes returns size bytes that do not compress.
func randomBytes(size int) []byte {
	b := make([]byte, size)
	r := rand.NewChaCha8([32]byte{1})
	_, _ = r.Read(b)
	return b
}

// words returns size bytes of text with few long matches.
func words(size int) []byte {
	r := rand.New(rand.NewPCG(3, 4))
	vocabulary := make([]string, 3000)
	for i := range vocabulary {
		w := make([]byte, 2+r.IntN(9))
		for j := range w {
			w[j] = "etaoinshrdlucmfwypvbgkjqxz"[min(r.IntN(26), r.IntN(26))]
		}
		vocabulary[i] = string(w)
	}
	var out bytes.Buffer
	for out.Len() < size {
		out.WriteString(vocabulary[int(r.ExpFloat64()*400)%len(vocabulary)])
		out.WriteByte(' ')
	}
	return out.Bytes()[:size]
}
