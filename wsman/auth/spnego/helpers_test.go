package spnego

import (
	"context"
	"encoding/asn1"
	"encoding/hex"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/wsman/auth/ntlm"
)

func fromHex(s string) []byte {
	b, err := hex.DecodeString(strings.Join(strings.Fields(s), ""))
	if err != nil {
		panic(err)
	}
	return b
}

// script is a mechanism for tests, on both sides: it sends and awaits tokens
// that were agreed on, and signs by writing a letter before the list.
type script struct {
	oids     []string
	awaits   []string // "" for the client's beginning
	sends    []string
	wantsMIC bool
	fails    error
	at       int
	signs    string
}

func (s *script) OIDs() (oids []asn1.ObjectIdentifier) {
	for _, oid := range s.oids {
		id, err := parseOID(oid)
		if err != nil {
			panic(err)
		}
		oids = append(oids, id)
	}
	return oids
}

func (s *script) step(_ context.Context, token []byte) ([]byte, bool, error) {
	if s.fails != nil {
		return nil, false, s.fails
	}
	if s.at >= len(s.awaits) || string(token) != s.awaits[s.at] {
		return nil, false, errors.New("script: another token awaited")
	}
	s.at++
	return []byte(s.sends[s.at-1]), s.at == len(s.awaits), nil
}

func (s *script) Accept(ctx context.Context, token []byte) ([]byte, bool, error) {
	return s.step(ctx, token)
}

func (s *script) Initiate(ctx context.Context, token []byte) ([]byte, bool, error) {
	return s.step(ctx, token)
}

func (s *script) WantsMIC() bool { return s.wantsMIC }

func (s *script) GetMIC(list []byte) ([]byte, error) {
	return append([]byte(s.signs), list...), nil
}

func (s *script) VerifyMIC(list, mic []byte) error {
	if len(mic) == 0 || string(mic[:1]) == s.signs || string(mic[1:]) != string(list) {
		return errors.New("script: wrong signature")
	}
	return nil
}

// kerberos has a server that speaks last, as with mutual authentication.
func kerberosServer() *script {
	return &script{oids: []string{OIDKerberos, OIDMSKerberos}, awaits: []string{"AP-REQ"}, sends: []string{"AP-REP"}, signs: "s"}
}

func kerberosClient() *script {
	return &script{oids: []string{OIDMSKerberos, OIDKerberos}, awaits: []string{"", "AP-REP"}, sends: []string{"AP-REQ", ""}, signs: "c"}
}

// threeServer has a client that speaks last, as with NTLM.
func threeServer() *script {
	return &script{oids: []string{OIDNTLM}, awaits: []string{"one", "three"}, sends: []string{"two", ""}, signs: "s"}
}

func threeClient() *script {
	return &script{oids: []string{OIDNTLM}, awaits: []string{"", "two"}, sends: []string{"one", "three"}, signs: "c"}
}

func ntlmServer() *ntlm.Server {
	return ntlm.NewServer(&ntlm.ServerConfig{
		Target: ntlm.Target{ComputerName: "SERVER", DomainName: "EXAMPLE"},
		Verifier: ntlm.NewHashVerifier(func(_ context.Context, user, _ string) (ntlm.Hash, any, bool, error) {
			return ntlm.NewHash("geheim"), user, strings.EqualFold(user, "ada"), nil
		}),
	})
}

func ntlmClient() *ntlm.Client {
	return ntlm.NewClient(ntlm.ClientConfig{User: "ada", Domain: "EXAMPLE", Hash: ntlm.NewHash("geheim"), TargetName: "HTTP/server"})
}

// converse takes a negotiation to its end. Change, if not nil, gets each token
// on its way: the client's have even numbers. It returns how many tokens went.
func converse(t testing.TB, i *Initiator, a *Acceptor, change func(n int, token []byte) []byte) (tokens int, err error) {
	t.Helper()
	pass := func(token []byte) []byte {
		if change != nil {
			token = change(tokens, token)
		}
		tokens++
		return token
	}
	var token []byte
	var clientDone, serverDone bool
	for !clientDone || !serverDone {
		require.False(t, clientDone && serverDone)
		if token, clientDone, err = i.Initiate(t.Context(), token); err != nil {
			return tokens, err
		}
		if serverDone {
			require.Empty(t, token)
			continue
		}
		token = pass(token)
		if token, serverDone, err = a.Accept(t.Context(), token); err != nil {
			return tokens, err
		}
		if clientDone {
			require.True(t, serverDone)
			require.Empty(t, token)
			continue
		}
		token = pass(token)
	}
	return tokens, nil
}
