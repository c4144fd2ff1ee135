package shellhost

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/shell"
	"github.com/winrmd/winrmd/shell/shelltest"
	"github.com/winrmd/winrmd/wsman"
)

const uriTest = wsman.ResourcePowerShellPrefix + "Test"

// commandA is the CommandId of most tests.
const commandA = "D4B7F2C4-1111-4AAA-8BBB-0123456789AB"

// Who asks.
var (
	ann  = wsman.Principal{User: `HOST\ann`, Scheme: "Basic", Source: netip.MustParseAddr("192.0.2.1")}
	bob  = wsman.Principal{User: `HOST\bob`, Scheme: "Basic", Source: netip.MustParseAddr("192.0.2.2")}
	root = wsman.Principal{User: `HOST\root`, Scheme: "Basic", Groups: []string{wsman.GroupAdministrators}}
)

// patience is how long is waited for what must come.
const patience = 20 * time.Second

// newID makes a GUID as clients and Windows write it. Each test has its own
// shells, because processes are found by their ShellIds.
func newID() string { return strings.ToUpper(uuid.NewString()) }

// shortDirectory is a temporary directory whose path leaves room for a socket.
func shortDirectory(t testing.TB) string {
	t.Helper()
	directory, err := os.MkdirTemp("", "sh")
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, os.RemoveAll(directory)) })
	return directory
}

// eventually polls until a condition is true.
func eventually(t testing.TB, what string, condition func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !condition(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(end) {
			require.FailNow(t, "it has not come to that", what)
		}
	}
}

// within returns what comes on a channel, in time.
func within[T any](t testing.TB, what string, c <-chan T) T {
	t.Helper()
	select {
	case v := <-c:
		return v
	case <-time.After(patience):
		require.FailNow(t, "it has not come to that", what)
		panic("not reached")
	}
}

// ask is a request to be written.
type ask struct {
	action   string
	resource string // default: uriTest
	shell    string // the selector
	body     string

	id      string // MessageID; default: a new one
	session string // default: one for all
	size    int    // MaxEnvelopeSize
	timeout time.Duration
	who     wsman.Principal // default: ann
	charset wsman.Charset
}

// request makes the Request that a daemon would have made.
func (a ask) request(t testing.TB) *wsman.Request {
	t.Helper()
	if a.timeout == 0 {
		a.timeout = patience
	}
	var b strings.Builder
	element := func(name, value string) {
		if value != "" {
			fmt.Fprintf(&b, "<%s>%s</%[1]s>", name, value)
		}
	}
	b.WriteString(`<e:Envelope xmlns:e="` + wsman.NamespaceSOAP + `" xmlns:a="` + wsman.NamespaceAddressing +
		`" xmlns:w="` + wsman.NamespaceWSMan + `" xmlns:p="` + wsman.NamespaceWSManMS +
		`" xmlns:n="` + wsman.NamespaceEnumeration + `" xmlns:r="` + wsman.NamespaceShell + `"><e:Header>` +
		`<a:To>http://server:5985/wsman</a:To><a:ReplyTo><a:Address>` + wsman.AddressAnonymous + `</a:Address></a:ReplyTo>`)
	element("a:Action", a.action)
	element("a:MessageID", or(a.id, "uuid:"+newID()))
	element("w:ResourceURI", or(a.resource, uriTest))
	element("p:SessionId", or(a.session, "uuid:11111111-1111-4111-8111-111111111111"))
	if a.size != 0 {
		element("w:MaxEnvelopeSize", fmt.Sprint(a.size))
	}
	element("w:OperationTimeout", fmt.Sprintf("PT%.3fS", a.timeout.Seconds()))
	if a.shell != "" {
		element("w:SelectorSet", `<w:Selector Name="ShellId">`+a.shell+`</w:Selector>`)
	}
	b.WriteString("</e:Header><e:Body>" + a.body + "</e:Body></e:Envelope>")
	r, err := wsman.ParseRequest([]byte(b.String()), wsman.Limits{MaxEnvelopeSize: 10 << 20})
	require.NoError(t, err)
	r.Charset, r.Principal = a.charset, a.who
	if a.who.User == "" {
		r.Principal = ann
	}
	r.Deadline = time.Now().Add(a.timeout)
	return r
}

func or(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

// The requests.

func createAsk(shellID string) ask {
	attribute := ""
	if shellID != "" {
		attribute = ` ShellId="` + shellID + `"`
	}
	return ask{action: wsman.ActionCreate, body: `<r:Shell` + attribute + `><r:InputStreams>stdin</r:InputStreams>` +
		`<r:OutputStreams>stdout</r:OutputStreams></r:Shell>`}
}

func commandAsk(shellID, commandID, line string) ask {
	return ask{action: wsman.ActionCommand, shell: shellID, body: `<r:CommandLine CommandId="` + commandID +
		`"><r:Command>` + line + `</r:Command></r:CommandLine>`}
}

func sendAsk(shellID, commandID, content string) ask {
	return ask{action: wsman.ActionSend, shell: shellID, body: `<r:Send><r:Stream Name="stdin"` +
		commandAttribute(commandID) + `>` + content + `</r:Stream></r:Send>`}
}

func receiveAsk(shellID, commandID string) ask {
	return ask{action: wsman.ActionReceive, shell: shellID, body: `<r:Receive><r:DesiredStream` +
		commandAttribute(commandID) + `>stdout</r:DesiredStream></r:Receive>`}
}

func signalAsk(shellID, commandID string) ask {
	return ask{action: wsman.ActionSignal, shell: shellID, body: `<r:Signal` + commandAttribute(commandID) +
		`><r:Code>` + wsman.NamespaceShell + `/signal/terminate</r:Code></r:Signal>`}
}

func simpleAsk(action, shellID string) ask { return ask{action: action, shell: shellID} }

func disconnectAsk(shellID string) ask {
	return ask{action: wsman.ActionDisconnect, shell: shellID, body: `<r:Disconnect></r:Disconnect>`}
}

func reconnectAsk(shellID string) ask {
	return ask{action: wsman.ActionReconnect, shell: shellID, body: `<r:Reconnect></r:Reconnect>`}
}

func connectAsk(shellID string) ask {
	return ask{action: wsman.ActionConnect, shell: shellID, body: `<r:Connect></r:Connect>`}
}

func commandAttribute(id string) string {
	if id == "" {
		return ""
	}
	return ` CommandId="` + id + `"`
}

// configuration is that of the shells of tests, without a plug-in.
func configuration() *shell.Configuration {
	return &shell.Configuration{
		Name:        "Test",
		Traits:      shell.Traits{ShellStreams: []string{"stdout"}, CommandStreams: []string{"stdout"}},
		IdleTimeout: time.Hour, MaxIdleTimeout: 24 * time.Hour, BufferSize: 1 << 20, SpoolSize: 1 << 20,
	}
}

// hostWorld is a Host in this process, behind its socket.
type hostWorld struct {
	t         testing.TB
	id        string
	directory string // of the host
	plugin    *shelltest.Plugin
	host      *Host
	log       *logBuffer
	stop      context.CancelFunc
	ran       <-chan error
	remote    *remote
	reports   chan error // what became of answers, as the host heard it
}

// newHost runs a host and attaches to it.
func newHost(t testing.TB, change ...func(*HostConfig)) *hostWorld {
	t.Helper()
	w := &hostWorld{t: t, id: newID(), plugin: &shelltest.Plugin{PID: os.Getpid()}, log: &logBuffer{}}
	w.directory = filepath.Join(shortDirectory(t), w.id)
	require.NoError(t, os.Mkdir(w.directory, 0o700))
	config := HostConfig{
		Start: Start{
			ShellID: w.id, Directory: w.directory, User: ann.User, Configuration: configuration(), Machine: "machine",
		},
		Plugin: w.plugin, Release: "v1", Log: slog.New(slog.NewTextHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	for _, f := range change {
		f(&config)
	}
	w.host = NewHost(config)
	w.reports = make(chan error, 1000)
	inner := w.host.handler
	w.host.handler = wsman.HandlerFunc(func(ctx context.Context, r *wsman.Request) (*wsman.Response, error) {
		answer, err := inner.ServeWSMan(ctx, r)
		if err == nil && answer.Written != nil {
			written := answer.Written
			answer.Written = func(err error) {
				written(err)
				select {
				case w.reports <- err:
				default:
				}
			}
		}
		return answer, err
	})
	ctx, cancel := context.WithCancel(context.Background())
	ready, ran := make(chan struct{}), make(chan error, 1)
	go func() {
		ran <- w.host.Run(ctx, func() error { close(ready); return nil })
		close(ran)
	}()
	w.stop, w.ran = cancel, ran
	t.Cleanup(func() {
		cancel()
		<-ran
	})
	select {
	case <-ready:
	case err := <-ran:
		require.FailNow(t, "the host does not run", "%v", err)
	}
	var err error
	w.remote, err = attach(w.id, w.socket(), nil)
	require.NoError(t, err)
	t.Cleanup(w.remote.letGo)
	return w
}

// newShell is newHost with a shell in it.
func newShell(t testing.TB, change ...func(*HostConfig)) *hostWorld {
	t.Helper()
	w := newHost(t, change...)
	w.must(createAsk(w.id))
	return w
}

func (w *hostWorld) socket() string { return filepath.Join(w.directory, socketName) }

// pass has a request served through the socket, and written to its client.
func (w *hostWorld) pass(a ask) (string, error) {
	w.t.Helper()
	return passAll(w.t, w.remote, a, nil)
}

// passAll passes a request on. written is what the answer's Written is told.
func passAll(t testing.TB, h *remote, a ask, written error) (string, error) {
	t.Helper()
	r := a.request(t)
	answer, err := h.pass(context.Background(), r, r.Deadline, false)
	if err != nil {
		return "", err
	}
	text := string(answer.Envelope)
	if answer.Written != nil {
		answer.Written(written)
	}
	return text, nil
}

// must is pass without a fault.
func (w *hostWorld) must(a ask) string {
	w.t.Helper()
	text, err := w.pass(a)
	require.NoError(w.t, err)
	return text
}

// command starts commandA.
func (w *hostWorld) command() *shell.Command {
	w.t.Helper()
	w.must(commandAsk(w.id, commandA, "run"))
	calls := w.plugin.Last().Calls()
	require.NotEmpty(w.t, calls)
	return calls[len(calls)-1].Command
}

// put puts an object into the shell's own stream.
func (w *hostWorld) put(text string) {
	w.plugin.Last().Host().Stream("stdout").Put(shell.Piece{Data: shell.BytesData([]byte(text)), Class: shell.ClassKeep})
}

// busy reports whether the host serves an envelope.
func (w *hostWorld) busy() (busy bool) {
	w.host.running.Range(func(any, any) bool {
		busy = true
		return false
	})
	return busy
}

// gone waits until the host has ended.
func (w *hostWorld) gone() {
	w.t.Helper()
	require.NoError(w.t, within(w.t, "the end of the host", w.ran))
	assert.NoFileExists(w.t, w.socket())
	assert.NoDirExists(w.t, w.directory)
}

var streamElement = regexp.MustCompile(`<rsp:Stream [^>]*>([^<]*)</rsp:Stream>`)

// outputs are the objects that the answer to a Receive carries.
func outputs(t testing.TB, envelope string) []string {
	t.Helper()
	var list []string
	for _, m := range streamElement.FindAllStringSubmatch(envelope, -1) {
		text, err := base64.StdEncoding.DecodeString(m[1])
		require.NoError(t, err)
		list = append(list, string(text))
	}
	return list
}

// logBuffer is a log that may be written and read at the same time.
type logBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

// Write implements io.Writer.
func (l *logBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// unlinkNot lets a socket stay when its listener is closed, as it does when its
// process is killed.
func unlinkNot(l net.Listener) { l.(*net.UnixListener).SetUnlinkOnClose(false) }
