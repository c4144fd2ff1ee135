package main

import (
	"bufio"
	"context"
	"crypto/tls"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/configuration"
	"github.com/winrmd/winrmd/configuration/configresource"
	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/wsmanserver"
)

// logText is a log for several goroutines.
type logText struct {
	mu   sync.Mutex
	text strings.Builder
}

// Write implements io.Writer.
func (l *logText) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logText) count(part string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Count(l.text.String(), part)
}

// listeningDaemon is a daemon that serves Identify and has no shells.
type listeningDaemon struct {
	*daemon
	t   *testing.T
	ls  *listeners
	log *logText
}

// startListening serves with listeners as winrmd.toml and options say.
func startListening(t *testing.T, settings string, o options) *listeningDaemon {
	t.Helper()
	d := testDaemon(t, settings)
	text := &logText{}
	o.state = t.TempDir()
	if o.inherited == nil {
		o.inherited = &inherited{}
	}
	d.options, d.store, d.log = o, d.settings.store, slog.New(slog.NewTextHandler(text, nil))
	d.entrance = newEntrance(d.log)
	mux := &wsman.Mux{}
	mux.HandleIdentify(wsmanserver.NewIdentify(release))
	d.handler = mux
	ls, err := d.listen()
	require.NoError(t, err)
	var running sync.WaitGroup
	ls.serve(func(l *listener) { running.Go(func() { assert.NoError(t, l.run()) }) })
	d.listeners.Store(ls)
	t.Cleanup(func() {
		d.leaving.Store(true)
		for _, l := range ls.all() {
			l.listener.Close()
			l.server.Close()
		}
		running.Wait()
	})
	return &listeningDaemon{daemon: d, t: t, ls: ls, log: text}
}

// set changes a setting in the file, as an administrator would, and follows.
func (d *listeningDaemon) set(key, value string) error {
	d.t.Helper()
	_, err := d.store.ChangeService(func(s *configuration.Service) error { return s.Set(key, value) })
	require.NoError(d.t, err)
	return d.applyListeners(d.ls)
}

// at is where a listener listens; "none" where there is none.
func (d *listeningDaemon) at(t configresource.Transport) string {
	l := listening{d.daemon}.Listener(t)
	if !l.Bound.IsValid() {
		return configuration.ListenerOff
	}
	return l.Bound.String()
}

// unusedAddress is an address that nobody listens at.
func unusedAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	return l.Addr().String()
}

const identify = `<s:Envelope xmlns:s="` + wsman.NamespaceSOAP + `"><s:Header/><s:Body><i:Identify xmlns:i="` + wsman.NamespaceWSManIdentity + `"/></s:Body></s:Envelope>`

// exchange sends a request on a connection and reads the answer.
func exchange(t *testing.T, c net.Conn) {
	t.Helper()
	require.NoError(t, c.SetDeadline(time.Now().Add(time.Minute)))
	_, err := fmt.Fprintf(c, "POST /wsman-anon/identify HTTP/1.1\r\nHost: x\r\nContent-Type: application/soap+xml;charset=UTF-8\r\nContent-Length: %d\r\n\r\n%s", len(identify), identify)
	require.NoError(t, err)
	response, err := http.ReadResponse(bufio.NewReader(c), nil)
	require.NoError(t, err)
	defer response.Body.Close()
	require.Equal(t, http.StatusOK, response.StatusCode)
	var b strings.Builder
	_, err = bufio.NewReader(response.Body).WriteTo(&b)
	require.NoError(t, err)
	assert.Contains(t, b.String(), "IdentifyResponse")
}

func dial(t *testing.T, address string) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", address)
	require.NoError(t, err)
	t.Cleanup(func() { c.Close() })
	return c
}

// TestListenersFollow: a listener goes where the settings say, and who is
// connected already does not notice.
func TestListenersFollow(t *testing.T) {
	d := startListening(t, "[Listener]\nHTTP = '127.0.0.1:0'\nHTTPS = 'none'\n", options{})
	before := d.at(configresource.HTTP)
	assert.Equal(t, configuration.ListenerOff, d.at(configresource.HTTPS))
	old := dial(t, before)
	exchange(t, old)

	require.NoError(t, d.applyListeners(d.ls))
	assert.Equal(t, before, d.at(configresource.HTTP), "nothing has changed")

	next := unusedAddress(t)
	require.NoError(t, d.set("Listener.HTTP", next))
	assert.Equal(t, next, d.at(configresource.HTTP))
	exchange(t, dial(t, next))
	exchange(t, old)
	_, err := net.Dial("tcp", before)
	require.Error(t, err, "the old one is closed for new connections")
	assert.Len(t, d.ls.all(), 3, "the new one, the socket, and the old one as long as it has connections")
	assert.Len(t, d.ls.open(), 2)

	require.NoError(t, d.set("Listener.HTTP", configuration.ListenerOff))
	_, err = net.Dial("tcp", next)
	require.Error(t, err)
	exchange(t, old)

	require.NoError(t, d.set("Listener.HTTPS", unusedAddress(t)))
	c, err := tls.Dial("tcp", d.at(configresource.HTTPS), &tls.Config{InsecureSkipVerify: true}) //nolint:gosec // self-signed
	require.NoError(t, err)
	defer c.Close()
	exchange(t, c)
	shown, err := listening{d.daemon}.Certificate()
	require.NoError(t, err)
	assert.Equal(t, c.ConnectionState().PeerCertificates[0].Raw, shown.Raw)
}

// TestListenerSamePort: the old one is in the way of the new one.
func TestListenerSamePort(t *testing.T) {
	_, port, err := net.SplitHostPort(unusedAddress(t))
	require.NoError(t, err)
	d := startListening(t, "[Listener]\nHTTP = ':"+port+"'\nHTTPS = 'none'\n", options{})
	old := dial(t, "127.0.0.1:"+port)
	exchange(t, old)
	require.NoError(t, d.set("Listener.HTTP", "127.0.0.1:"+port))
	assert.Equal(t, "127.0.0.1:"+port, d.at(configresource.HTTP))
	exchange(t, dial(t, "127.0.0.1:"+port))
	exchange(t, old)

	require.Error(t, d.set("Listener.HTTP", "192.0.2.1:"+port), "which is no address of this machine")
	exchange(t, dial(t, "127.0.0.1:"+port))
	exchange(t, old)
}

// TestListenerNotOpened: the one before stays, and the log says it once.
func TestListenerNotOpened(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer taken.Close()
	d := startListening(t, "[Listener]\nHTTP = '127.0.0.1:0'\nHTTPS = 'none'\n", options{})
	before := d.at(configresource.HTTP)
	require.Error(t, d.set("Listener.HTTP", taken.Addr().String()))
	require.Error(t, d.applyListeners(d.ls))
	assert.Equal(t, before, d.at(configresource.HTTP))
	exchange(t, dial(t, before))
	assert.Equal(t, 1, d.log.count("listener not opened"))
	require.NoError(t, taken.Close())
	require.NoError(t, d.applyListeners(d.ls), "as soon as it can be had")
	assert.Equal(t, taken.Addr().String(), d.at(configresource.HTTP))
}

// TestListenersFixed: those of the command line, of systemd and of the daemon
// before stay, and the log says it once.
func TestListenersFixed(t *testing.T) {
	opened := func() net.Listener {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		return l
	}
	for name, test := range map[string]struct {
		options options
		because string
	}{
		"command line": {options{http: "127.0.0.1:0"}, fixedByCommandLine},
		"systemd":      {options{inherited: &inherited{activated: []activated{{"http", opened().(*net.TCPListener)}}}}, fixedBySystemd},
		"handover":     {options{inherited: &inherited{listeners: map[string]net.Listener{listenerHTTP: opened()}}}, fixedByHandover},
	} {
		t.Run(name, func(t *testing.T) {
			d := startListening(t, "[Listener]\nHTTP = 'none'\nHTTPS = 'none'\n", test.options)
			before := d.at(configresource.HTTP)
			assert.Equal(t, test.because, listening{d.daemon}.Listener(configresource.HTTP).Fixed)
			assert.NotEqual(t, configuration.ListenerOff, listening{d.daemon}.Listener(configresource.HTTP).Address)
			require.NoError(t, d.set("Listener.HTTP", unusedAddress(t)))
			require.NoError(t, d.applyListeners(d.ls))
			assert.Equal(t, before, d.at(configresource.HTTP))
			exchange(t, dial(t, before))
			assert.Equal(t, 1, d.log.count("does not follow the settings"))
			assert.Equal(t, 1, d.log.count(test.because))
			require.NoError(t, d.set("Listener.HTTPS", unusedAddress(t)), "the other one follows")
		})
	}
}

// TestHandedOverListenersFollow: those that followed the settings before an
// upgrade do so after it.
func TestHandedOverListenersFollow(t *testing.T) {
	before := startListening(t, "[Listener]\nHTTP = '127.0.0.1:0'\nHTTPS = 'none'\n", options{})
	handed := parseFollowing(before.ls.describeFollowing())
	assert.Equal(t, map[string]string{"http": "127.0.0.1:0", "https": "none"}, handed)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	after := startListening(t, "[Listener]\nHTTP = '127.0.0.1:0'\nHTTPS = 'none'\n", options{
		inherited: &inherited{listeners: map[string]net.Listener{listenerHTTP: l}, followed: handed},
	})
	require.NoError(t, after.applyListeners(after.ls))
	assert.Equal(t, l.Addr().String(), after.at(configresource.HTTP), "the settings have not changed")
	next := unusedAddress(t)
	require.NoError(t, after.set("Listener.HTTP", next))
	assert.Equal(t, next, after.at(configresource.HTTP))

	fixed := startListening(t, "", options{http: "127.0.0.1:0", https: "none"})
	assert.Empty(t, parseFollowing(fixed.ls.describeFollowing()), "those of the command line never do")
	assert.Empty(t, parseFollowing("%"))
}

// TestFollowSettings: the file is looked at again and again.
func TestFollowSettings(t *testing.T) {
	d := startListening(t, "[Listener]\nHTTP = '127.0.0.1:0'\nHTTPS = 'none'\n", options{})
	ctx, cancel := context.WithCancel(t.Context())
	var following sync.WaitGroup
	following.Go(func() { d.followSettings(ctx, d.ls, time.Millisecond) })
	defer following.Wait()
	defer cancel()
	next := unusedAddress(t)
	_, err := d.store.ChangeService(func(s *configuration.Service) error { return s.Set("Listener.HTTP", next) })
	require.NoError(t, err)
	require.Eventually(t, func() bool { return d.at(configresource.HTTP) == next }, time.Minute, time.Millisecond)

	d.leaving.Store(true)
	_, err = d.store.ChangeService(func(s *configuration.Service) error { return s.Set("Listener.HTTP", "none") })
	require.NoError(t, err)
	require.NoError(t, d.applyListeners(d.ls))
	assert.Equal(t, next, d.at(configresource.HTTP), "a daemon that leaves changes nothing")
}

// TestRetiredListeners are let go of when their last connection has ended.
func TestRetiredListeners(t *testing.T) {
	d := startListening(t, "[Listener]\nHTTP = '127.0.0.1:0'\nHTTPS = 'none'\n", options{})
	old := dial(t, d.at(configresource.HTTP))
	exchange(t, old)
	require.NoError(t, d.set("Listener.HTTP", unusedAddress(t)))
	require.Len(t, d.ls.retired, 1)
	retired := d.ls.retired[0]
	require.NoError(t, old.Close())
	require.Eventually(t, func() bool { return retired.connections.expire(time.Time{}) == 0 }, time.Minute, time.Millisecond)
	require.NoError(t, d.set("Listener.HTTP", unusedAddress(t)))
	assert.False(t, slices.Contains(d.ls.retired, retired))
}

// TestSettingsCountAtOnce: who changes a setting sees it.
func TestSettingsCountAtOnce(t *testing.T) {
	d := testDaemon(t, "")
	for n := 1; n < 50; n++ {
		d.settings.Service()
		_, err := d.settings.ChangeService(func(s *configuration.Service) error { return s.Set("Service.MaxBatchItems", n) })
		require.NoError(t, err)
		assert.Equal(t, n, d.settings.Service().Limits.MaxBatchItems)
	}
}
