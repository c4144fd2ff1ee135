package configresource

import (
	"crypto/x509"
	"errors"
	"log/slog"
	"net/netip"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/beevik/etree"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/configuration"
	"github.com/winrmd/winrmd/configuration/certmapping"
	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/enumeration"
)

// Who asks.
var (
	ann  = wsman.Principal{User: "ann", Scheme: "Basic"}
	root = wsman.Principal{User: "root", Scheme: "Basic", Groups: []string{wsman.GroupAdministrators}}
)

// fixed are settings that do not change.
type fixed configuration.Service

// Service implements Settings.
func (f fixed) Service() configuration.Service { return configuration.Service(f) }

// ChangeService implements Settings.
func (f fixed) ChangeService(func(*configuration.Service) error) (configuration.Service, error) {
	return f.Service(), errors.New("they do not change")
}

// memoryListeners are listeners that open nothing.
type memoryListeners struct {
	settings    Settings
	certificate *x509.Certificate
	fixed       string // of both
	fail        error  // of the next Apply
	applied     int
}

// Listener implements Listeners.
func (m *memoryListeners) Listener(t Transport) Listener {
	at := m.settings.Service().Listener
	l := Listener{Address: at.HTTP, Fixed: m.fixed}
	if t == HTTPS {
		l.Address = at.HTTPS
	}
	l.Bound, _ = netip.ParseAddrPort(strings.Replace(l.Address, "localhost", "127.0.0.1", 1))
	return l
}

// Apply implements Listeners.
func (m *memoryListeners) Apply() error {
	m.applied++
	err := m.fail
	m.fail = nil
	return err
}

// Certificate implements Listeners.
func (m *memoryListeners) Certificate() (*x509.Certificate, error) {
	if m.certificate == nil {
		return nil, errors.New("there is none")
	}
	return m.certificate, nil
}

// world is a Resource with the settings of a new state directory.
type world struct {
	t         *testing.T
	directory string
	settings  Settings
	listeners *memoryListeners
	mappings  *certmapping.File
	log       *strings.Builder
	contexts  *enumeration.Contexts
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, directory: t.TempDir(), log: &strings.Builder{}}
	store, err := configuration.Open(w.directory, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	w.settings = store
	w.mappings = certmapping.Open(filepath.Join(w.directory, "certmapping.toml"))
	w.listeners = &memoryListeners{settings: store}
	w.contexts = enumeration.New(enumeration.Config{Timeout: func() time.Duration { return time.Minute }})
	return w
}

// ask is a request.
type ask struct {
	action, resource, body string
	selectors              []wsman.Selector
	who                    wsman.Principal // root where there is none
}

// envelope is the request as it comes.
func (a ask) envelope() []byte {
	var b strings.Builder
	b.WriteString(`<s:Envelope xmlns:s="` + wsman.NamespaceSOAP + `" xmlns:a="` + wsman.NamespaceAddressing + `" xmlns:w="` + wsman.NamespaceWSMan +
		`" xmlns:n="` + wsman.NamespaceEnumeration + `"><s:Header><a:Action>` + a.action + `</a:Action><a:MessageID>uuid:1</a:MessageID>` +
		`<a:To>http://server:5985/wsman</a:To><a:ReplyTo><a:Address>` + wsman.AddressAnonymous + `</a:Address></a:ReplyTo><w:ResourceURI>` + a.resource + `</w:ResourceURI>`)
	if len(a.selectors) > 0 {
		b.WriteString(`<w:SelectorSet>`)
		for _, s := range a.selectors {
			b.WriteString(`<w:Selector Name="` + s.Name + `">` + s.Value + `</w:Selector>`)
		}
		b.WriteString(`</w:SelectorSet>`)
	}
	b.WriteString(`</s:Header><s:Body>` + a.body + `</s:Body></s:Envelope>`)
	return []byte(b.String())
}

// serve serves a request.
func (w *world) serve(a ask) *reply {
	w.t.Helper()
	r, err := wsman.ParseRequest(a.envelope(), wsman.Limits{})
	require.NoError(w.t, err, "%s", a.envelope())
	r.Principal = a.who
	if a.who.User == "" {
		r.Principal = root
	}
	mux := &wsman.Mux{}
	New(Config{
		Settings: w.settings, Enumerations: w.contexts, Listeners: w.listeners, Mappings: w.mappings, Machine: "server",
		Log: slog.New(slog.NewTextHandler(w.log, nil)),
	}).Route(mux)
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
	require.NoError(w.t, doc.ReadFromBytes(got.envelope))
	got.body = wsman.FindChild(doc.Root(), wsman.NamespaceSOAP, "Body")
	return got
}

// reply is an answer.
type reply struct {
	t        *testing.T
	fault    *wsman.Fault
	envelope []byte
	body     *etree.Element
}

// first is the first element of the body of an answer that is no fault.
func (r *reply) first() *etree.Element {
	r.t.Helper()
	require.Nil(r.t, r.fault)
	require.NotEmpty(r.t, r.body.ChildElements())
	return r.body.ChildElements()[0]
}

// refused checks that the answer is a fault with a code and a message that has
// all parts.
func (r *reply) refused(code wsman.FaultCode, parts ...string) {
	r.t.Helper()
	require.NotNil(r.t, r.fault, "%s", r.envelope)
	require.ErrorIs(r.t, r.fault, code)
	for _, part := range parts {
		assert.Contains(r.t, r.fault.Message(), part)
	}
}
