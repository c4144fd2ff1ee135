package kerberos

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// mit is testdata/peer.py: MIT's GSS-API in another process.
type mit struct {
	t   testing.TB
	in  io.Writer
	out *bufio.Scanner
}

// request is what peer.py understands.
type request struct {
	Op       string   `json:"op"`
	Side     string   `json:"side,omitempty"`
	Hostname string   `json:"hostname,omitempty"`
	Service  string   `json:"service,omitempty"`
	Protocol string   `json:"protocol,omitempty"`
	Flags    []string `json:"flags,omitempty"`
	Binding  []byte   `json:"binding,omitempty"`
	Data     []byte   `json:"data"`
	Header   []byte   `json:"header"`
	Encrypt  bool     `json:"encrypt"`
}

// answer is what comes back.
type answer struct {
	Error     string `json:"error"`
	Data      []byte `json:"data"`
	Header    []byte `json:"header"`
	Padding   int    `json:"padding"`
	Done      bool   `json:"done"`
	Encrypted bool   `json:"encrypted"`
	Client    string `json:"client"`
	Flags     uint32 `json:"flags"`
}

// startMIT starts peer.py with the KDC's configuration and a credential cache,
// or skips where there is no Python for it.
func startMIT(t *testing.T, k *testKDC, ccache string) *mit {
	t.Helper()
	python := os.Getenv("WINRMD_TEST_PYTHON")
	if python == "" {
		t.Skip("WINRMD_TEST_PYTHON names no Python with pyspnego[kerberos]")
	}
	c := exec.Command(python, "testdata/peer.py")
	c.Env = append(append([]string{}, k.env...), "KRB5CCNAME="+ccache, "KRB5_KTNAME="+k.keytab, "KRB5RCACHENAME=none:")
	c.Stderr = os.Stderr
	in, err := c.StdinPipe()
	require.NoError(t, err)
	out, err := c.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, c.Start())
	t.Cleanup(func() {
		in.Close()
		c.Wait()
	})
	scanner := bufio.NewScanner(out)
	scanner.Buffer(nil, 16<<20)
	return &mit{t: t, in: in, out: scanner}
}

// try sends a request and returns the answer, which may be an error.
func (m *mit) try(r request) answer {
	m.t.Helper()
	line, err := json.Marshal(r)
	require.NoError(m.t, err)
	_, err = m.in.Write(append(line, '\n'))
	require.NoError(m.t, err)
	require.True(m.t, m.out.Scan(), "peer.py ended")
	var a answer
	require.NoError(m.t, json.Unmarshal(m.out.Bytes(), &a))
	return a
}

// ask is try without an error.
func (m *mit) ask(r request) answer {
	m.t.Helper()
	a := m.try(r)
	require.Empty(m.t, a.Error, r.Op)
	return a
}

// connect runs a handshake of MIT as client with a.
func (m *mit) connect(a *Acceptor, open request) *Context {
	m.t.Helper()
	open.Op, open.Side, open.Service = "open", "client", "HTTP"
	m.ask(open)
	c := a.Begin()
	token := m.ask(request{Op: "step"})
	for {
		reply, done, err := c.Accept(ctx, token.Data)
		require.NoError(m.t, err)
		if len(reply) > 0 {
			token = m.ask(request{Op: "step", Data: reply})
		}
		if done {
			assert.True(m.t, token.Done)
			return c
		}
	}
}

// serve runs a handshake of i with MIT as server.
func (m *mit) serve(i *Initiator, open request) *Session {
	m.t.Helper()
	open.Op, open.Side, open.Service = "open", "server", "HTTP"
	m.ask(open)
	token, err := i.begin()
	require.NoError(m.t, err)
	for {
		a := m.ask(request{Op: "step", Data: token})
		if a.Done {
			if i.Session() == nil {
				_, done, err := i.step(a.Data)
				require.NoError(m.t, err)
				assert.True(m.t, done)
			}
			return i.Session()
		}
		var reply []byte
		reply, _, err = i.step(a.Data)
		require.NoError(m.t, err)
		token = reply
	}
}

// exchange sends messages of many sizes both ways, in every form.
func (m *mit) exchange(s *Session) {
	m.t.Helper()
	for _, size := range []int{0, 1, 15, 16, 17, 31, 32, 33, 1000, 100000} {
		text := make([]byte, size)
		for i := range text {
			text[i] = byte(i * 7)
		}
		header, sealed, err := s.Seal(text)
		require.NoError(m.t, err)
		got := m.ask(request{Op: "unwrap_winrm", Header: header, Data: sealed})
		require.True(m.t, bytes.Equal(text, got.Data), "size %d", size)

		theirs := m.ask(request{Op: "wrap_winrm", Data: text})
		assert.Len(m.t, theirs.Header, len(header), "header sizes at %d", size)
		assert.Len(m.t, theirs.Data, len(sealed)+theirs.Padding, "sealed sizes at %d", size)
		plain, err := s.Unseal(theirs.Header, theirs.Data)
		require.NoError(m.t, err, "size %d", size)
		require.True(m.t, bytes.Equal(text, plain), "size %d", size)

		for _, encrypt := range []bool{true, false} {
			theirs = m.ask(request{Op: "wrap", Data: text, Encrypt: encrypt})
			plain, confidential, err := s.Unwrap(theirs.Data)
			require.NoError(m.t, err, "size %d", size)
			require.True(m.t, bytes.Equal(text, plain), "size %d", size)
			assert.Equal(m.t, encrypt, confidential)

			token, err := s.Wrap(text, encrypt)
			require.NoError(m.t, err)
			got = m.ask(request{Op: "unwrap", Data: token})
			require.True(m.t, bytes.Equal(text, got.Data), "size %d", size)
			assert.Equal(m.t, encrypt, got.Encrypted)
		}

		mic, err := s.GetMIC(text)
		require.NoError(m.t, err)
		m.ask(request{Op: "verify", Data: text, Header: mic})
		theirs = m.ask(request{Op: "sign", Data: text})
		require.NoError(m.t, s.VerifyMIC(text, theirs.Data))
	}
}
