//go:build linux

package upgrade

import (
	"bufio"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// activate starts a daemon as systemd does, with sockets that listen already.
// LISTEN_PID must be its own process: the shell becomes it.
func (s *server) activate(t *testing.T, address, names string, sockets ...*net.TCPListener) {
	t.Helper()
	daemon := s.command(address, address)
	cmd := exec.Command("sh", append([]string{"-c", `export LISTEN_PID=$$; exec "$@"`, "sh"}, daemon.Args...)...)
	s.notify(t)
	for _, l := range sockets {
		f, err := l.File()
		require.NoError(t, err)
		defer f.Close()
		cmd.ExtraFiles = append(cmd.ExtraFiles, f)
	}
	t.Setenv("LISTEN_FDS", strconv.Itoa(len(sockets)))
	t.Setenv("LISTEN_FDNAMES", names)
	s.run(t, cmd)
}

// manager hears what the daemons tell the service manager.
type manager struct{ *net.UnixConn }

func (s *server) notify(t *testing.T) {
	t.Helper()
	path := filepath.Join(filepath.Dir(s.state), "notify")
	c, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	require.NoError(t, err)
	t.Cleanup(func() { c.Close() })
	t.Setenv("NOTIFY_SOCKET", path)
	s.manager = &manager{c}
}

// heard is the next message.
func (m *manager) heard(t *testing.T) string {
	t.Helper()
	require.NoError(t, m.SetReadDeadline(time.Now().Add(startTimeout)))
	b := make([]byte, 1000)
	n, err := m.Read(b)
	require.NoError(t, err)
	return string(b[:n])
}

func listenTCP(t *testing.T) *net.TCPListener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { l.Close() })
	return l.(*net.TCPListener)
}

// TestSystemdActivation: the first connection starts the daemon and is served.
// The sockets stay systemd's through an upgrade and after the end.
func TestSystemdActivation(t *testing.T) {
	s := newServer(t, oldProgram(t))
	http, https := listenTCP(t), listenTCP(t)
	s.http, s.https = http.Addr().String(), https.Addr().String()
	asked, err := net.Dial("tcp", s.http)
	require.NoError(t, err)
	defer asked.Close()
	_, err = io.WriteString(asked, identify(true))
	require.NoError(t, err)

	s.activate(t, anyPort, "https:http", https, http)
	require.NoError(t, asked.SetDeadline(time.Now().Add(startTimeout)))
	_, err = readIdentify(bufio.NewReader(asked))
	require.NoError(t, err, "the connection from before")
	s.waitReady(t)
	assert.Equal(t, []string{http.Addr().String(), https.Addr().String()}, []string{s.http, s.https})
	first := s.daemon(t)
	assert.Equal(t, "MAINPID="+strconv.Itoa(first)+"\nREADY=1", s.manager.heard(t))

	stop := ask(t, s)
	defer stop()
	s.upgrade(t, first)
	assert.Equal(t, "RELOADING=1", s.manager.heard(t))
	second := s.waitOnly(t, time.Minute)
	assert.Equal(t, "MAINPID="+strconv.Itoa(second)+"\nREADY=1", s.manager.heard(t))
	assert.Equal(t, []string{http.Addr().String(), https.Addr().String()}, []string{s.http, s.https})
	stop()

	s.terminate(t)
	assert.Equal(t, "STOPPING=1", s.manager.heard(t))
	again, err := net.Dial("tcp", s.http)
	require.NoError(t, err, "systemd listens on")
	again.Close()
}

// TestSystemdSocketByPort: sockets with the name of their unit.
func TestSystemdSocketByPort(t *testing.T) {
	s := newServer(t, newProgram(t))
	l := listenTCP(t)
	s.activate(t, anyPort, "winrmd.socket", l)
	<-s.exited
	assert.Error(t, s.exitError)
	assert.True(t, s.logs("FileDescriptorName="), "it is for no listener")

	s.manager.Close()
	require.NoError(t, os.Remove(filepath.Join(filepath.Dir(s.state), "notify")))
	_, port, err := net.SplitHostPort(l.Addr().String())
	require.NoError(t, err)
	s.replaceSettings(t, "127.0.0.2:"+port)
	s.activate(t, "", "winrmd.socket", l)
	s.waitReady(t)
	assert.Equal(t, l.Addr().String(), s.http, "systemd's, though the settings say another host")
	assert.Equal(t, "none", s.https)
}

// replaceSettings writes winrmd.toml.
func (s *server) replaceSettings(t *testing.T, http string) {
	t.Helper()
	lines := []string{"[Listener]", `HTTP = "` + http + `"`, `HTTPS = "none"`, ""}
	require.NoError(t, os.WriteFile(filepath.Join(s.state, "winrmd.toml"), []byte(strings.Join(lines, "\n")), 0o600))
}
