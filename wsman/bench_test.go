package wsman

import (
	"strings"
	"testing"
	"time"

	"github.com/beevik/etree"
	"github.com/stretchr/testify/require"
)

// captured headers of a typical client.
const benchHeaders = `<a:Action env:mustUnderstand="true">` + ActionReceive + `</a:Action>` +
	`<p:DataLocale env:mustUnderstand="false" xml:lang="en-US"/><w:Locale env:mustUnderstand="false" xml:lang="en-US"/>` +
	`<w:MaxEnvelopeSize env:mustUnderstand="true">512000</w:MaxEnvelopeSize><a:MessageID>` + testMessageID + `</a:MessageID>` +
	`<w:OperationTimeout>PT20S</w:OperationTimeout><a:ReplyTo><a:Address env:mustUnderstand="true">` + AddressAnonymous + `</a:Address></a:ReplyTo>` +
	`<w:ResourceURI env:mustUnderstand="true">http://schemas.microsoft.com/powershell/Microsoft.PowerShell</w:ResourceURI>` +
	`<p:SessionId env:mustUnderstand="false">uuid:A635D444-7E75-4E46-9A68-2FFF53AF45CA</p:SessionId><a:To>http://192.168.56.11:5985/wsman</a:To>` +
	`<w:OptionSet env:mustUnderstand="true"><w:Option Name="WSMAN_CMDSHELL_OPTION_KEEPALIVE">True</w:Option></w:OptionSet>` +
	`<w:SelectorSet><w:Selector Name="ShellId">4283CBDC-3706-415B-88BD-B385F3E51A53</w:Selector></w:SelectorSet>`

// benchReceive is a typical Receive.
func benchReceive() []byte {
	return []byte(envelope(benchHeaders, `<rsp:Receive><rsp:DesiredStream CommandId="4283CBDC-3706-415B-88BD-B385F3E51A53">stdout</rsp:DesiredStream></rsp:Receive>`))
}

// benchSend is a Send of 500 KB.
func benchSend() []byte {
	data := strings.Repeat("QUJDREVGR0hJSktMTU5P", 25000)
	return []byte(envelope(benchHeaders, `<rsp:Send><rsp:Stream Name="stdin" CommandId="4283CBDC-3706-415B-88BD-B385F3E51A53">`+data+`</rsp:Stream></rsp:Send>`))
}

func BenchmarkParseReceive(b *testing.B) {
	raw := benchReceive()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ParseRequest(raw, Limits{}); err != nil {
			b.Fatal(err)
		}
	}
}

// readSend parses a Send and finds its data.
func readSend(tb testing.TB, raw []byte) int {
	r, err := ParseRequest(raw, Limits{MaxEnvelopeSize: 1 << 20})
	if err != nil {
		tb.Fatal(err)
	}
	s := r.Body()
	for depth := range 2 {
		if ok, err := s.NextChild(depth); !ok || err != nil {
			tb.Fatal(ok, err)
		}
	}
	data, err := s.RawText()
	if err != nil {
		tb.Fatal(err)
	}
	return len(data)
}

// BenchmarkParseSend reads a Send of 500 KB to its data.
func BenchmarkParseSend(b *testing.B) {
	raw := benchSend()
	b.SetBytes(int64(len(raw)))
	b.ReportAllocs()
	for b.Loop() {
		readSend(b, raw)
	}
}

// BenchmarkParseSendRatio says how many times longer a tree takes for the same
// Send, both measured in this run.
func BenchmarkParseSendRatio(b *testing.B) {
	raw := benchSend()
	var own, tree time.Duration
	for b.Loop() {
		start := time.Now()
		n := readSend(b, raw)
		own += time.Since(start)

		start = time.Now()
		doc := etree.NewDocument()
		doc.ReadSettings.ValidateInput = true
		require.NoError(b, doc.ReadFromBytes(raw))
		text := doc.Root().ChildElements()[1].ChildElements()[0].ChildElements()[0].Text()
		tree += time.Since(start)
		if len(text) != n {
			b.Fatal("not the same data")
		}
	}
	b.ReportMetric(float64(tree)/float64(own), "etree/own")
	b.ReportMetric(float64(own.Nanoseconds())/float64(b.N), "own-ns/op")
	b.ReportMetric(float64(tree.Nanoseconds())/float64(b.N), "etree-ns/op")
}

func BenchmarkAppendEnvelope(b *testing.B) {
	req, err := ParseRequest(benchReceive(), Limits{})
	require.NoError(b, err)
	for _, size := range []int{0, 500 << 10} {
		b.Run(map[bool]string{true: "empty", false: "500KB"}[size == 0], func(b *testing.B) {
			body := RawBody(strings.Repeat("x", size))
			dst := make([]byte, 0, size+4096)
			b.SetBytes(int64(size))
			b.ReportAllocs()
			for b.Loop() {
				dst = (&Response{Body: body}).AppendEnvelope(dst[:0], req)
			}
		})
	}
}

func BenchmarkEnvelopeOverhead(b *testing.B) {
	req, err := ParseRequest(benchReceive(), Limits{})
	require.NoError(b, err)
	b.ReportAllocs()
	for b.Loop() {
		EnvelopeOverhead(req)
	}
}

func BenchmarkFaultTimedOut(b *testing.B) {
	req, err := ParseRequest(benchReceive(), Limits{})
	require.NoError(b, err)
	dst := make([]byte, 0, 4096)
	b.ReportAllocs()
	for b.Loop() {
		dst = NewFault(CodeOperationTimedOut, "").AppendEnvelope(dst[:0], req, "host")
	}
}
