package ntlm

import (
	"context"
	"encoding/binary"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// users look up themselves: "domain\user" or "user", in small letters.
type users map[string]string

func (u users) lookUp(_ context.Context, user, domain string) (Hash, any, bool, error) {
	name := strings.ToLower(user)
	if domain != "" {
		name = strings.ToLower(domain) + `\` + name
	}
	password, ok := u[name]
	return NewHash(password), name, ok, nil
}

var testUsers = users{`example\ada`: "geheim", "ada@example.com": "geheim", "bob": "grün€𝄞"}

var testTarget = Target{
	ComputerName: "SERVER", DomainName: "EXAMPLE", DNSComputerName: "server.example.com",
	DNSDomainName: "example.com", DNSForestName: "example.com",
}

func testConfig() *ServerConfig {
	return &ServerConfig{Verifier: NewHashVerifier(testUsers.lookUp), Target: testTarget}
}

func testClient() ClientConfig {
	return ClientConfig{User: "Ada", Domain: "EXAMPLE", Hash: NewHash("geheim"), Workstation: "HOME", TargetName: "HTTP/server"}
}

// login takes a handshake to its end, which may be an error of the server.
func login(t testing.TB, server *Server, client *Client) error {
	t.Helper()
	negotiate, done, err := client.Initiate(t.Context(), nil)
	require.NoError(t, err)
	require.False(t, done)
	challenge, done, err := server.Accept(t.Context(), negotiate)
	require.NoError(t, err)
	require.False(t, done)
	authenticate, done, err := client.Initiate(t.Context(), challenge)
	require.NoError(t, err)
	require.True(t, done)
	reply, done, err := server.Accept(t.Context(), authenticate)
	require.Nil(t, reply)
	require.Equal(t, err == nil, done)
	return err
}

// sessions returns both ends of a finished handshake.
func sessions(t testing.TB) (client, server *Session) {
	t.Helper()
	s, c := NewServer(testConfig()), NewClient(testClient())
	require.NoError(t, login(t, s, c))
	return c.Session(), s.Session()
}

// A forger is a client that does what a test tells it, and else everything
// right. The functions change a message before it is written.
type forger struct {
	hash      Hash
	negotiate func(*Negotiate)
	response  func(*Response)
	message   func(*Authenticate)
	noMIC     bool         // none is announced, none is sent
	bytes     func([]byte) // changes the message that was written
}

const forgerFlags = demanded | FlagNTLM | FlagAlwaysSign | FlagTargetInfo | FlagSign | FlagSeal | FlagKeyExchange

// play speaks to a server and returns its answer to AUTHENTICATE, and that.
func (f forger) play(t testing.TB, server *Server) (authenticate []byte, err error) {
	t.Helper()
	n := Negotiate{Flags: forgerFlags}
	if f.negotiate != nil {
		f.negotiate(&n)
	}
	first := n.Append(nil)
	second, _, err := server.Accept(t.Context(), first)
	if err != nil {
		return nil, err
	}
	authenticate = f.answer(t, first, second)
	_, _, err = server.Accept(t.Context(), authenticate)
	return authenticate, err
}

func (f forger) answer(t testing.TB, first, second []byte) []byte {
	t.Helper()
	challenge, err := DecodeChallenge(second)
	require.NoError(t, err)
	if f.hash == (Hash{}) {
		f.hash = NewHash("geheim")
	}
	r := Response{Time: NewFileTime(time.Now()), Pairs: challenge.Info}
	if !f.noMIC {
		r.Pairs = append(r.Pairs, AVPair{AVFlags, binary.LittleEndian.AppendUint32(nil, AVFlagMIC)})
	}
	if f.response != nil {
		f.response(&r)
	}
	m := Authenticate{Flags: challenge.Flags, User: "ada", Domain: "EXAMPLE", HasMIC: !f.noMIC}
	key := responseKey(f.hash, m.User, m.Domain)
	r.Proof = prove(key, challenge.Random, r.appendBlob(nil))
	m.NTResponse = r.Append(nil)
	encrypted, err := exchangeKey(sessionBaseKey(key, r.Proof), exampleKey)
	require.NoError(t, err)
	m.SessionKey = encrypted[:]
	if f.message != nil {
		f.message(&m)
	}
	b := m.Append(nil)
	if m.HasMIC && !f.noMIC {
		mic := messageMIC(exampleKey, first, second, b, authenticateMIC)
		copy(b[authenticateMIC:], mic[:])
	}
	if f.bytes != nil {
		f.bytes(b)
	}
	return b
}
