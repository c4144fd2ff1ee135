package configresource

import (
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/beevik/etree"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/configuration"
	"github.com/winrmd/winrmd/configuration/pluginxml"
	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/enumeration"
)

// pluginWorld is a Plugins with the session configurations of a new state
// directory.
type pluginWorld struct {
	t         *testing.T
	directory string
	store     *configuration.Store
	contexts  *enumeration.Contexts
	log       *strings.Builder
}

func newPluginWorld(t *testing.T) *pluginWorld {
	t.Helper()
	w := &pluginWorld{t: t, directory: t.TempDir(), log: &strings.Builder{}}
	var err error
	w.store, err = configuration.Open(w.directory, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	w.contexts = enumeration.New(enumeration.Config{Timeout: func() time.Duration { return time.Minute }})
	return w
}

// serve serves an envelope.
func (w *pluginWorld) serve(raw []byte, who wsman.Principal) *reply {
	w.t.Helper()
	r, err := wsman.ParseRequest(raw, wsman.Limits{})
	require.NoError(w.t, err, "%s", raw)
	r.Principal = who
	mux := &wsman.Mux{}
	NewPlugins(w.store, w.contexts, slog.New(slog.NewTextHandler(w.log, nil))).Route(mux)
	response, err := mux.ServeWSMan(w.t.Context(), r)
	got := &reply{t: w.t}
	if err != nil {
		got.fault = wsman.AsFault(err)
		got.envelope = got.fault.AppendEnvelope(nil, r, "server")
	} else {
		got.envelope = response.AppendEnvelope(nil, r)
	}
	doc := etree.NewDocument()
	doc.ReadSettings.ValidateInput = true
	require.NoError(w.t, doc.ReadFromBytes(got.envelope), "%s", got.envelope)
	got.body = wsman.FindChild(doc.Root(), wsman.NamespaceSOAP, "Body")
	return got
}

// ask serves a request on one plug-in; name "" is one without a selector.
func (w *pluginWorld) ask(action, name, body string) *reply {
	w.t.Helper()
	return w.serve(pluginEnvelope(action, name, body), root)
}

// pluginEnvelope is a request.
func pluginEnvelope(action, name, body string) []byte {
	selectors := ""
	if name != "" {
		selectors = `<w:SelectorSet><w:Selector Name="Name">` + name + `</w:Selector></w:SelectorSet>`
	}
	return []byte(`<s:Envelope xmlns:s="` + wsman.NamespaceSOAP + `" xmlns:a="` + wsman.NamespaceAddressing + `" xmlns:w="` + wsman.NamespaceWSMan +
		`" xmlns:n="` + wsman.NamespaceEnumeration + `"><s:Header><a:Action>` + action + `</a:Action><a:MessageID>uuid:1</a:MessageID>` +
		`<a:To>http://server:5985/wsman</a:To><a:ReplyTo><a:Address>` + wsman.AddressAnonymous + `</a:Address></a:ReplyTo><w:ResourceURI>` +
		wsman.ResourceConfigPlugin + `</w:ResourceURI>` + selectors + `</s:Header><s:Body>` + body + `</s:Body></s:Envelope>`)
}

// session is a configuration as the store has it.
func (w *pluginWorld) session(name string) configuration.Session {
	w.t.Helper()
	s, ok := w.store.Session(name)
	require.True(w.t, ok, name)
	return s
}

// register makes one as edit says, and returns it.
func (w *pluginWorld) register(name string, edit func(*configuration.Session)) configuration.Session {
	w.t.Helper()
	s := configuration.NewSession(name)
	if edit != nil {
		edit(&s)
	}
	require.NoError(w.t, w.store.Register(s))
	return w.session(name)
}

// xmlOf is the XML of a session configuration, as edit says.
func xmlOf(t *testing.T, name string, edit func(*configuration.Session)) string {
	t.Helper()
	s := configuration.NewSession(name)
	if edit != nil {
		edit(&s)
	}
	text, err := pluginxml.Export(s)
	require.NoError(t, err)
	return string(text)
}
