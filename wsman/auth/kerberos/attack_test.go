package kerberos

import (
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestReplayedRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRealm(t)
		a := r.acceptor()
		ticket := r.ticket(order{})
		token := r.request(ticket, InitiatorOptions{}, func(x *authenticator) { x.time = x.time.Add(DefaultSkew) }, 0)
		_, done, err := a.Begin().Accept(ctx, token)
		require.NoError(t, err)
		require.True(t, done)
		// Made as far in the future as is accepted, it would be accepted for
		// twice the skew.
		for _, wait := range []time.Duration{0, time.Second, DefaultSkew, DefaultSkew - time.Second} {
			time.Sleep(wait)
			_, _, err = a.Begin().Accept(ctx, token)
			assert.ErrorIs(t, err, ErrReplay)
		}
		time.Sleep(time.Nanosecond)
		_, _, err = a.Begin().Accept(ctx, token)
		assert.ErrorIs(t, err, ErrSkew)
		// The ticket itself is good for more.
		handshake(t, a, ticket, InitiatorOptions{})
	})
}

func TestReplayedRequestOfMIT(t *testing.T) {
	k := kdc(t)
	a := k.acceptor(t)
	token, err := NewInitiator(k.ticket(t, "HTTP/"+hosts[AES128SHA1]), InitiatorOptions{}).begin()
	require.NoError(t, err)
	_, done, err := a.Begin().Accept(ctx, token)
	require.NoError(t, err)
	require.True(t, done)
	_, done, err = a.Begin().Accept(ctx, token)
	assert.ErrorIs(t, err, ErrReplay)
	assert.False(t, done)
}

func TestFullReplayCache(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRealm(t)
		a := r.acceptor(func(c *Config) { c.MaxReplays = 3 })
		for range 3 {
			handshake(t, a, r.ticket(order{}), InitiatorOptions{})
		}
		token, err := NewInitiator(r.ticket(order{}), InitiatorOptions{}).begin()
		require.NoError(t, err)
		_, _, err = a.Begin().Accept(ctx, token)
		assert.ErrorIs(t, err, ErrReplayCacheFull)
		time.Sleep(2 * DefaultSkew)
		handshake(t, a, r.ticket(order{}), InitiatorOptions{})
	})
}

// Each refusal of an AP-REQ.
func TestRefusedRequests(t *testing.T) {
	for name, c := range map[string]struct {
		order   order
		options InitiatorOptions
		change  func(*authenticator)
		flags   uint32
		config  func(*Config)
		want    error
	}{
		"expired": {order: order{change: func(p *encTicketPart) {
			p.authTime, p.endTime = p.authTime.Add(-time.Hour), p.authTime.Add(-DefaultSkew-time.Second)
		}}, want: ErrExpired},
		"not yet valid": {order: order{change: func(p *encTicketPart) {
			p.startTime = p.authTime.Add(DefaultSkew + time.Second)
		}}, want: ErrNotYetValid},
		"flag invalid":            {order: order{change: func(p *encTicketPart) { p.flags = ticketInvalid }}, want: ErrNotYetValid},
		"another service":         {order: order{service: "host/" + testHost}, want: ErrWrongService},
		"another service renamed": {order: order{service: "host/" + testHost, rename: "HTTP/" + testHost}, want: ErrIntegrity},
		"unknown host":            {order: order{rename: "HTTP/other.winrmd.test"}, want: ErrNoKey},
		"only one host": {
			config: func(c *Config) { c.Services = []string{"HTTP/other.winrmd.test", "host/" + testHost} }, want: ErrWrongService,
		},
		"clock ahead": {change: func(a *authenticator) { a.time = a.time.Add(DefaultSkew + time.Microsecond) }, want: ErrSkew},
		"clock late":  {change: func(a *authenticator) { a.time = a.time.Add(-DefaultSkew - time.Microsecond) }, want: ErrSkew},
		"RC4 ticket":  {order: order{etype: RC4}, want: ErrEncryptionType},
		"RC4 session key": {order: order{change: func(p *encTicketPart) {
			p.key, _ = newKey(RC4)
		}}, want: ErrEncryptionType},
		"RC4 subkey": {change: func(a *authenticator) {
			k, _ := newKey(RC4)
			a.subkey = &k
		}, want: ErrEncryptionType},
		"short subkey": {change: func(a *authenticator) { a.subkey.Value = a.subkey.Value[:5] }, want: ErrMalformed},
		"AES128 not on": {
			order: order{etype: AES128SHA1}, config: func(c *Config) { c.EncryptionTypes = []EncryptionType{AES256SHA1, RC4} },
			want: ErrEncryptionType,
		},
		"RC4 in the list only": {
			order: order{etype: RC4}, config: func(c *Config) { c.EncryptionTypes = []EncryptionType{AES256SHA1, RC4} },
			want: ErrEncryptionType,
		},
		"another client":  {change: func(a *authenticator) { a.client.Name = []string{"root"} }, want: ErrNameMismatch},
		"another realm":   {change: func(a *authenticator) { a.client.Realm = "OTHER.TEST" }, want: ErrNameMismatch},
		"foreign realm":   {order: order{change: func(p *encTicketPart) { p.client.Realm = "OTHER.TEST" }}, want: ErrRealm},
		"anonymous":       {order: order{change: func(p *encTicketPart) { p.client.Name = []string{"WELLKNOWN", "ANONYMOUS"} }}, want: ErrAnonymous},
		"flag anonymous":  {order: order{change: func(p *encTicketPart) { p.flags = ticketAnonymous }}, want: ErrAnonymous},
		"user to user":    {flags: optionUseSessionKey, want: ErrUnsupported},
		"no GSS checksum": {change: func(a *authenticator) { a.checksumType, a.checksum = 7, make([]byte, 16) }, want: ErrMalformed},
		"no checksum":     {change: func(a *authenticator) { a.checksum = nil }, want: ErrMalformed},
		"short checksum":  {change: func(a *authenticator) { a.checksum = a.checksum[:23] }, want: ErrMalformed},
		"DCE style in a frame": {change: func(a *authenticator) {
			a.checksum = gssChecksum{flags: DefaultFlags | FlagDCEStyle}.marshal()
		}, want: ErrMalformed},
		"raw without DCE style": {options: InitiatorOptions{Flags: DefaultFlags | FlagDCEStyle}, change: func(a *authenticator) {
			a.checksum = gssChecksum{flags: DefaultFlags}.marshal()
		}, want: ErrMalformed},
		"delegation that is none": {change: func(a *authenticator) {
			a.checksum = gssChecksum{flags: DefaultFlags | FlagDelegate, delegation: []byte("x")}.marshal()
		}, want: ErrMalformed},
		"delegation cut off": {change: func(a *authenticator) {
			a.checksum = append(gssChecksum{flags: DefaultFlags | FlagDelegate}.marshal()[:26], 1, 0)
		}, want: ErrMalformed},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRealm(t)
				config := c.config
				if config == nil {
					config = func(*Config) {}
				}
				token := r.request(r.ticket(c.order), c.options, c.change, c.flags)
				context := r.acceptor(config).Begin()
				reply, done, err := context.Accept(ctx, token)
				assert.ErrorIs(t, err, c.want)
				var typed *Error
				assert.True(t, errors.As(err, &typed))
				assert.Nil(t, reply)
				assert.False(t, done)
				assert.Nil(t, context.Peer())
				assert.Nil(t, context.Session())
				_, _, err = context.Accept(ctx, token)
				assert.ErrorIs(t, err, ErrState, "it is over")
				_, err = context.GetMIC(nil)
				assert.ErrorIs(t, err, ErrState)
				assert.ErrorIs(t, context.VerifyMIC(nil, nil), ErrState)
			})
		})
	}
}

// What is on the edge of a refusal is accepted.
func TestAcceptedRequests(t *testing.T) {
	for name, c := range map[string]struct {
		order  order
		change func(*authenticator)
		config func(*Config)
	}{
		"just expired": {order: order{change: func(p *encTicketPart) { p.endTime = p.authTime.Add(-DefaultSkew) }}},
		"just started": {order: order{change: func(p *encTicketPart) { p.startTime = p.authTime.Add(DefaultSkew) }}},
		"clock ahead":  {change: func(a *authenticator) { a.time = a.time.Add(DefaultSkew) }},
		"clock late":   {change: func(a *authenticator) { a.time = a.time.Add(-DefaultSkew) }},
		"upper case":   {order: order{rename: "http/SERVER.winrmd.test"}},
		"with a port":  {order: order{rename: "HTTP/" + testHost + ":5985"}},
		"any service":  {order: order{service: "host/" + testHost}, config: func(c *Config) { c.Services = nil }},
		"one host":     {config: func(c *Config) { c.Services = []string{"http/" + testHost} }},
		"RC4":          {order: order{etype: RC4}, config: allowRC4},
		"AES of SHA2":  {order: order{etype: AES256SHA2}},
		"no subkey":    {change: func(a *authenticator) { a.subkey = nil }},
		"listed realm": {
			order:  order{change: func(p *encTicketPart) { p.client.Realm = "OTHER.TEST" }},
			config: func(c *Config) { c.Realms = []string{"OTHER.TEST"} },
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRealm(t)
				config := c.config
				if config == nil {
					config = func(*Config) {}
				}
				token := r.request(r.ticket(c.order), InitiatorOptions{}, c.change, 0)
				_, done, err := r.acceptor(config).Begin().Accept(ctx, token)
				require.NoError(t, err)
				assert.True(t, done)
			})
		})
	}
}

func TestTicketOfMITThatEnds(t *testing.T) {
	k := kdc(t)
	if testing.Short() {
		t.Skip("it waits for 3 seconds")
	}
	t.Parallel()
	path := k.login(t, "-l", "2s")
	ticket := k.ticketFromCache(t, path, "HTTP/"+hosts[AES256SHA1])
	a := k.acceptor(t, func(c *Config) { c.Skew = 500 * time.Millisecond })
	handshake(t, a, ticket, InitiatorOptions{})
	time.Sleep(3 * time.Second)
	token, err := NewInitiator(ticket, InitiatorOptions{}).begin()
	require.NoError(t, err)
	_, _, err = a.Begin().Accept(ctx, token)
	assert.ErrorIs(t, err, ErrExpired)
	assert.ErrorContains(t, err, "alice@WINRMD.TEST")
}

func TestRC4TicketOfMITWhileOff(t *testing.T) {
	k := kdc(t)
	token, err := NewInitiator(k.ticket(t, "HTTP/"+hosts[RC4]), InitiatorOptions{}).begin()
	require.NoError(t, err)
	_, _, err = k.acceptor(t).Begin().Accept(ctx, token)
	assert.ErrorIs(t, err, ErrEncryptionType)
}

func TestTicketOfMITForAnotherService(t *testing.T) {
	k := kdc(t)
	token, err := NewInitiator(k.ticket(t, "host/"+hosts[AES256SHA1]), InitiatorOptions{}).begin()
	require.NoError(t, err)
	_, _, err = k.acceptor(t).Begin().Accept(ctx, token)
	assert.ErrorIs(t, err, ErrWrongService)
}

// Every byte of a request matters, but for those that say what is not looked
// at. None may panic, and none may let in a second time.
func TestBrokenRequests(t *testing.T) {
	r := newRealm(t)
	for _, dce := range []Flags{0, FlagDCEStyle} {
		a := r.acceptor()
		token, err := NewInitiator(r.ticket(order{}), InitiatorOptions{Flags: DefaultFlags | dce}).begin()
		require.NoError(t, err)
		for n := range len(token) {
			_, done, err := a.Begin().Accept(ctx, token[:n])
			assert.Error(t, err, "%d bytes", n)
			assert.False(t, done)
		}
		_, _, err = a.Begin().Accept(ctx, append(slices.Clone(token), 0))
		assert.ErrorIs(t, err, ErrMalformed)
		for n := range token {
			changed := slices.Clone(token)
			changed[n] ^= 0x20
			a.Begin().Accept(ctx, changed)
		}
		_, _, err = a.Begin().Accept(ctx, make([]byte, MaxToken+1))
		assert.ErrorIs(t, err, ErrMalformed)
	}
}

func TestThirdLeg(t *testing.T) {
	r := newRealm(t)
	ticket := r.ticket(order{})
	other := func(r encAPRepPart, k Key) []byte {
		b, err := r.seal(k)
		require.NoError(t, err)
		return b
	}
	for name, third := range map[string]func(rep encAPRepPart) []byte{
		"another number":  func(rep encAPRepPart) []byte { rep.sequence++; rep.subkey = nil; return other(rep, ticket.Key) },
		"the AP-REP back": func(rep encAPRepPart) []byte { return other(rep, ticket.Key) },
		"another key": func(rep encAPRepPart) []byte {
			rep.subkey = nil
			k, _ := newKey(ticket.Key.Type)
			return other(rep, k)
		},
		"nothing": func(encAPRepPart) []byte { return nil },
		"error":   func(encAPRepPart) []byte { return []byte{0x7e, 0} },
	} {
		t.Run(name, func(t *testing.T) {
			c := r.acceptor().Begin()
			token, err := NewInitiator(ticket, InitiatorOptions{Flags: DefaultFlags | FlagDCEStyle}).begin()
			require.NoError(t, err)
			reply, done, err := c.Accept(ctx, token)
			require.NoError(t, err)
			assert.False(t, done)
			assert.Nil(t, c.Peer(), "not before the third leg")
			assert.Nil(t, c.Session())
			rep, err := openAPRep(reply, ticket.Key)
			require.NoError(t, err)
			_, done, err = c.Accept(ctx, third(rep))
			assert.Error(t, err)
			assert.False(t, done)
			assert.Nil(t, c.Session())
		})
	}
}

// A server that cannot decrypt the ticket cannot make an AP-REP.
func TestFalseServer(t *testing.T) {
	r := newRealm(t)
	ticket := r.ticket(order{})
	i := NewInitiator(ticket, InitiatorOptions{})
	_, err := i.begin()
	require.NoError(t, err)
	wrong := encAPRepPart{time: i.sent.time.Add(time.Microsecond), sequence: 1}
	reply, err := wrong.seal(ticket.Key) // for example an older AP-REP
	require.NoError(t, err)
	_, done, err := i.step(makeToken(tokenAPRep, reply))
	assert.ErrorIs(t, err, ErrMutual)
	assert.False(t, done)
	assert.Nil(t, i.Session())

	i = NewInitiator(ticket, InitiatorOptions{})
	_, err = i.begin()
	require.NoError(t, err)
	key, err := newKey(ticket.Key.Type)
	require.NoError(t, err)
	reply, err = encAPRepPart{time: i.sent.time}.seal(key)
	require.NoError(t, err)
	_, _, err = i.step(makeToken(tokenAPRep, reply))
	assert.ErrorIs(t, err, ErrIntegrity)
	_, _, err = i.step(makeToken(tokenAPRep, reply))
	assert.ErrorIs(t, err, ErrState)
}
