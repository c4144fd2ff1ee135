package credssp

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/wsman/auth"
)

// echo is a server over HTTP that sends every message back. A message's pieces
// are framed by two lengths, which is simpler than MIME and enough to cut them.
type echo struct {
	t     *testing.T
	auth  *auth.Authenticator
	users chan string // of the requests that were let in
	error chan error  // of those that were not
}

func startEcho(t *testing.T, s *Scheme) (*echo, string) {
	e := &echo{
		t: t, auth: &auth.Authenticator{Schemes: []auth.Scheme{s}},
		users: make(chan string, 100), error: make(chan error, 100),
	}
	server := httptest.NewUnstartedServer(e)
	server.Config.ConnContext = func(ctx context.Context, _ net.Conn) context.Context {
		return auth.WithConnection(ctx, new(auth.Connection))
	}
	server.Start()
	t.Cleanup(server.Close)
	return e, server.URL
}

func (e *echo) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	assert.NoError(e.t, err)
	outcome, err := e.auth.Authenticate(auth.ConnectionOf(r.Context()), r)
	outcome.SetHeader(w.Header())
	if err != nil {
		e.error <- err
	}
	if !outcome.Authenticated {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	e.users <- outcome.Principal.User
	sealer := outcome.Sealer.(auth.PieceSealer)
	var plain []byte
	for len(body) > 0 {
		n, k := binary.LittleEndian.Uint32(body), binary.LittleEndian.Uint32(body[4:])
		body = body[8:]
		piece, err := sealer.Unseal(body[:n], body[n:n+k])
		assert.NoError(e.t, err)
		plain = append(plain, piece...)
		body = body[n+k:]
	}
	for len(plain) > 0 {
		n := min(len(plain), sealer.MaxPiece())
		signature, sealed, err := sealer.Seal(plain[:n])
		assert.NoError(e.t, err)
		var lengths [8]byte
		binary.LittleEndian.PutUint32(lengths[:], uint32(len(signature)))
		binary.LittleEndian.PutUint32(lengths[4:], uint32(len(sealed)))
		w.Write(bytes.Join([][]byte{lengths[:], signature, sealed}, nil))
		plain = plain[n:]
	}
}

// requestsClient is what testdata/requests_client.py reads.
type requestsClient struct {
	URL       string `json:"url"`
	TLS       string `json:"tls"`
	User      string `json:"user"`
	Password  string `json:"password"`
	Mechanism string `json:"mechanism"`
	Sizes     []int  `json:"sizes"`
}

// requestsAnswer is what it prints. An echo is a status and whether it is right.
type requestsAnswer struct {
	Status int      `json:"status"`
	Echoes [][2]any `json:"echoes"`
	Error  string   `json:"error"`
}

func (c requestsClient) run(t *testing.T) requestsAnswer {
	t.Helper()
	path := python(t)
	if err := exec.Command(path, "-c", "import requests_credssp").Run(); err != nil {
		t.Skip("this Python has no requests-credssp")
	}
	in, err := json.Marshal(c)
	require.NoError(t, err)
	p := exec.Command(path, filepath.Join("testdata", "requests_client.py"))
	p.Stdin = bytes.NewReader(in)
	var complaints bytes.Buffer
	p.Stderr = &complaints
	out, err := p.Output()
	require.NoError(t, err, complaints.String())
	var answer requestsAnswer
	require.NoError(t, json.Unmarshal(out, &answer))
	return answer
}

// What pywinrm and pypsrp do, over HTTP.
func TestRequestsCredSSP(t *testing.T) {
	for _, tls := range []string{"TLSv1_2", "TLSv1_3"} {
		for _, mechanism := range []string{"auto", "ntlm"} {
			t.Run(tls+" "+mechanism, func(t *testing.T) {
				w := newWorld(t)
				e, url := startEcho(t, w.scheme(t))
				answer := requestsClient{
					URL: url, TLS: tls, User: `EXAMPLE\Ada`, Password: "geheim", Mechanism: mechanism,
					Sizes: []int{0, 1, maxPlain, maxPlain + 1, 500_000},
				}.run(t)
				require.Empty(t, answer.Error)
				assert.Equal(t, 200, answer.Status)
				assert.Len(t, answer.Echoes, 5)
				for _, echo := range answer.Echoes {
					assert.Equal(t, [2]any{200.0, true}, echo)
				}
				require.Len(t, e.users, 6)
				assert.Equal(t, "ada", <-e.users)
				assert.Empty(t, e.error)
				assert.Equal(t, []string{`ada: EXAMPLE\Ada geheim`}, w.delegated)
			})
		}
	}
	t.Run("wrong password", func(t *testing.T) {
		w := newWorld(t)
		e, url := startEcho(t, w.scheme(t))
		answer := requestsClient{
			URL: url, TLS: "TLSv1_3", User: `EXAMPLE\Ada`, Password: "Geheim", Mechanism: "auto", Sizes: []int{},
		}.run(t)
		assert.NotEmpty(t, answer.Error)
		require.Len(t, e.error, 1)
		assert.ErrorIs(t, <-e.error, auth.ErrWrongCredentials)
		assert.Empty(t, w.delegated)
		assert.Empty(t, e.users)
	})
}
