// Package ntlmtest drives implementations of NTLM and SPNEGO that are not ours in
// tests of packages ntlm and spnego: pyspnego
// (https://github.com/jborean93/pyspnego), and gss-ntlmssp
// (https://github.com/gssapi/gss-ntlmssp), alone and in SPNEGO of MIT's GSSAPI,
// which are in C.
package ntlmtest

import (
	"bufio"
	_ "embed" // the script
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

//go:embed testdata/pyspnego_peer.py
var pyspnegoScript string

//go:embed testdata/gss_peer.py
var gssScript string

// Variable names the environment variable with the path of a Python that has
// pyspnego and gssapi. Without it the tests are skipped.
const Variable = "WINRMD_TEST_PYTHON"

// Peer is one end of a handshake, in a process of its own.
type Peer struct {
	t   testing.TB
	in  io.Writer
	out *bufio.Reader
}

// Options say what a Peer is.
type Options struct {
	// Side is "initiate" or "accept", Protocol "ntlm" or "negotiate".
	Side     string `json:"side"`
	Protocol string `json:"protocol"`
	// User and Password are who a Peer that initiates is.
	User     string `json:"user,omitempty"`
	Password string `json:"password,omitempty"`
	// Plain asks for no message protection.
	Plain bool `json:"plain,omitempty"`
	// MIC makes gss-ntlmssp's client send a MIC. Outside of SPNEGO it does not by
	// itself; pyspnego's always does.
	MIC bool `json:"mic,omitempty"`
	// Bindings is the application data of channel bindings.
	Bindings []byte `json:"bindings,omitempty"`
	// Users are the lines "DOMAIN:USER:PASSWORD" that an accepting Peer knows.
	Users string `json:"-"`
}

// message is a line in either direction.
type message struct {
	Do string `json:"do,omitempty"`
	*Options
	Token     []byte `json:"token,omitempty"`
	Data      []byte `json:"data,omitempty"`
	Signature []byte `json:"signature,omitempty"`
	Complete  bool   `json:"complete,omitempty"`
	Name      string `json:"name,omitempty"`
	Error     string `json:"error,omitempty"`
	Missing   string `json:"missing,omitempty"` // the machine lacks it
}

// Start begins a handshake by pyspnego. It skips the test if there is none.
func Start(t testing.TB, options Options) *Peer {
	t.Helper()
	return start(t, pyspnegoScript, options)
}

// StartGSS begins a handshake by gss-ntlmssp. It skips the test if there is none.
func StartGSS(t testing.TB, options Options) *Peer {
	t.Helper()
	return start(t, gssScript, options)
}

func start(t testing.TB, script string, options Options) *Peer {
	t.Helper()
	python := os.Getenv(Variable)
	if python == "" {
		t.Skipf("%s does not name a Python with pyspnego and gssapi", Variable)
	}
	users := filepath.Join(t.TempDir(), "users")
	require.NoError(t, os.WriteFile(users, []byte(options.Users), 0o600))
	c := exec.Command(python, "-c", script)
	// GSSAPI asks the machine for the names that it is not told.
	c.Env = append(os.Environ(), "NTLM_USER_FILE="+users, "NETBIOS_COMPUTER_NAME=SERVER", "NETBIOS_DOMAIN_NAME=EXAMPLE")
	c.Stderr = os.Stderr
	in, err := c.StdinPipe()
	require.NoError(t, err)
	out, err := c.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, c.Start())
	t.Cleanup(func() {
		in.Close() // its loop ends
		if err := c.Wait(); err != nil {
			t.Errorf("the peer's process: %v", err)
		}
	})
	p := &Peer{t: t, in: in, out: bufio.NewReader(out)}
	answer, err := p.ask(message{Do: "begin", Options: &options})
	require.NoError(t, err)
	if answer.Missing != "" {
		t.Skipf("there is no %s on this machine", answer.Missing)
	}
	return p
}

// ask sends a line and reads the answer. The error is the peer's.
func (p *Peer) ask(m message) (message, error) {
	p.t.Helper()
	b, err := json.Marshal(m)
	require.NoError(p.t, err)
	_, err = p.in.Write(append(b, '\n'))
	require.NoError(p.t, err)
	line, err := p.out.ReadBytes('\n')
	require.NoError(p.t, err)
	var answer message
	require.NoError(p.t, json.Unmarshal(line, &answer))
	if answer.Error != "" {
		return message{}, errors.New(answer.Error)
	}
	return answer, nil
}

// Step takes a token, which is empty for a client's first, and makes the next.
func (p *Peer) Step(token []byte) (reply []byte, done bool, err error) {
	p.t.Helper()
	m, err := p.ask(message{Do: "step", Token: token})
	return m.Token, m.Complete, err
}

// Seal encrypts and signs a message.
func (p *Peer) Seal(data []byte) (signature, sealed []byte) {
	p.t.Helper()
	m, err := p.ask(message{Do: "wrap", Data: data})
	require.NoError(p.t, err)
	return m.Signature, m.Data
}

// Unseal decrypts and checks a message.
func (p *Peer) Unseal(signature, sealed []byte) ([]byte, error) {
	p.t.Helper()
	m, err := p.ask(message{Do: "unwrap", Signature: signature, Data: sealed})
	return m.Data, err
}

// Sign signs a message.
func (p *Peer) Sign(data []byte) []byte {
	p.t.Helper()
	m, err := p.ask(message{Do: "sign", Data: data})
	require.NoError(p.t, err)
	return m.Signature
}

// Verify checks a signature.
func (p *Peer) Verify(data, signature []byte) error {
	p.t.Helper()
	_, err := p.ask(message{Do: "verify", Data: data, Signature: signature})
	return err
}

// Key returns the session key.
func (p *Peer) Key() []byte {
	p.t.Helper()
	m, err := p.ask(message{Do: "key"})
	require.NoError(p.t, err)
	return m.Data
}

// Principal returns who an accepting Peer thinks its client is.
func (p *Peer) Principal() string {
	p.t.Helper()
	m, err := p.ask(message{Do: "principal"})
	require.NoError(p.t, err)
	return m.Name
}
