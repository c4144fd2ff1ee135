package credssp

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/wsman/auth/ntlm/ntlmtest"
)

// peer is one end of logins, one after the other, by pyspnego
// (https://github.com/jborean93/pyspnego), which is not ours, in a process of its
// own.
type peer struct {
	t         testing.TB // the one that uses it now
	in        io.Writer
	out       *bufio.Reader
	directory string
}

// peerMessage is a line in either direction.
type peerMessage struct {
	Do string `json:"do,omitempty"`

	Side      string `json:"side,omitempty"`
	Version   int    `json:"version,omitempty"`
	TLS       string `json:"tls,omitempty"`    // TLSv1_2 or TLSv1_3
	Cipher    string `json:"cipher,omitempty"` // of TLS 1.2, as OpenSSL names it
	Mechanism string `json:"mechanism,omitempty"`
	User      string `json:"user,omitempty"`
	Password  string `json:"password,omitempty"`
	Hostname  string `json:"hostname,omitempty"`
	Directory string `json:"directory,omitempty"`

	Token     []byte `json:"token,omitempty"`
	Data      []byte `json:"data,omitempty"`
	Signature []byte `json:"signature,omitempty"`

	Complete    bool   `json:"complete,omitempty"`
	Principal   string `json:"principal,omitempty"`
	Credentials string `json:"credentials,omitempty"`
	Error       string `json:"error,omitempty"`
}

// python names a Python with pyspnego. Without one the test is skipped.
func python(t testing.TB) string {
	t.Helper()
	path := os.Getenv(ntlmtest.Variable)
	if path == "" {
		t.Skipf("%s does not name a Python with pyspnego", ntlmtest.Variable)
	}
	return path
}

// startPeer starts the process. Users are the lines "DOMAIN:USER:PASSWORD" that
// it knows where it accepts. Env is added to its environment.
func startPeer(t testing.TB, users string, env ...string) *peer {
	t.Helper()
	directory := t.TempDir()
	file := filepath.Join(directory, "users")
	require.NoError(t, os.WriteFile(file, []byte(users), 0o600))
	c := exec.Command(python(t), filepath.Join("testdata", "pyspnego_peer.py"))
	c.Env = append(append(os.Environ(), "NTLM_USER_FILE="+file), env...)
	c.Stderr = os.Stderr
	in, err := c.StdinPipe()
	require.NoError(t, err)
	out, err := c.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, c.Start())
	t.Cleanup(func() {
		in.Close() // its loop ends
		if err := c.Wait(); err != nil {
			t.Errorf("pyspnego's process: %v", err)
		}
	})
	return &peer{t: t, in: in, out: bufio.NewReader(out), directory: directory}
}

// begin begins a login, for t.
func (p *peer) begin(t testing.TB, m peerMessage) {
	t.Helper()
	p.t = t
	m.Do, m.Directory = "begin", p.directory
	_, err := p.ask(m)
	require.NoError(t, err)
}

// ask sends a line and reads the answer. The error is pyspnego's.
func (p *peer) ask(m peerMessage) (peerMessage, error) {
	p.t.Helper()
	b, err := json.Marshal(m)
	require.NoError(p.t, err)
	_, err = p.in.Write(append(b, '\n'))
	require.NoError(p.t, err)
	line, err := p.out.ReadBytes('\n')
	require.NoError(p.t, err)
	var answer peerMessage
	require.NoError(p.t, json.Unmarshal(line, &answer))
	if answer.Error != "" {
		return answer, errors.New(answer.Error)
	}
	return answer, nil
}

// step takes a token, which is empty for a client's first, and makes the next.
func (p *peer) step(token []byte) (reply []byte, done bool, err error) {
	p.t.Helper()
	m, err := p.ask(peerMessage{Do: "step", Token: token})
	return m.Token, m.Complete, err
}
