package psrp

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// object puts properties into a control message's document.
func object(properties string) string {
	return `<Obj RefId="0"><MS>` + properties + `</MS></Obj>`
}

func TestRunspacePoolLimits(t *testing.T) {
	const both = `<I32 N="MinRunspaces">1</I32><I32 N="MaxRunspaces">5</I32>`
	tests := map[string]struct {
		xml string
		min int
		max int
		ok  bool
	}{
		"usual":             {object(both), 1, 5, true},
		"byte order mark":   {"\xEF\xBB\xBF" + object(both), 1, 5, true},
		"other order":       {object(`<I32 N="MaxRunspaces">5</I32><I32 N="MinRunspaces">1</I32>`), 1, 5, true},
		"white space":       {" <Obj>\r\n <MS > <I32 N='MinRunspaces' > 1 </I32>\n<I32 X=\"\" N='MaxRunspaces'>\t5\n</I32></MS></Obj>", 1, 5, true},
		"exchanged":         {object(`<I32 N="MinRunspaces">5</I32><I32 N="MaxRunspaces">1</I32>`), 5, 1, true},
		"declaration":       {`<?xml version="1.0" encoding="utf-8"?><!-- c -->` + object(both), 1, 5, true},
		"prefix":            {`<p:Obj xmlns:p="u"><p:MS><p:I32 N="MinRunspaces">1</p:I32><p:I32 N="MaxRunspaces">5</p:I32></p:MS></p:Obj>`, 1, 5, true},
		"character data":    {object(`<I32 N="MinRunspaces"><![CDATA[1]]></I32><I32 N="MaxRunspaces">&#53;</I32>`), 1, 5, true},
		"rubbish after":     {`<Obj><MS>` + both + `<<<`, 1, 5, true},
		"others around":     {object(`<Obj N="HostInfo"><MS><I32 N="MinRunspaces">7</I32></MS></Obj>` + both), 1, 5, true},
		"empty string":      {"<S />", 0, 0, false},
		"string in it":      {object("<S></S>"), 0, 0, false},
		"nothing":           {"", 0, 0, false},
		"byte order only":   {"\xEF\xBB\xBF", 0, 0, false},
		"elsewhere":         {`<Obj><Props>` + both + `</Props></Obj>`, 0, 0, false},
		"deeper":            {object(`<Obj N="x"><MS>` + both + `</MS></Obj>`), 0, 0, false},
		"comments in value": {object(`<I32 N="MinRunspaces">1<!--x-->2</I32><I32 N="MaxRunspaces">13</I32>`), 12, 13, true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			minimum, maximum, ok, err := RunspacePoolLimits([]byte(tt.xml))
			require.NoError(t, err)
			assert.Equal(t, tt.min, minimum)
			assert.Equal(t, tt.max, maximum)
			assert.Equal(t, tt.ok, ok)
		})
	}
}

func TestControlErrors(t *testing.T) {
	read := map[string]func([]byte) error{
		"limits": func(b []byte) error {
			_, _, ok, err := RunspacePoolLimits(b)
			if err == nil && !ok {
				return &MessageError{}
			}
			return err
		},
		"min max":      func(b []byte) error { _, err := ParseMinMaxRequest(b); return err },
		"availability": func(b []byte) error { _, err := ParseAvailability(b); return err },
		"state":        func(b []byte) error { _, err := ParseState(b); return err },
		"capability":   func(b []byte) error { _, err := ParseCapability(b); return err },
		"call id": func(b []byte) error {
			if _, ok := CallID(b); !ok {
				return &MessageError{}
			}
			return nil
		},
	}
	tests := map[string]string{
		"empty":            "",
		"no XML":           "rubbish",
		"no properties":    object(""),
		"cut off":          `<Obj RefId="0"><MS><I32 N="MinRunspaces">1`,
		"not balanced":     `<Obj><MS></Obj></MS>`,
		"too many ends":    `</Obj>`,
		"document type":    `<!DOCTYPE a [<!ENTITY b "1">]>` + object(""),
		"unknown entity":   object(`<I32 N="MinRunspaces">&b;</I32>`),
		"too deep":         strings.Repeat("<Obj>", 101) + strings.Repeat("</Obj>", 101),
		"too large":        object("<S>"+strings.Repeat("x", maxControlSize)+"</S>") + "",
		"other encoding":   `<?xml version="1.0" encoding="utf-16"?>` + object(""),
		"bad UTF-8":        object("<S>\xff</S>"),
		"no numbers":       object(`<I32 N="MinRunspaces">x</I32><I32 N="RunspaceState">x</I32><I64 N="ci">x</I64><I32 N="SetMinMaxRunspacesResponse"></I32>`),
		"numbers too big":  object(`<I32 N="MinRunspaces">2147483648</I32><I32 N="PipelineState">2147483648</I32><I64 N="ci">9223372036854775808</I64>`),
		"not of that type": object(`<I64 N="MinRunspaces">1</I64><I64 N="RunspaceState">2</I64><S N="ci">1</S><S N="protocolversion">2.3</S>`),
		"objects":          object(`<I32 N="MinRunspaces"><A/>1</I32><I32 N="RunspaceState"><A/>2</I32><I64 N="ci"><A/>1</I64><Version N="protocolversion"><A/></Version>`),
		"long value":       object(`<I32 N="MinRunspaces">` + strings.Repeat("0", 300) + `1</I32><I32 N="RunspaceState">` + strings.Repeat(" ", 300) + `2</I32><I64 N="ci">` + strings.Repeat(" ", 300) + `2</I64>`),
		"half":             object(`<I32 N="MinRunspaces">1</I32>`),
	}
	for name, text := range tests {
		for what, f := range read {
			t.Run(name+", "+what, func(t *testing.T) {
				var me *MessageError
				assert.ErrorAs(t, f([]byte(text)), &me)
			})
		}
	}
}

func TestProperties(t *testing.T) {
	all := object(`<S N="a">x</S>between<Obj N="b"><MS><S N="c">y</S></MS></Obj><I32>1</I32>`+"\n") + "after"
	var got []property
	for p := range values(t, properties([]byte(all))) {
		got = append(got, p)
	}
	assert.Equal(t, []property{{name: "a", kind: "S", text: "x"}, {kind: "I32", text: "1"}}, got, "each once")
}

// TestControlDocumentType: everything that is looked for is there, but after a
// document type.
func TestControlDocumentType(t *testing.T) {
	const state = `<I32 N="RunspaceState">2</I32>`
	_, err := ParseState([]byte(object(state)))
	require.NoError(t, err)
	_, err = ParseState([]byte(`<!DOCTYPE Obj>` + object(state)))
	assert.Error(t, err)
}

func TestParseMinMaxRequest(t *testing.T) {
	got, err := ParseMinMaxRequest([]byte(object(`<I32 N="MaxRunspaces">4</I32><I64 N="CI">7</I64>`)))
	require.NoError(t, err)
	assert.Equal(t, MinMaxRequest{Max: true, Value: 4, CallID: 7}, got)
	got, err = ParseMinMaxRequest([]byte(object(`<I64 N="ci">8</I64><I32 N="MinRunspaces">-1</I32>`)))
	require.NoError(t, err)
	assert.Equal(t, MinMaxRequest{Value: -1, CallID: 8}, got)
	_, err = ParseMinMaxRequest([]byte(object(`<I64 N="ci">8</I64>`)))
	assert.Error(t, err)
}

func TestParseAvailability(t *testing.T) {
	tests := map[string]struct {
		answer string
		want   Availability
	}{
		"carried out": {`<B N="SetMinMaxRunspacesResponse">true</B>`, Availability{CallID: 3, Count: -1, Done: true}},
		"refused":     {`<B N="SetMinMaxRunspacesResponse">false</B>`, Availability{CallID: 3, Count: -1}},
		"count":       {`<I32 N="SetMinMaxRunspacesResponse">0</I32>`, Availability{CallID: 3}},
		"long count":  {`<I64 N="SetMinMaxRunspacesResponse">5</I64>`, Availability{CallID: 3, Count: 5}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := ParseAvailability([]byte(object(tt.answer + `<I64 N="ci">3</I64>`)))
			require.NoError(t, err)
			assert.Equal(t, tt.want, got)
		})
	}
	for _, bad := range []string{`<I64 N="ci">3</I64>`, `<B N="SetMinMaxRunspacesResponse">true</B>`,
		`<B N="SetMinMaxRunspacesResponse">maybe</B><I64 N="ci">3</I64>`,
		`<S N="SetMinMaxRunspacesResponse">1</S><I64 N="ci">3</I64>`} {
		_, err := ParseAvailability([]byte(object(bad)))
		assert.Error(t, err, bad)
	}
}

func TestCallID(t *testing.T) {
	id, ok := CallID([]byte(object(`<I64 N="ci">-100</I64>`)))
	assert.True(t, ok)
	assert.Equal(t, int64(NoAnswer), id)
	// The first fragment of a long host call ends anywhere.
	id, ok = CallID([]byte(`<Obj RefId="0"><MS><I64 N="ci">12</I64><Obj N="mi" Ref`))
	assert.True(t, ok)
	assert.Equal(t, int64(12), id)
	_, ok = CallID([]byte(`<Obj RefId="0"><MS><I64 N="ci">12`))
	assert.False(t, ok)
}

func TestParseCapability(t *testing.T) {
	got, err := ParseCapability([]byte(object(`<Version N="protocolversion">2.3</Version><Version N="PSVersion"> 2.0 </Version>` +
		`<Version N="SerializationVersion">1.1.0.1</Version><BA N="TimeZone">AAEAAAD/////AQ==</BA>`)))
	require.NoError(t, err)
	assert.Equal(t, Capability{ProtocolVersion: "2.3", PSVersion: "2.0", SerializationVersion: "1.1.0.1"}, got)
	got, err = ParseCapability([]byte(object(`<Version N="protocolversion">2.1</Version>`)))
	require.NoError(t, err)
	assert.Equal(t, Capability{ProtocolVersion: "2.1"}, got)
}

func TestStateMessages(t *testing.T) {
	pool, pipeline := GUID{1}, GUID{2}
	const reason = "the engine ended: a<b & \"c\"_x000A_\n\x00\u0085\U0001F600\xff"
	const escaped = `the engine ended: a&lt;b &amp; "c"_x005F_x000A__x000A__x0000__x0085__xD83D__xDE00_` + "\uFFFD"
	tests := map[string]struct {
		made  []byte
		want  MessageHeader
		state int
		id    string
	}{
		"pool": {RunspacePoolStateMessage(pool, RunspacePoolBroken, reason),
			MessageHeader{DestinationClient, MessageRunspacePoolState, pool, GUID{}}, 5, "PSSessionStateBroken"},
		"failed pipeline": {PipelineStateMessage(pool, pipeline, PSInvocationFailed, reason),
			MessageHeader{DestinationClient, MessagePipelineState, pool, pipeline}, 5, "PSSessionStateBroken"},
		"stopped pipeline": {PipelineStateMessage(pool, pipeline, PSInvocationStopped, reason),
			MessageHeader{DestinationClient, MessagePipelineState, pool, pipeline}, 3, "PipelineStopped"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			m, err := ParseMessage(tt.made)
			require.NoError(t, err)
			assert.Equal(t, tt.want, m.MessageHeader)
			state, err := ParseState(m.Data)
			require.NoError(t, err)
			assert.Equal(t, tt.state, state)
			text := string(m.Data)
			assert.True(t, strings.HasPrefix(text, "\xEF\xBB\xBF<Obj "))
			assert.Equal(t, 3, strings.Count(text, escaped))
			assert.Contains(t, text, `<S N="FullyQualifiedErrorId">`+tt.id+`</S>`)
			wellFormed(t, text[3:])
		})
	}
	m, err := ParseMessage(EndOfPipelineInput(pool, pipeline))
	require.NoError(t, err)
	assert.Equal(t, MessageHeader{DestinationServer, MessageEndOfPipelineInput, pool, pipeline}, m.MessageHeader)
	assert.Empty(t, m.Data)
}

// wellFormed reads text to its end.
func wellFormed(t *testing.T, text string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(text))
	for {
		if _, err := d.Token(); err != nil {
			require.True(t, errors.Is(err, io.EOF), "%v in %s", err, text)
			return
		}
	}
}

func FuzzControl(f *testing.F) {
	for _, s := range []string{
		object(`<I32 N="MinRunspaces">1</I32><I32 N="MaxRunspaces">5</I32><I64 N="ci">-100</I64>`),
		object(`<B N="SetMinMaxRunspacesResponse">true</B><I64 N="CI">1</I64>`),
		object(`<Version N="protocolversion">2.3</Version><I32 N="PipelineState">4</I32>`),
		"\xEF\xBB\xBF<S />", "<!DOCTYPE a>", "<Obj><MS></Obj>", "</", strings.Repeat("<a>", 200),
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var me *MessageError
		check := func(err error) {
			if err != nil && !errors.As(err, &me) {
				t.Fatalf("bad error %v", err)
			}
		}
		_, _, _, err := RunspacePoolLimits(b)
		check(err)
		_, err = ParseMinMaxRequest(b)
		check(err)
		_, err = ParseAvailability(b)
		check(err)
		state, err := ParseState(b)
		check(err)
		if err == nil && int(int32(state)) != state {
			t.Fatalf("state %d does not fit an I32", state)
		}
		c, err := ParseCapability(b)
		check(err)
		if err == nil && (c.ProtocolVersion == "" || len(c.ProtocolVersion) > maxPropertyText) {
			t.Fatal("a version that cannot be")
		}
		CallID(b)
	})
}

func FuzzServerMessages(f *testing.F) {
	f.Add("broken <&>_x000A_\x00")
	f.Add("\uFFFE\U0010FFFF_X")
	f.Fuzz(func(t *testing.T, reason string) {
		m, err := ParseMessage(RunspacePoolStateMessage(GUID{}, RunspacePoolBroken, reason))
		require.NoError(t, err)
		wellFormed(t, string(m.Data[3:]))
	})
}
