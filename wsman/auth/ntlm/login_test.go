package ntlm

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestLogin(t *testing.T) {
	bindings := NewBindings([]byte("tls-server-end-point:x"))
	for name, c := range map[string]struct {
		change   func(*ClientConfig)
		identity string
		err      error
	}{
		"right":                 {func(*ClientConfig) {}, `example\ada`, nil},
		"name in capitals":      {func(c *ClientConfig) { c.User = "ADA" }, `example\ada`, nil},
		"user principal name":   {func(c *ClientConfig) { c.User, c.Domain = "ada@example.com", "" }, "ada@example.com", nil},
		"no domain, odd signs":  {func(c *ClientConfig) { c.User, c.Domain, c.Hash = "Bob", "", NewHash("grün€𝄞") }, "bob", nil},
		"channel bindings":      {func(c *ClientConfig) { c.Bindings = bindings }, `example\ada`, nil},
		"no message protection": {func(c *ClientConfig) { c.Plain = true }, `example\ada`, nil},
		"nothing but a name":    {func(c *ClientConfig) { c.Workstation, c.TargetName = "", "" }, `example\ada`, nil},
		"wrong password":        {func(c *ClientConfig) { c.Hash = NewHash("Geheim") }, "", ErrLogonFailed},
		"empty password":        {func(c *ClientConfig) { c.Hash = NewHash("") }, "", ErrLogonFailed},
		"unknown user":          {func(c *ClientConfig) { c.User = "eve" }, "", ErrLogonFailed},
		"unknown domain":        {func(c *ClientConfig) { c.Domain = "OTHER" }, "", ErrLogonFailed},
		"nobody":                {func(c *ClientConfig) { c.User = "" }, "", ErrAnonymous},
	} {
		t.Run(name, func(t *testing.T) {
			config := testClient()
			c.change(&config)
			server, client := NewServer(testConfig()), NewClient(config)
			err := login(t, server, client)
			assert.ErrorIs(t, err, c.err)
			if c.err != nil {
				assert.Nil(t, server.Session())
				assert.Zero(t, server.Peer())
				return
			}
			assert.Equal(t, Peer{
				User: config.User, Domain: config.Domain, Workstation: config.Workstation, Identity: c.identity,
				TargetName: config.TargetName, Bindings: config.Bindings, MIC: true,
			}, server.Peer())
			assert.Equal(t, client.Session().Key(), server.Session().Key())
			assert.Equal(t, client.Session().Flags(), server.Session().Flags())
			assert.Equal(t, !config.Plain, server.Session().CanSeal())
			assert.Equal(t, !config.Plain, server.Session().CanSign())
		})
	}
}

// A client that makes its response without the domain that it sends.
func TestLoginWithoutDomainInResponse(t *testing.T) {
	lookUp := users{`example\ada`: "geheim"}.lookUp
	v := NewHashVerifier(lookUp)
	key := responseKey(NewHash("geheim"), "ada", "")
	r := Response{}
	r.Proof = prove(key, exampleRandom, r.appendBlob(nil))
	got, err := v.Verify(t.Context(), &Attempt{User: "ada", Domain: "EXAMPLE", Challenge: exampleRandom, Response: r.Append(nil)})
	require.NoError(t, err)
	assert.Equal(t, sessionBaseKey(key, r.Proof), got.SessionBaseKey)
}

// external is a verifier that has no hashes, as winbind is to us.
type external struct {
	t    *testing.T
	err  error
	seen Attempt
}

func (e *external) Verify(_ context.Context, a *Attempt) (Verified, error) {
	e.seen = *a
	if e.err != nil {
		return Verified{}, e.err
	}
	r, err := DecodeResponse(a.Response)
	require.NoError(e.t, err)
	key := responseKey(NewHash("geheim"), a.User, a.Domain)
	require.Equal(e.t, r.Proof, prove(key, a.Challenge, r.blob))
	return Verified{SessionBaseKey: sessionBaseKey(key, r.Proof), Identity: 42}, nil
}

func TestLoginByExternalVerifier(t *testing.T) {
	e := &external{t: t}
	server, client := NewServer(&ServerConfig{Verifier: e, Target: Target{DomainName: "EXAMPLE", Domain: true}}), NewClient(testClient())
	require.NoError(t, login(t, server, client))
	assert.Equal(t, 42, server.Peer().Identity)
	assert.Equal(t, "Ada", e.seen.User)
	assert.Equal(t, "HOME", e.seen.Workstation)

	e.err = errors.New("no domain controller")
	assert.ErrorIs(t, login(t, NewServer(&ServerConfig{Verifier: e}), NewClient(testClient())), e.err)
}

func TestChallengeContent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		negotiate, _, err := NewClient(testClient()).Initiate(t.Context(), nil)
		require.NoError(t, err)
		seen := map[[8]byte]bool{}
		for range 100 {
			b, _, err := NewServer(testConfig()).Accept(t.Context(), negotiate)
			require.NoError(t, err)
			m, err := DecodeChallenge(b)
			require.NoError(t, err)
			require.False(t, seen[m.Random], "a challenge came twice")
			seen[m.Random] = true
			at, ok := m.Info.Timestamp()
			assert.True(t, ok)
			assert.Equal(t, NewFileTime(time.Now()), at)
			assert.Equal(t, "SERVER", m.Target)
			assert.Equal(t, DefaultVersion, m.Version)
			assert.True(t, m.Flags.Has(FlagTargetTypeServer|FlagTargetInfo|FlagKeyExchange|FlagSign|FlagSeal))
			assert.False(t, m.Flags&(FlagOEM|FlagLMKey|FlagAnonymous|FlagDatagram) != 0)
			assert.Equal(t, "server.example.com", m.Info.Text(AVDNSComputerName))
		}
	})
}

// What a client did not ask for it does not get.
func TestChallengeGrantsOnlyWhatWasAsked(t *testing.T) {
	m := Negotiate{Flags: demanded | FlagOEM | FlagLMKey | FlagDatagram | FlagAnonymous}
	b, _, err := NewServer(testConfig()).Accept(t.Context(), m.Append(nil))
	require.NoError(t, err)
	challenge, err := DecodeChallenge(b)
	require.NoError(t, err)
	assert.Equal(t, demanded|always|FlagTargetTypeServer, challenge.Flags)
}

func TestClock(t *testing.T) {
	for _, c := range []struct {
		skew time.Duration
		err  error
	}{
		{0, nil},
		{DefaultMaxSkew, nil}, {DefaultMaxSkew + 100*time.Nanosecond, ErrClock},
		{-DefaultMaxSkew, nil}, {-DefaultMaxSkew - 100*time.Nanosecond, ErrClock},
		{-290 * 365 * 24 * time.Hour, ErrClock}, {290 * 365 * 24 * time.Hour, ErrClock},
	} {
		synctest.Test(t, func(t *testing.T) {
			f := forger{response: func(r *Response) { r.Time = NewFileTime(time.Now()) + FileTime(c.skew/100) }}
			_, err := f.play(t, NewServer(testConfig()))
			assert.ErrorIs(t, err, c.err, "%s", c.skew)
		})
	}
}

func TestChallengeExpires(t *testing.T) {
	for wait, want := range map[time.Duration]error{maxChallengeAge: nil, maxChallengeAge + 1: ErrExpired} {
		synctest.Test(t, func(t *testing.T) {
			server, client := NewServer(testConfig()), NewClient(testClient())
			negotiate, _, err := client.Initiate(t.Context(), nil)
			require.NoError(t, err)
			challenge, _, err := server.Accept(t.Context(), negotiate)
			require.NoError(t, err)
			authenticate, _, err := client.Initiate(t.Context(), challenge)
			require.NoError(t, err)
			time.Sleep(wait)
			_, _, err = server.Accept(t.Context(), authenticate)
			assert.ErrorIs(t, err, want)
		})
	}
}

func TestFileTime(t *testing.T) {
	at := time.Date(2003, 6, 17, 10, 0, 0, 100, time.UTC) // davenport's example, and 100 ns
	assert.EqualValues(t, 127003176000000001, NewFileTime(at))
	assert.True(t, NewFileTime(at).Time().Equal(at))
	assert.True(t, FileTime(0).Time().Equal(time.Date(1601, 1, 1, 0, 0, 0, 0, time.UTC)))
}

func TestBindings(t *testing.T) {
	some, other := NewBindings([]byte("a")), NewBindings([]byte("b"))
	assert.Equal(t, BindingsAbsent, Bindings{}.Check(some))
	assert.Equal(t, BindingsMatch, some.Check(some))
	assert.Equal(t, BindingsMismatch, some.Check(other))
	assert.Equal(t, "absent match mismatch",
		BindingsAbsent.String()+" "+BindingsMatch.String()+" "+BindingsMismatch.String())
}

// The client refuses a server that offers less than it needs.
func TestClientRefusesDowngrade(t *testing.T) {
	for _, missing := range []Flags{FlagUnicode, FlagExtendedSessionSecurity, Flag128, FlagSign, FlagSeal} {
		client := NewClient(testClient())
		_, _, err := client.Initiate(t.Context(), nil)
		require.NoError(t, err)
		m := Challenge{Flags: client.wanted() &^ missing}
		_, _, err = client.Initiate(t.Context(), m.Append(nil))
		var flags *FlagsError
		require.ErrorAs(t, err, &flags)
		assert.Equal(t, missing, flags.Missing)
		assert.Nil(t, client.Session())
	}
}

func TestClientOutOfOrder(t *testing.T) {
	client := NewClient(testClient())
	_, _, err := client.Initiate(t.Context(), []byte("x"))
	assert.ErrorIs(t, err, ErrOutOfOrder)
	_, _, err = client.Initiate(t.Context(), nil)
	assert.ErrorIs(t, err, ErrOutOfOrder)
	_, err = client.GetMIC(nil)
	assert.ErrorIs(t, err, ErrNotEstablished)
	assert.ErrorIs(t, client.VerifyMIC(nil, nil), ErrNotEstablished)
}

// A server that writes what only a client says does not get it into the
// response.
func TestClientTakesNoPairsOfItsOwnFromServer(t *testing.T) {
	client := NewClient(testClient())
	got := client.pairs(AVPairs{{AVChannelBindings, make([]byte, 16)}, textPair(AVTargetName, "CIFS/evil"), textPair(AVComputerName, "S")})
	_, err := DecodeAVPairs(got.Append(nil))
	require.NoError(t, err)
	assert.Equal(t, "HTTP/server", got.Text(AVTargetName))
	assert.EqualValues(t, AVFlagMIC, got.Flags())
}
