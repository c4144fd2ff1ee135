package wsman

import (
	"bytes"
	"encoding/xml"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"
)

// addCaptures adds recorded envelopes to a corpus, where they are at hand.
func addCaptures(f *testing.F, pick func(exchange) string) {
	for _, name := range []string{"test_winrs_standard.yml", "test_psrp_disconnect_runspaces.yml", "test_winrs_bad_cmd_id.yml", "test_psrp_is_alive_invalid_selectors.yml"} {
		text, err := os.ReadFile(filepath.Join(captureDir, "pypsrp", name))
		if err != nil {
			continue
		}
		var file struct {
			Messages []exchange `yaml:"messages"`
		}
		require.NoError(f, yaml.Unmarshal(text, &file))
		for _, x := range file.Messages {
			f.Add([]byte(pick(x)))
		}
	}
}

// FuzzParseRequest: whatever is parsed can be answered with well-formed XML,
// and its body read both ways alike.
func FuzzParseRequest(f *testing.F) {
	addCaptures(f, func(x exchange) string { return x.Request })
	f.Add([]byte(envelope(required, "<x/>")))
	f.Add([]byte(envelope("", `<i:Identify xmlns:i="`+NamespaceWSManIdentity+`"/>`)))
	f.Add([]byte(envelope(required+selectors(3)+`<w:OptionSet><w:Option Name="a" MustComply="1"/></w:OptionSet>`, "")))
	f.Fuzz(func(t *testing.T, raw []byte) {
		r, err := ParseRequest(raw, Limits{})
		require.NotNil(t, r)
		var answer []byte
		var fault *Fault
		switch {
		case errors.As(err, &fault):
			answer = fault.AppendEnvelope(nil, r, "host")
			again, err := ParseFault(answer)
			require.NoError(t, err)
			require.ErrorIs(t, again, fault)
		default:
			require.NoError(t, err)
			answer = new(Response).AppendEnvelope(nil, r)
			checkBody(t, r)
		}
		var got struct {
			RelatesTo string `xml:"Header>RelatesTo"`
		}
		require.NoError(t, xml.Unmarshal(answer, &got))
		assert.Equal(t, r.Header.MessageID, got.RelatesTo)
	})
}

// checkBody reads the body as a tree and token by token.
func checkBody(t *testing.T, r *Request) {
	t.Helper()
	s := r.Body()
	ok, err := s.NextChild(0)
	require.NoError(t, err, "ParseRequest has seen the body")
	e, err := r.BodyElement()
	var fault *Fault
	if errors.As(err, &fault) && fault.WSMan.Code == CodeSchemaValidation {
		return // too many elements
	}
	require.NoError(t, err)
	require.Equal(t, ok, e != nil)
	if ok {
		require.True(t, IsElement(e, string(s.Space()), string(s.Local())))
	}
}

// FuzzParseFault: a fault that can be read can be written and read again.
func FuzzParseFault(f *testing.F) {
	addCaptures(f, func(x exchange) string { return x.Response })
	f.Add(NewFault(CodeOperationTimedOut, "").AppendEnvelope(nil, nil, "host"))
	f.Add(NewFault(CodeInvalidParameter, "").WithProvider("a", "b", "c").AppendEnvelope(nil, nil, "host"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		fault, err := ParseFault(raw)
		if err != nil {
			require.Nil(t, fault)
			return
		}
		again, err := ParseFault(fault.AppendEnvelope(nil, nil, ""))
		require.NoError(t, err)
		assert.Equal(t, fault.WSMan.Code, again.WSMan.Code)
		assert.Equal(t, fault.Reason, again.Reason)
		assert.Equal(t, fault.Message(), again.Message())
	})
}

// FuzzParseDuration: a duration that can be read is the same after writing.
func FuzzParseDuration(f *testing.F) {
	for _, s := range []string{"PT20S", "P1Y2M3DT4H5M6.7S", "-PT1S", "PT-1S", "PT9223372036.854775807S"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		d, err := ParseDuration(text)
		if err != nil {
			return
		}
		require.NotEmpty(t, text)
		assert.Equal(t, text[0] == '-' && d != 0, d < 0)
		if d >= 0 {
			again, err := ParseDuration(FormatSeconds(d))
			require.NoError(t, err)
			assert.Equal(t, d.Truncate(time.Millisecond), again)
			again, err = ParseDuration(FormatRunTime(d))
			require.NoError(t, err)
			assert.Equal(t, d.Truncate(time.Second), again)
		}
	})
}

// FuzzDecodeBody: what was UTF-16 is the same after encoding it again.
func FuzzDecodeBody(f *testing.F) {
	f.Add("UTF-16", []byte("\xff\xfe<\x00a\x00/\x00>\x00"))
	f.Add("UTF-8", []byte("\xef\xbb\xbf<a/>"))
	f.Add("UTF-16", []byte("\xff\xfe\x3d\xd8\x00\xde"))
	f.Fuzz(func(t *testing.T, charset string, body []byte) {
		text, c, err := DecodeBody(MediaType+";charset="+charset, body)
		if err != nil || c != UTF16 {
			return
		}
		encoded := EncodeBody(UTF16, text)
		again, c, err := DecodeBody(MediaType, encoded)
		require.NoError(t, err)
		assert.Equal(t, UTF16, c)
		assert.Equal(t, text, again)
		if bytes.HasPrefix(body, bomUTF16LE) {
			assert.Equal(t, body, encoded)
		}
	})
}
