package ntlm

import (
	"bytes"
	"context"
	"encoding/binary"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestForgerIsLetIn(t *testing.T) {
	for _, f := range []forger{{}, {noMIC: true}} {
		_, err := f.play(t, NewServer(testConfig()))
		require.NoError(t, err)
	}
}

// Who guesses names learns nothing, not even of an account that is locked and
// whose password he has.
func TestEveryWrongLogonIsTheSame(t *testing.T) {
	config := testConfig()
	config.Verifier = NewHashVerifier(func(ctx context.Context, user, domain string) (Hash, any, bool, error) {
		hash, identity, ok, err := testUsers.lookUp(ctx, user, domain)
		return hash, identity, ok && user != "locked", err
	})
	testUsers[`example\locked`] = "geheim"
	defer delete(testUsers, `example\locked`)
	for _, client := range []ClientConfig{
		{User: "ada", Domain: "EXAMPLE", Hash: NewHash("x")},
		{User: "eve", Domain: "EXAMPLE", Hash: NewHash("geheim")},
		{User: "locked", Domain: "EXAMPLE", Hash: NewHash("geheim")},
		{User: "locked", Domain: "EXAMPLE"},
		{User: "eve", Domain: "EXAMPLE"},
	} {
		server := NewServer(config)
		err := login(t, server, NewClient(client))
		assert.Equal(t, ErrLogonFailed, err)
		assert.Zero(t, server.Peer())
		assert.Nil(t, server.Session())
	}
}

// What was right for one challenge is wrong for the next, and no challenge is
// answered twice.
func TestReplay(t *testing.T) {
	server := NewServer(testConfig())
	authenticate, err := forger{}.play(t, server)
	require.NoError(t, err)
	_, _, err = server.Accept(t.Context(), authenticate)
	assert.ErrorIs(t, err, ErrOutOfOrder)

	server = NewServer(testConfig())
	n := Negotiate{Flags: forgerFlags}
	_, _, err = server.Accept(t.Context(), n.Append(nil))
	require.NoError(t, err)
	_, done, err := server.Accept(t.Context(), authenticate)
	assert.ErrorIs(t, err, ErrLogonFailed)
	assert.False(t, done)
	assert.Nil(t, server.Session())

	_, _, err = NewServer(testConfig()).Accept(t.Context(), authenticate)
	var wrong *MessageError
	assert.ErrorAs(t, err, &wrong, "AUTHENTICATE comes not first")
}

// After a wrong password the challenge is used up: the right one comes late.
func TestOneGuessPerChallenge(t *testing.T) {
	server := NewServer(testConfig())
	n := Negotiate{Flags: forgerFlags}
	first := n.Append(nil)
	second, _, err := server.Accept(t.Context(), first)
	require.NoError(t, err)
	_, _, err = server.Accept(t.Context(), forger{hash: NewHash("x")}.answer(t, first, second))
	require.ErrorIs(t, err, ErrLogonFailed)
	_, _, err = server.Accept(t.Context(), forger{}.answer(t, first, second))
	assert.ErrorIs(t, err, ErrOutOfOrder)
}

func TestDowngradedFlags(t *testing.T) {
	for _, missing := range []Flags{FlagUnicode, FlagExtendedSessionSecurity, Flag128, demanded} {
		t.Run(missing.String(), func(t *testing.T) {
			var flags *FlagsError
			inNegotiate := forger{negotiate: func(m *Negotiate) { m.Flags &^= missing }}
			_, err := inNegotiate.play(t, NewServer(testConfig()))
			require.ErrorAs(t, err, &flags)
			assert.Equal(t, missing, flags.Missing)

			inAuthenticate := forger{message: func(m *Authenticate) { m.Flags &^= missing }, noMIC: true}
			_, err = inAuthenticate.play(t, NewServer(testConfig()))
			require.ErrorAs(t, err, &flags)
			assert.NotZero(t, flags.Missing&missing)
		})
	}
	config := testConfig()
	config.Demand = FlagSeal
	_, err := forger{negotiate: func(m *Negotiate) { m.Flags &^= FlagSeal }}.play(t, NewServer(config))
	assert.Equal(t, &FlagsError{Missing: FlagSeal}, err)
}

// What somebody in between takes out of a message the MIC tells, whichever
// message it is.
func TestFlagsTakenOutOnTheWay(t *testing.T) {
	for name, change := range map[string]func(negotiate, challenge, authenticate []byte){
		"NEGOTIATE":    func(n, _, _ []byte) { n[headerSize] &^= byte(FlagSeal) },
		"CHALLENGE":    func(_, c, _ []byte) { c[challengeFlags] &^= byte(FlagRequestTarget) },
		"AUTHENTICATE": func(_, _, a []byte) { a[authenticateFlags] &^= byte(FlagSeal) },
	} {
		t.Run(name, func(t *testing.T) {
			server := NewServer(testConfig())
			n := Negotiate{Flags: forgerFlags | FlagRequestTarget}
			first := n.Append(nil)
			onTheWay := bytes.Clone(first)
			change(onTheWay, make([]byte, 999), make([]byte, 999))
			second, _, err := server.Accept(t.Context(), onTheWay)
			require.NoError(t, err)
			change(make([]byte, 999), second, make([]byte, 999))
			third := forger{}.answer(t, first, second)
			change(make([]byte, 999), make([]byte, 999), third)
			_, _, err = server.Accept(t.Context(), third)
			assert.ErrorIs(t, err, ErrMICWrong)
		})
	}
}

func TestMIC(t *testing.T) {
	strict := testConfig()
	strict.RequireMIC = true
	for name, c := range map[string]struct {
		f    forger
		want error
	}{
		"announced, without room": {forger{message: func(m *Authenticate) { m.HasMIC = false }}, ErrMICMissing},
		"announced, zero":         {forger{bytes: func(b []byte) { clear(b[authenticateMIC:authenticateFull]) }}, ErrMICMissing},
		"wrong":                   {forger{bytes: func(b []byte) { b[authenticateFull-1] ^= 1 }}, ErrMICWrong},
		"version changed":         {forger{bytes: func(b []byte) { b[authenticateSize] ^= 1 }}, ErrMICWrong},
		"not announced, there":    {forger{noMIC: true, message: func(m *Authenticate) { m.HasMIC = true }}, nil},
		"not announced":           {forger{noMIC: true}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			server := NewServer(testConfig())
			_, err := c.f.play(t, server)
			assert.ErrorIs(t, err, c.want)
			assert.False(t, server.Peer().MIC)
			assert.False(t, server.WantsMIC())
			_, err = c.f.play(t, NewServer(strict))
			if c.want == nil {
				c.want = ErrMICMissing
			}
			assert.ErrorIs(t, err, c.want)
		})
	}
}

// A client without a version may have its MIC in the version's place.
func TestMICWithoutVersion(t *testing.T) {
	server := NewServer(testConfig())
	n := Negotiate{Flags: forgerFlags}
	first := n.Append(nil)
	second, _, err := server.Accept(t.Context(), first)
	require.NoError(t, err)
	b := forger{}.answer(t, first, second)
	b = append(b[:authenticateSize:authenticateSize], b[authenticateMIC:]...) // without the version
	for at := authenticateLM; at < authenticateFlags; at += fieldSize {
		offset := binary.LittleEndian.Uint32(b[at+4:])
		binary.LittleEndian.PutUint32(b[at+4:], offset-versionSize)
	}
	mic := messageMIC(exampleKey, first, second, b, authenticateSize)
	copy(b[authenticateSize:], mic[:])
	_, _, err = server.Accept(t.Context(), b)
	require.NoError(t, err)
	assert.True(t, server.Peer().MIC)
}

// The MIC's announcement cannot be taken out of the response, nor can channel
// bindings be put in.
func TestResponseChangedOnTheWay(t *testing.T) {
	bindings := NewBindings([]byte("the attacker's"))
	for _, pair := range []AVPair{{AVFlags, []byte{2, 0, 0, 0}}, {AVChannelBindings, bindings[:]}} {
		server := NewServer(testConfig())
		f := forger{message: func(m *Authenticate) {
			r, err := DecodeResponse(m.NTResponse)
			require.NoError(t, err)
			for i := range r.Pairs {
				if r.Pairs[i].ID == pair.ID {
					r.Pairs[i].Value = make([]byte, len(pair.Value))
				}
			}
			m.NTResponse = r.Append(nil)
		}, response: func(r *Response) {
			if pair.ID != AVFlags {
				r.Pairs = append(r.Pairs, pair)
			}
		}}
		_, err := f.play(t, server)
		assert.ErrorIs(t, err, ErrLogonFailed)
	}
}

func TestWrongChannelBinding(t *testing.T) {
	config := testClient()
	config.Bindings = NewBindings([]byte("tls-server-end-point:another"))
	server := NewServer(testConfig())
	require.NoError(t, login(t, server, NewClient(config)))
	assert.Equal(t, BindingsMismatch, server.Peer().Bindings.Check(NewBindings([]byte("tls-server-end-point:this"))))
}

func TestWeakResponses(t *testing.T) {
	for name, c := range map[string]struct {
		message func(*Authenticate)
		want    error
	}{
		"NTLMv1":         {func(m *Authenticate) { m.NTResponse = make([]byte, 24) }, ErrNTLMv1},
		"NTLMv1 with LM": {func(m *Authenticate) { m.NTResponse, m.LMResponse = make([]byte, 24), make([]byte, 24) }, ErrNTLMv1},
		"LM only":        {func(m *Authenticate) { m.NTResponse, m.LMResponse = nil, make([]byte, 24) }, ErrLMOnly},
		"nothing":        {func(m *Authenticate) { m.NTResponse, m.LMResponse = nil, []byte{0} }, ErrAnonymous},
		"no name":        {func(m *Authenticate) { m.User = "" }, ErrAnonymous},
		"flag anonymous": {func(m *Authenticate) { m.Flags |= FlagAnonymous }, ErrAnonymous},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := forger{message: c.message}.play(t, NewServer(testConfig()))
			assert.ErrorIs(t, err, c.want)
		})
	}
}

func TestSessionKeyOfWrongSize(t *testing.T) {
	for _, size := range []int{0, 1, 15, 17, 4000} {
		var wrong *MessageError
		_, err := forger{message: func(m *Authenticate) { m.SessionKey = make([]byte, size) }}.play(t, NewServer(testConfig()))
		assert.ErrorAs(t, err, &wrong, "%d", size)
	}
}

func TestFieldsOutOfPlace(t *testing.T) {
	n := Negotiate{Flags: forgerFlags}
	first := n.Append(nil)
	second, _, err := NewServer(testConfig()).Accept(t.Context(), first)
	require.NoError(t, err)
	right := forger{}.answer(t, first, second)
	field := func(at, length, offset int) func([]byte) []byte {
		return func(b []byte) []byte {
			binary.LittleEndian.PutUint16(b[at:], uint16(length))
			binary.LittleEndian.PutUint32(b[at+4:], uint32(offset))
			return b
		}
	}
	for name, change := range map[string]func([]byte) []byte{
		"user in the header":          field(authenticateUser, 6, 12),
		"user on the response":        field(authenticateUser, 6, authenticateFull),
		"user beyond the end":         field(authenticateUser, 6, len(right)-4),
		"user far beyond the end":     field(authenticateUser, 6, 0xFFFFFFFE),
		"user of half a character":    field(authenticateUser, 5, authenticateFull+200),
		"user too long":               field(authenticateUser, maxName+2, authenticateFull),
		"workstation on the domain":   field(authenticateStation, 2, len(right)-30),
		"response beyond the end":     field(authenticateNT, 0xFFFF, authenticateFull),
		"key in the header":           field(authenticateKey, 16, 0),
		"message too long":            func(b []byte) []byte { return append(b, make([]byte, MaxMessage)...) },
		"message too short":           func(b []byte) []byte { return b[:authenticateSize-1] },
		"message empty":               func([]byte) []byte { return nil },
		"another type":                func(b []byte) []byte { b[8] = 1; return b },
		"another signature":           func(b []byte) []byte { b[0] = 'n'; return b },
		"user that ends in between":   func(b []byte) []byte { return bytes.Replace(b, []byte("d\x00a\x00"), []byte("\x00\x00a\x00"), 1) },
		"user with half a surrogate ": func(b []byte) []byte { return bytes.Replace(b, []byte("d\x00a\x00"), []byte("\x00\xD8a\x00"), 1) },
	} {
		t.Run(name, func(t *testing.T) {
			_, err := DecodeAuthenticate(change(bytes.Clone(right)))
			var wrong *MessageError
			require.ErrorAs(t, err, &wrong)
			assert.NotEmpty(t, wrong.Error())
		})
	}
}
