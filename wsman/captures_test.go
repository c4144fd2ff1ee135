package wsman

import (
	"encoding/xml"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"
)

// exchange is one recorded request and its answer.
type exchange struct {
	Request  string `yaml:"request"`
	Response string `yaml:"response"`
}

// captureDir holds the recorded traffic of real Windows servers.
const captureDir = "../../shared/captures"

// captures reads the exchanges of every recorded file, by file name.
func captures(t *testing.T) map[string][]exchange {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(captureDir, "pypsrp", "*.yml"))
	require.NoError(t, err)
	if len(names) == 0 {
		if os.Getenv("CI") == "true" {
			t.Fatalf("no captures in %s", captureDir)
		}
		t.Skipf("no captures in %s", captureDir)
	}
	all := make(map[string][]exchange)
	for _, name := range names {
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		var file struct {
			Messages []exchange `yaml:"messages"`
		}
		require.NoError(t, yaml.Unmarshal(text, &file), name)
		all[filepath.Base(name)] = file.Messages
	}
	return all
}

// standardHeader is the headers as encoding/xml reads them.
type standardHeader struct {
	Action    string `xml:"Header>Action"`
	To        string `xml:"Header>To"`
	MessageID string `xml:"Header>MessageID"`
	ReplyTo   string `xml:"Header>ReplyTo>Address"`
	Resource  string `xml:"Header>ResourceURI"`
	Size      string `xml:"Header>MaxEnvelopeSize"`
	Timeout   string `xml:"Header>OperationTimeout"`
	SessionID string `xml:"Header>SessionId"`
	Locale    struct {
		Lang string `xml:"lang,attr"`
	} `xml:"Header>Locale"`
	DataLocale struct {
		Lang string `xml:"lang,attr"`
	} `xml:"Header>DataLocale"`
	Selectors []standardItem `xml:"Header>SelectorSet>Selector"`
	Options   []standardItem `xml:"Header>OptionSet>Option"`
	Body      struct {
		First []struct {
			XMLName xml.Name
		} `xml:",any"`
	} `xml:"Body"`
}

// standardItem is a selector or option as encoding/xml reads it.
type standardItem struct {
	Name       string `xml:"Name,attr"`
	MustComply string `xml:"MustComply,attr"`
	Value      string `xml:",chardata"`
}

// TestCapturedRequests parses every recorded request and compares the result
// with what another parser finds in it.
func TestCapturedRequests(t *testing.T) {
	const limit = 10 << 20 // above every size asked for
	actions := make(map[string]int)
	for file, exchanges := range captures(t) {
		for i, x := range exchanges {
			id := file + " " + strconv.Itoa(i)
			r, err := ParseRequest([]byte(x.Request), Limits{MaxEnvelopeSize: limit})
			want := standardHeader{}
			require.NoError(t, xml.Unmarshal([]byte(x.Request), &want), id)
			assert.Equal(t, want.MessageID, r.Header.MessageID, id)
			if want.Timeout == "PT-1S" {
				assert.ErrorIs(t, err, CodeInvalidHeader, id)
				continue
			}
			require.NoError(t, err, id)
			actions[r.Header.Action]++
			compareHeader(t, id, want, &r.Header)
			compareBody(t, id, want, r)
		}
	}
	for _, a := range []string{
		ActionCreate, ActionGet, ActionDelete, ActionEnumerate, ActionCommand, ActionSend,
		ActionReceive, ActionSignal, ActionDisconnect, ActionReconnect, ActionConnect,
	} {
		assert.Positive(t, actions[a], "no request with action %s", a)
		delete(actions, a)
	}
	assert.Empty(t, actions, "actions that are not known")
}

// compareHeader compares a Header with what encoding/xml found.
func compareHeader(t *testing.T, id string, want standardHeader, got *Header) {
	t.Helper()
	assert.Equal(t, want.Action, got.Action, id)
	assert.Equal(t, want.To, got.To, id)
	assert.Equal(t, want.ReplyTo, got.ReplyTo, id)
	assert.Equal(t, want.Resource, got.ResourceURI, id)
	assert.Equal(t, want.SessionID, got.SessionID, id)
	assert.Equal(t, want.Locale.Lang, got.Locale, id)
	assert.Equal(t, want.DataLocale.Lang, got.DataLocale, id)
	assert.Equal(t, want.Size, strconv.Itoa(got.MaxEnvelopeSize), id)
	assert.Equal(t, want.Timeout, "PT"+strconv.Itoa(int(got.OperationTimeout.Seconds()))+"S", id)
	assert.Len(t, got.Selectors, len(want.Selectors), id)
	for _, s := range want.Selectors {
		v, ok := got.Selector(strings.ToUpper(s.Name))
		assert.True(t, ok, id)
		assert.Equal(t, s.Value, v, id)
	}
	assert.Len(t, got.Options, len(want.Options), id)
	for _, o := range want.Options {
		v, ok := got.Option(strings.ToLower(o.Name))
		assert.True(t, ok, id)
		assert.Equal(t, Option{o.Name, o.Value, o.MustComply == "true"}, v, id)
	}
	resource := strings.ToLower(got.ResourceURI)
	_, powershell := PowerShellConfiguration(got.ResourceURI)
	assert.True(t, powershell || resource == strings.ToLower(ResourceCmd) || resource == ResourceShell ||
		resource == strings.ToLower(ResourceCommand) || resource == ResourceConfig, "%s: resource %s", id, resource)
}

// compareBody reads the body as a tree and token by token.
func compareBody(t *testing.T, id string, want standardHeader, r *Request) {
	t.Helper()
	e, err := r.BodyElement()
	require.NoError(t, err, id)
	s := r.Body()
	ok, err := s.NextChild(0)
	require.NoError(t, err, id)
	if len(want.Body.First) == 0 {
		assert.Nil(t, e, id)
		assert.False(t, ok, id)
		return
	}
	first := want.Body.First[0].XMLName
	require.NotNil(t, e, id)
	assert.True(t, IsElement(e, first.Space, first.Local), "%s: tree %s", id, e.Tag)
	assert.True(t, ok && s.Is(first.Space, first.Local), "%s: tokens %s", id, s.Local())
}

// TestCapturedFaults parses every recorded fault, and makes the same again
// from its number alone.
func TestCapturedFaults(t *testing.T) {
	faults := capturedFaults(t)
	require.GreaterOrEqual(t, len(faults), 9)
	for id, text := range faults {
		t.Run(id, func(t *testing.T) {
			f, err := ParseFault(text)
			require.NoError(t, err)
			assert.NotZero(t, f.WSMan.Code)
			assert.NotEmpty(t, f.Message())
			assert.NotEmpty(t, f.Reason)

			made := NewFault(f.WSMan.Code, "")
			assert.Equal(t, f.Code, made.Code)
			assert.Equal(t, f.Subcode, made.Subcode)
			assert.Equal(t, f.Detail, made.Detail)
			// One file was indented by its collectors.
			assert.Equal(t, strings.Fields(f.Reason), strings.Fields(made.Reason))
			require.ErrorIs(t, f, made)

			var windows struct {
				Action string `xml:"Header>Action"`
			}
			require.NoError(t, xml.Unmarshal(text, &windows))
			assert.Equal(t, windows.Action, made.Action())

			again, err := ParseFault(f.AppendEnvelope(nil, nil, "other"))
			require.NoError(t, err)
			assert.Equal(t, withMachine(f, "other"), again, "rendered and parsed again")
		})
	}
}

// withMachine returns f as it is read again when rendered with a name for the
// machine.
func withMachine(f *Fault, machine string) *Fault {
	c := *f
	for w := &c.WSMan; w != nil; {
		if w.Machine == "" {
			w.Machine = machine
		}
		if w.Provider == nil {
			break
		}
		w = w.Provider.Nested
	}
	return &c
}

// capturedFaults returns the recorded answers that are faults.
func capturedFaults(t *testing.T) map[string][]byte {
	t.Helper()
	faults := make(map[string][]byte)
	for file, exchanges := range captures(t) {
		for i, x := range exchanges {
			_, err := ParseFault([]byte(x.Response))
			if x.Response != "" && !errors.Is(err, ErrNoFault) {
				faults[file+" "+strconv.Itoa(i)] = []byte(x.Response)
			}
		}
	}
	others, err := filepath.Glob(filepath.Join(captureDir, "others", "*", "*.xml"))
	require.NoError(t, err)
	for _, name := range others {
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		if strings.Contains(string(text), ":Fault>") {
			faults[filepath.Base(name)] = text
		}
	}
	return faults
}
