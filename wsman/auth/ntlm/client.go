package ntlm

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"time"
)

// ClientConfig is who a client is and whom it means.
type ClientConfig struct {
	// User and Domain are sent as they are; a user principal name goes without a
	// domain.
	User, Domain string
	// Hash is what proves who it is: see NewHash.
	Hash Hash
	// Workstation is the client's computer; may be empty.
	Workstation string
	// TargetName is the service principal name of the server, for example
	// "HTTP/host"; may be empty.
	TargetName string
	// Bindings are the channel's; the zero value where there is none.
	Bindings Bindings
	// Plain asks for no message protection: over TLS, for example.
	Plain bool
}

// Client is the client's side of one handshake. It is used by one goroutine at
// a time.
type Client struct {
	config    ClientConfig
	state     state
	negotiate []byte
	session   *Session
}

// NewClient begins a handshake.
func NewClient(config ClientConfig) *Client { return &Client{config: config} }

// Initiate makes the client's next message: NEGOTIATE when token is empty, and
// AUTHENTICATE when it is the server's CHALLENGE. Then done is true, though
// only the server knows whether it lets the client in. Every error ends the
// handshake.
func (c *Client) Initiate(_ context.Context, token []byte) (reply []byte, done bool, err error) {
	state := c.state
	c.state = finished
	switch {
	case state == begun && len(token) == 0:
		c.state = challenged
		m := Negotiate{Flags: c.wanted(), Version: DefaultVersion}
		c.negotiate = m.Append(nil)
		return append([]byte(nil), c.negotiate...), false, nil
	case state == challenged:
		if reply, err = c.authenticate(token); err != nil {
			return nil, false, err
		}
		return reply, true, nil
	}
	return nil, false, ErrOutOfOrder
}

// wanted are the flags that the client asks for.
func (c *Client) wanted() Flags {
	f := demanded | FlagRequestTarget | FlagNTLM | FlagAlwaysSign | FlagTargetInfo | FlagVersion | Flag56
	if !c.config.Plain {
		f |= FlagSign | FlagSeal | FlagKeyExchange
	}
	return f
}

// authenticate answers a challenge (MS-NLMP 3.1.5.1.2). A MIC is sent always: a
// server that does not know it does not look at it.
func (c *Client) authenticate(token []byte) ([]byte, error) {
	challenge, err := DecodeChallenge(token)
	if err != nil {
		return nil, err
	}
	flags := challenge.Flags & (c.wanted() | FlagTargetTypeServer | FlagTargetTypeDomain)
	if missing := c.needed() &^ flags; missing != 0 {
		return nil, &FlagsError{Missing: missing}
	}
	response, base := c.respond(challenge)
	key, encrypted, err := clientKey(flags, base)
	if err != nil {
		return nil, err
	}
	if c.session, err = NewSession(key, flags, ClientSide); err != nil {
		return nil, err
	}
	m := Authenticate{
		Flags:      flags,
		LMResponse: make([]byte, 24), // zeros: see MS-NLMP 3.1.5.1.2
		NTResponse: response,
		Domain:     c.config.Domain, User: c.config.User, Workstation: c.config.Workstation,
		SessionKey: encrypted,
		Version:    DefaultVersion,
		HasMIC:     true,
	}
	reply := m.Append(nil)
	mic := messageMIC(key, c.negotiate, token, reply, authenticateMIC)
	copy(reply[authenticateMIC:], mic[:])
	return reply, nil
}

// needed are the flags that the client does not do without.
func (c *Client) needed() Flags {
	if c.config.Plain {
		return demanded
	}
	return demanded | FlagSign | FlagSeal
}

// respond makes the response to a challenge and the session base key.
func (c *Client) respond(challenge *Challenge) (response []byte, base [16]byte) {
	r := Response{Pairs: c.pairs(challenge.Info)}
	var told bool
	if r.Time, told = challenge.Info.Timestamp(); !told {
		r.Time = NewFileTime(time.Now())
	}
	rand.Read(r.Random[:]) // crypto/rand never fails
	key := responseKey(c.config.Hash, c.config.User, c.config.Domain)
	r.Proof = prove(key, challenge.Random, r.appendBlob(nil))
	return r.Append(nil), sessionBaseKey(key, r.Proof)
}

// pairs are the server's with the client's own behind them. What only a client
// says is not taken from a server.
func (c *Client) pairs(info AVPairs) AVPairs {
	var pairs AVPairs
	for _, p := range info {
		if p.ID != AVFlags && p.ID != AVTargetName && p.ID != AVChannelBindings {
			pairs = append(pairs, p)
		}
	}
	return append(pairs,
		AVPair{AVFlags, binary.LittleEndian.AppendUint32(nil, info.Flags()|AVFlagMIC)},
		AVPair{AVChannelBindings, c.config.Bindings[:]},
		textPair(AVTargetName, c.config.TargetName),
	)
}

// clientKey is the exported session key, and what is sent of it.
func clientKey(flags Flags, base [16]byte) (key [16]byte, encrypted []byte, err error) {
	if !flags.exchangesKey() {
		return base, nil, nil
	}
	rand.Read(key[:]) // crypto/rand never fails
	sent, err := exchangeKey(base, key)
	return key, sent[:], err
}

// Session returns the session; nil before Initiate was done.
func (c *Client) Session() *Session { return c.session }
