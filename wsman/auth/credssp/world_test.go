package credssp

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/auth"
	"github.com/winrmd/winrmd/wsman/auth/ntlm"
)

// One certificate serves all tests: a key of RSA takes long to make.
var testCertificate = sync.OnceValues(selfSigned)

var errNoUser = fmt.Errorf("%w: no such user", auth.ErrWrongCredentials)

// world is a server's configuration and what it has been told.
type world struct {
	config    Config
	delegated []string         // "user: domain\user password"
	made      wsman.Delegation // by Delegated
	refuse    error            // by Delegated
}

// newWorld knows EXAMPLE\ada with password geheim, and bob with grün€𝄞.
func newWorld(t testing.TB) *world {
	t.Helper()
	w := new(world)
	verifier := ntlm.NewHashVerifier(func(_ context.Context, user, _ string) (ntlm.Hash, any, bool, error) {
		switch strings.ToLower(user) {
		case "ada", "ada@example.com":
			return ntlm.NewHash("geheim"), "ada", true, nil
		case "bob":
			return ntlm.NewHash("grün€𝄞"), "bob", true, nil
		case "stranger": // has a password and is no user
			return ntlm.NewHash("geheim"), "stranger", true, nil
		case "broken":
			return ntlm.Hash{}, nil, false, errors.New("the users file cannot be read")
		}
		return ntlm.Hash{}, nil, false, nil
	})
	target := ntlm.Target{ComputerName: "SERVER", DomainName: "EXAMPLE"}
	w.config = Config{
		Mechanisms: func() []Mechanism {
			return []Mechanism{NTLM{ntlm.NewServer(&ntlm.ServerConfig{Verifier: verifier, Target: target})}}
		},
		Identify: func(_ context.Context, m Mechanism) (auth.Identity, error) {
			name := m.(interface{ Peer() ntlm.Peer }).Peer().Identity.(string)
			if name == "stranger" {
				return auth.Identity{}, errNoUser
			}
			return auth.Identity{Name: name, Groups: []string{"Users"}}, nil
		},
		Certificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return testCertificate() },
		Delegated: func(_ context.Context, who wsman.Principal, c *Credentials) (wsman.Delegation, error) {
			w.delegated = append(w.delegated, fmt.Sprintf(`%s: %s\%s %s`, who.User, c.Domain(), c.User(), c.Password()))
			return w.made, w.refuse
		},
	}
	return w
}

// lie makes a liar of every mechanism.
func (w *world) lie() {
	honest := w.config.Mechanisms
	w.config.Mechanisms = func() []Mechanism { return []Mechanism{liar{honest()[0].(NTLM)}} }
}

// scheme makes a scheme of the configuration.
func (w *world) scheme(t testing.TB) *Scheme {
	t.Helper()
	s, err := New(w.config)
	require.NoError(t, err)
	return s
}

// begin begins a login, which ends with the test.
func (w *world) begin(t testing.TB) *Context {
	t.Helper()
	c := w.scheme(t).Begin().(*Context)
	t.Cleanup(func() { c.Close() })
	return c
}

// step feeds a Context as auth.Authenticator does.
func step(t testing.TB, c *Context, token []byte) (reply []byte, result auth.Result, err error) {
	t.Helper()
	result, err = c.Step(t.Context(), nil, base64.StdEncoding.EncodeToString(token))
	reply, wrong := base64.StdEncoding.DecodeString(result.Token)
	require.NoError(t, wrong)
	require.True(t, wholeRecords(reply))
	return reply, result, err
}

// asAda is a client's configuration.
func asAda() InitiatorConfig { return asUser("Ada", "EXAMPLE", "geheim") }

func asUser(user, domain, password string) InitiatorConfig {
	return InitiatorConfig{
		Mechanisms: []ClientMechanism{NTLMClient{ntlm.NewClient(ntlm.ClientConfig{
			User: user, Domain: domain, Hash: ntlm.NewHash(password), TargetName: "HTTP/server",
		})}},
		Credentials: NewCredentials(domain, user, []byte(password)),
	}
}

func newInitiator(t testing.TB, c InitiatorConfig) *Initiator {
	t.Helper()
	i, err := NewInitiator(c)
	require.NoError(t, err)
	t.Cleanup(func() { i.Close() })
	return i
}

// converse takes a login to its end. The error of the server comes first, then
// the client's. Change may change each token before it gets to the other side;
// its first argument counts from 0, the client's being even.
func converse(t testing.TB, i *Initiator, c *Context, change func(n int, token []byte) []byte) (result auth.Result, server, client error) {
	t.Helper()
	if change == nil {
		change = func(_ int, token []byte) []byte { return token }
	}
	var token []byte
	for n := 0; ; n += 2 {
		out, _, err := i.Initiate(t.Context(), token)
		if err != nil {
			return result, server, err
		}
		if server != nil {
			return result, server, nil
		}
		if token, result, server = step(t, c, change(n, out)); result.Done || server != nil && len(token) == 0 {
			return result, server, nil
		}
		token = change(n+1, token)
	}
}

// login is converse where nothing may go wrong.
func login(t testing.TB, i *Initiator, c *Context) (auth.Result, *Sealer, *Sealer) {
	t.Helper()
	result, server, client := converse(t, i, c, nil)
	require.NoError(t, server)
	require.NoError(t, client)
	require.True(t, result.Done)
	require.True(t, result.Bound)
	require.NotNil(t, i.Sealer())
	return result, i.Sealer(), result.Sealer.(*Sealer)
}

// message makes one of n bytes.
func message(n int) []byte { return bytes.Repeat([]byte("0123456789abcdef"), n/16+1)[:n] }

// pieces seals a message as wsmanserver does.
func pieces(t testing.TB, s *Sealer, m []byte, send func(signature, sealed []byte)) {
	t.Helper()
	for {
		n := min(len(m), s.MaxPiece())
		signature, sealed, err := s.Seal(bytes.Clone(m[:n]))
		require.NoError(t, err)
		send(signature, sealed)
		if m = m[n:]; len(m) == 0 {
			return
		}
	}
}
