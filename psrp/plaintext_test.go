package psrp

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestReadPlainText(t *testing.T) {
	const record = `<Obj RefId="0"><TN RefId="0"><T>System.Management.Automation.WarningRecord</T></TN><ToString>%</ToString>` +
		`<MS><S N="InformationalRecord_Message">%</S><B N="InformationalRecord_SerializeInvocationInfo">false</B></MS></Obj>`
	for name, test := range map[string]struct {
		kind MessageType
		data string
		want PlainText
	}{
		"string":        {MessagePipelineOutput, `<S>a &amp; b_x000A_c_x005F_x000A_</S>`, PlainText{"output", "a & b\nc_x000A_"}},
		"number":        {MessagePipelineOutput, "\xEF\xBB\xBF<I32>42</I32>", PlainText{"output", "42"}},
		"character":     {MessagePipelineOutput, `<C>233</C>`, PlainText{"output", "é"}},
		"null":          {MessagePipelineOutput, `<Nil />`, PlainText{"output", "$null"}},
		"nothing":       {MessagePipelineOutput, ``, PlainText{"output", "$null"}},
		"no warning":    {MessageWarningRecord, ``, PlainText{"warning", ""}},
		"secure string": {MessagePipelineOutput, `<SS>AAAA</SS>`, PlainText{"output", "System.Security.SecureString"}},
		"object": {
			MessagePipelineOutput,
			`<Obj RefId="0"><TN RefId="0"><T>A.B</T></TN><ToString>what it says</ToString><Props><S N="a">x</S></Props></Obj>`,
			PlainText{"output", "what it says"},
		},
		"string with properties": {
			MessagePipelineOutput, `<Obj RefId="0"><S>the text</S><MS><S N="a">x</S></MS></Obj>`, PlainText{"output", "the text"},
		},
		"custom object": {
			MessagePipelineOutput,
			`<Obj RefId="0"><TN RefId="0"><T>PSCustomObject</T></TN><MS><I32 N="a">1</I32><Nil N="b" /><Ref N="c" RefId="0" /></MS></Obj>`,
			PlainText{"output", "@{a=1; b=$null; c=…}"},
		},
		"dictionary": {
			MessagePipelineOutput,
			`<Obj RefId="0"><TN RefId="0"><T>Hashtable</T></TN><DCT><En><S N="Key">a</S><I32 N="Value">1</I32></En>` +
				`<En><S N="Key">b</S><Obj N="Value" RefId="1"><LST><S>x</S><S>y</S></LST></Obj></En></DCT></Obj>`,
			PlainText{"output", "@{a=1; b={x, y}}"},
		},
		"object that says nothing": {
			MessagePipelineOutput, `<Obj RefId="0"><TN RefId="0"><T>A.B</T><T>A</T></TN></Obj>`, PlainText{"output", "[A.B]"},
		},
		"object of an unknown type": {MessagePipelineOutput, `<Obj RefId="0"><TNRef RefId="3" /></Obj>`, PlainText{"output", "…"}},
		"warning":                   {MessageWarningRecord, strings.ReplaceAll(record, "%", "mind"), PlainText{"warning", "mind"}},
		"verbose":                   {MessageVerboseRecord, strings.ReplaceAll(record, "%", "v"), PlainText{"verbose", "v"}},
		"debug":                     {MessageDebugRecord, `<Obj RefId="0"><ToString>d</ToString></Obj>`, PlainText{"debug", "d"}},
		"information": {
			MessageInformationRecord,
			`<Obj RefId="0"><ToString></ToString><Props><Obj N="MessageData" RefId="1"><ToString>said</ToString></Obj></Props></Obj>`,
			PlainText{"information", "said"},
		},
		"progress": {
			MessageProgressRecord,
			`<Obj RefId="0"><MS><S N="Activity">copy</S><I32 N="ActivityId">0</I32><S N="StatusDescription">half</S>` +
				`<Nil N="CurrentOperation" /><I32 N="PercentComplete">50</I32><Obj N="Type" RefId="1"><ToString>Completed</ToString></Obj></MS></Obj>`,
			PlainText{"progress", "copy: half 50% (completed)"},
		},
		"progress without end": {
			MessageProgressRecord,
			`<Obj RefId="0"><MS><S N="Activity">copy</S><I32 N="PercentComplete">-1</I32></MS></Obj>`, PlainText{"progress", "copy"},
		},
		"error": {
			MessageErrorRecord,
			`<Obj RefId="0"><ToString>t</ToString><MS><Obj N="Exception" RefId="1"><ToString>E: m</ToString><Props><S N="Message">m</S>` +
				`</Props></Obj><Nil N="ErrorDetails_Message" /></MS></Obj>`,
			PlainText{"error", "m"},
		},
		"error with details": {
			MessageErrorRecord, `<Obj RefId="0"><MS><S N="ErrorDetails_Message">details</S></MS></Obj>`, PlainText{"error", "details"},
		},
		"host call": {
			MessagePipelineHostCall,
			`<Obj RefId="0"><MS><I64 N="ci">-100</I64><Obj N="mi" RefId="1"><ToString>WriteLine3</ToString><I32>18</I32></Obj>` +
				`<Obj N="mp" RefId="2"><LST><I32>7</I32><S>said</S></LST></Obj></MS></Obj>`,
			PlainText{"host call", "WriteLine3 said"},
		},
		"event": {
			MessageUserEvent, `<Obj RefId="0"><MS><S N="PSEventArgs.SourceIdentifier">mine</S></MS></Obj>`, PlainText{"event", "mine"},
		},
		"session": {MessageEncryptedSessionKey, `secret`, PlainText{"session", "ENCRYPTED_SESSION_KEY"}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := ReadPlainText(Message{MessageHeader: MessageHeader{Type: test.kind}, Data: []byte(test.data)})
			require.NoError(t, err)
			assert.Equal(t, test.want, got)
		})
	}
}

// TestReadPlainTextOfStates reads what this package makes.
func TestReadPlainTextOfStates(t *testing.T) {
	for _, test := range []struct {
		message []byte
		want    string
	}{
		{RunspacePoolStateMessage(GUID{}, RunspacePoolOpened, ""), "Opened"},
		{PipelineStateMessage(GUID{}, GUID{}, PSInvocationStopped, "a\x1b & <b>"), "Stopped: a\x1b & <b>"},
		{PipelineStateMessage(GUID{}, GUID{}, 99, ""), "PSInvocationState(99)"},
	} {
		m, err := ParseMessage(test.message)
		require.NoError(t, err)
		got, err := ReadPlainText(m)
		require.NoError(t, err)
		assert.Equal(t, PlainText{"state", test.want}, got)
	}
}

func TestReadPlainTextIsStrict(t *testing.T) {
	deep := strings.Repeat("<Obj>", maxControlDepth+1)
	for _, data := range []string{
		"text", "<S>", "<S></I32>", "</S>", "<S>a</S><S>b</S>", "<S>a</S>b", "<S>&unknown;</S>", "<S>\x1b</S>", "<S>\xff</S>",
		`<!DOCTYPE a [<!ENTITY b "c">]><S>&b;</S>`, deep,
	} {
		_, err := ReadPlainText(Message{MessageHeader: MessageHeader{Type: MessagePipelineOutput}, Data: []byte(data)})
		var message *MessageError
		assert.ErrorAs(t, err, &message, "%.40s", data)
	}
}

// TestReadPlainTextIsBounded: of what is too large the beginning is shown.
func TestReadPlainTextIsBounded(t *testing.T) {
	output := MessageHeader{Type: MessagePipelineOutput}
	for _, unit := range []string{"a", "é", "&amp;", "\U0001F600"} {
		for shift := range len(unit) {
			data := "<S>" + strings.Repeat("-", shift) + strings.Repeat(unit, maxPlainSize/len(unit)+3) + "</S>"
			got, err := ReadPlainText(Message{MessageHeader: output, Data: []byte(data)})
			require.NoError(t, err)
			assert.True(t, strings.HasSuffix(got.Text, strings.ReplaceAll(unit, "&amp;", "&")+more))
			assert.False(t, strings.Contains(got.Text, "\uFFFD"))
		}
	}
	many := `<Obj><ToString>first</ToString><LST>` + strings.Repeat("<Nil/>", maxPlainNodes) + `</LST></Obj>`
	got, err := ReadPlainText(Message{MessageHeader: output, Data: []byte(many)})
	require.NoError(t, err)
	assert.Equal(t, "first", got.Text)
}

// TestReadPlainTextOfCaptures reads everything that Windows' own server said.
func TestReadPlainTextOfCaptures(t *testing.T) {
	kinds := map[string]int{}
	for _, m := range capturedMessages(t) {
		if m.Destination != DestinationClient {
			continue
		}
		p, err := ReadPlainText(m)
		require.NoError(t, err, "%s", m.Data)
		kinds[p.Kind]++
		if p.Kind != "progress" && p.Kind != "output" {
			assert.NotEmpty(t, p.Text, "%v %s", m.Type, m.Data)
		}
		if p.Kind != "output" {
			assert.NotContains(t, p.Text, "@{", p.Kind) // what is looked for is there
		}
	}
	for _, kind := range []string{"output", "error", "warning", "verbose", "state", "host call", "session", "progress"} {
		assert.NotZero(t, kinds[kind], kind)
	}
}

func TestDecodeText(t *testing.T) {
	for s, want := range map[string]string{
		"": "", "_": "_", "a_b": "a_b", "_x0041_": "A", "_X0041_b": "Ab", "__x0041_": "_A", "_x004_": "_x004_", "_x00G1_": "_x00G1_",
		"_x005F_x0041_": "_x0041_", "_xD83D__xDE00_": "\U0001F600", "_xD83D_": "\uFFFD", "_xDE00__xD83D_": "\uFFFD\uFFFD",
		"_xD83D__x0041_": "\uFFFDA", "_x+041_": "_x+041_",
	} {
		assert.Equal(t, want, decodeText(s), s)
	}
	for _, s := range []string{"_x0041_", "a\r\n\tb\x1b\u0085", "\U0001F600_x", "_x_x_"} {
		assert.Equal(t, s, decodeText(string(appendText(nil, s))))
	}
}

func FuzzReadPlainText(f *testing.F) {
	for _, m := range capturedMessages(f) {
		if m.Destination == DestinationClient && len(m.Data) < 4096 {
			f.Add(uint32(m.Type), m.Data)
		}
	}
	f.Add(uint32(MessagePipelineOutput), []byte("<Obj><DCT><En><S>_x0041_</S></En></DCT></Obj>"))
	f.Fuzz(func(t *testing.T, kind uint32, data []byte) {
		before := bytes.Clone(data)
		p, err := ReadPlainText(Message{MessageHeader: MessageHeader{Type: MessageType(kind)}, Data: data})
		assert.Equal(t, before, data)
		assert.NotEmpty(t, p.Kind)
		assert.True(t, utf8.ValidString(p.Text))
		assert.LessOrEqual(t, len(p.Text), 4*len(data)+100)
		if err != nil {
			var message *MessageError
			require.ErrorAs(t, err, &message)
			assert.Empty(t, p.Text)
		}
	})
}

// capturedMessages are the messages of all captures, put together.
func capturedMessages(t testing.TB) []Message {
	t.Helper()
	type stream struct {
		file, shell, command, stream string
		toServer                     bool
	}
	streams := map[stream]*Defragmenter{}
	var all []Message
	for _, p := range capturedPieces(t) {
		key := stream{p.file, p.shell, p.command, p.stream, p.toServer}
		if streams[key] == nil || p.opens {
			streams[key] = &Defragmenter{}
		}
		for f, err := range FragmentsText(p.text) {
			require.NoError(t, err)
			m, complete, err := streams[key].AddText(f)
			require.NoError(t, err)
			if complete {
				all = append(all, m)
			}
		}
	}
	return all
}
