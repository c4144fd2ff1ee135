package kerberos

import (
	"context"
	"crypto/rand"
	"encoding/asn1"
	"encoding/binary"
	"time"
)

// Peer is what an accepted handshake says about the client.
type Peer struct {
	// Client is who the client is.
	Client Principal
	// Service is the name that the client used for the server.
	Service Principal
	// Flags are what the client asked for.
	Flags Flags
	// AuthTime is when the client proved to the KDC who it is, EndTime until
	// when the ticket is good. Nothing here ends a session at EndTime.
	AuthTime, EndTime time.Time
	// Binding is the client's channel binding, zero where it sent none. Nothing
	// here compares it: see CheckBinding.
	Binding [16]byte
	// BindingAware is true where the client says that it sends a channel binding
	// wherever there is a channel (MS-KILE section 3.2.5.8).
	BindingAware bool
	// HasPAC is true where the ticket has a PAC (MS-PAC). It was not looked into.
	HasPAC bool
	// Delegated are tickets that the client gave to act in its name; nil where
	// it gave none.
	Delegated *Credentials
}

// Context is one handshake. It is used by one goroutine at a time.
//
//	            AP-REQ                    AP-REP of the client
//	expectReq ──────────→ expectThird ──────────────────────→ established
//	    │                 (DCE style)                              ↑
//	    └──────────────────────────────────────────────────────────┘
//
// Whatever goes wrong leads to failed, and nothing from there.
type Context struct {
	acceptor *Acceptor
	state    contextState
	peer     Peer
	session  *Session

	ticketKey Key    // until the handshake is over
	sequence  uint32 // the acceptor's first, which the third leg must repeat
}

type contextState int

const (
	expectReq contextState = iota
	expectThird
	established
	failed
)

// OIDs are the names of the mechanism in SPNEGO, the usual one first.
func (*Context) OIDs() []asn1.ObjectIdentifier { return OIDs() }

// Accept takes a token of the client's, at most MaxToken bytes: the first one
// with the frame of RFC 2743 section 3.1, raw where the client wants DCE style.
// The reply, if there is one, goes to the client, with success too. Once done,
// Peer and Session may be called. An error, always an *Error, ends the
// handshake. It waits for nothing but the keytab file, so ctx is not looked at;
// the token is not kept.
func (c *Context) Accept(_ context.Context, token []byte) (reply []byte, done bool, err error) {
	next := failed
	switch c.state {
	case expectReq:
		reply, next, err = c.acceptReq(token)
	case expectThird:
		next, err = c.acceptThird(token)
	default:
		err = ErrState
	}
	if err != nil {
		c.state, c.session, c.ticketKey = failed, nil, Key{}
		e := &Error{Err: err}
		if len(c.peer.Client.Name) > 0 {
			e.Client = c.peer.Client.String()
		}
		return nil, false, e
	}
	c.state = next
	return reply, next == established, nil
}

// acceptReq checks the client's AP-REQ in the order of RFC 4120 section 3.2.3.
func (c *Context) acceptReq(token []byte) ([]byte, contextState, error) {
	req, raw, err := parseInitial(token)
	if err != nil {
		return nil, failed, err
	}
	now := time.Now()
	part, err := c.openTicket(req, now)
	if err != nil {
		return nil, failed, err
	}
	auth, err := c.openAuthenticator(req, part, now)
	if err != nil {
		return nil, failed, err
	}
	if auth.checksumType != gssChecksumType {
		return nil, failed, malformed("authenticator without checksum 0x8003")
	}
	sum, err := parseGSSChecksum(auth.checksum)
	if err != nil {
		return nil, failed, err
	}
	// In DCE style no token has a frame (MS-KILE section 3.4.5.1).
	if sum.flags.Has(FlagDCEStyle) != raw {
		return nil, failed, malformed("frame does not go with DCE style")
	}
	c.peer.Flags, c.peer.Binding, c.peer.BindingAware = sum.flags, sum.bindings, auth.bindingAware
	if sum.delegation != nil {
		if c.peer.Delegated, err = c.openDelegation(sum.delegation, part, auth); err != nil {
			return nil, failed, err
		}
	}
	// The cache comes last: what is refused need not be remembered.
	if err := c.acceptor.replays.add(req.authenticator.cipher, now); err != nil {
		return nil, failed, err
	}
	return c.answer(part, auth)
}

// parseInitial reads an AP-REQ, in a frame or raw.
func parseInitial(token []byte) (req apReq, raw bool, err error) {
	if len(token) > MaxToken {
		return req, false, malformed("token is too long")
	}
	if len(token) > 0 && token[0] == byte(application(14)) {
		req, err = parseAPReq(token)
		return req, true, err
	}
	id, inner, err := readToken(token)
	if err != nil {
		return req, false, err
	}
	if id != tokenAPReq {
		return req, false, malformed("first token is not an AP-REQ")
	}
	req, err = parseAPReq(inner)
	return req, false, err
}

// openTicket decrypts the ticket and checks what it says.
func (c *Context) openTicket(req apReq, now time.Time) (encTicketPart, error) {
	a := c.acceptor
	if req.options&optionUseSessionKey != 0 {
		return encTicketPart{}, unsupported("user-to-user authentication")
	}
	part, err := a.open(req.ticket)
	if err != nil {
		return part, err
	}
	c.peer = Peer{
		Client: part.client, Service: req.ticket.service,
		AuthTime: part.authTime, EndTime: part.endTime, HasPAC: part.hasPAC,
	}
	if err := part.valid(now, a.skew); err != nil {
		return part, err
	}
	if part.client.anonymous() || part.flags&ticketAnonymous != 0 {
		return part, ErrAnonymous
	}
	if !a.acceptsRealm(part.client.Realm, req.ticket.service.Realm) {
		return part, ErrRealm
	}
	if err := a.permit(part.key.Type); err != nil {
		return part, err
	}
	return part, part.key.check()
}

func (a *Acceptor) acceptsRealm(client, service string) bool {
	if client == service {
		return true
	}
	for _, r := range a.realms {
		if r == client {
			return true
		}
	}
	return false
}

// openAuthenticator decrypts the authenticator and compares it with the ticket
// and the clock.
func (c *Context) openAuthenticator(req apReq, part encTicketPart, now time.Time) (authenticator, error) {
	plain, err := req.authenticator.decrypt(part.key, usageAuthenticator)
	if err != nil {
		return authenticator{}, err
	}
	auth, err := parseAuthenticator(plain)
	if err != nil {
		return auth, err
	}
	if !auth.client.equal(part.client) {
		return auth, ErrNameMismatch
	}
	if d := now.Sub(auth.time); d > c.acceptor.skew || d < -c.acceptor.skew {
		return auth, ErrSkew
	}
	if auth.subkey != nil {
		if err := c.acceptor.permit(auth.subkey.Type); err != nil {
			return auth, err
		}
		return auth, auth.subkey.check()
	}
	return auth, nil
}

// answer makes the session and, where the client asked for it, the AP-REP.
func (c *Context) answer(part encTicketPart, auth authenticator) ([]byte, contextState, error) {
	key := part.key
	if auth.subkey != nil {
		key = *auth.subkey
	}
	dce := c.peer.Flags.Has(FlagDCEStyle)
	p := parameters{key: key, acceptor: true, receive: auth.sequence, flags: c.peer.Flags}
	if !c.peer.Flags.Has(FlagMutual) && !dce {
		// Without an AP-REP the client cannot learn another number than its own.
		p.send = auth.sequence
		return nil, established, c.establish(p)
	}
	rep := encAPRepPart{time: auth.time, sequence: firstSequence()}
	if key.Type != RC4 { // RFC 4757 knows no acceptor's subkey
		subkey, err := newKey(key.Type)
		if err != nil {
			return nil, failed, err
		}
		rep.subkey, p.key, p.acceptorSubkey = &subkey, subkey, true
	}
	p.send = rep.sequence
	reply, err := rep.seal(part.key)
	if err != nil {
		return nil, failed, err
	}
	if err := c.establish(p); err != nil {
		return nil, failed, err
	}
	if dce {
		c.ticketKey, c.sequence = part.key, rep.sequence
		return reply, expectThird, nil
	}
	return makeToken(tokenAPRep, reply), established, nil
}

func (c *Context) establish(p parameters) error {
	s, err := newSession(p)
	c.session = s
	return err
}

// acceptThird checks that the client has read the AP-REP: it sends one back
// with the acceptor's sequence number and no subkey (MS-KILE section 3.4.5.1).
func (c *Context) acceptThird(token []byte) (contextState, error) {
	if len(token) > MaxToken {
		return failed, malformed("token is too long")
	}
	rep, err := openAPRep(token, c.ticketKey)
	if err != nil {
		return failed, err
	}
	if rep.sequence != c.sequence || rep.subkey != nil {
		return failed, ErrMutual
	}
	c.ticketKey = Key{}
	return established, nil
}

// Peer says who the client is, once the handshake is done; nil before.
func (c *Context) Peer() *Peer {
	if c.state != established {
		return nil
	}
	return &c.peer
}

// Session protects messages, once the handshake is done; nil before.
func (c *Context) Session() *Session {
	if c.state != established {
		return nil
	}
	return c.session
}

// GetMIC signs a message with the Session, for SPNEGO's mechListMIC.
func (c *Context) GetMIC(message []byte) ([]byte, error) {
	if c.state != established {
		return nil, &Error{Err: ErrState}
	}
	return c.session.GetMIC(message)
}

// VerifyMIC checks a signature of the client's with the Session.
func (c *Context) VerifyMIC(message, mic []byte) error {
	if c.state != established {
		return &Error{Err: ErrState}
	}
	return c.session.VerifyMIC(message, mic)
}

// firstSequence is where one side begins to count. Bits are left free because
// there are peers that take large numbers for negative ones (RFC 4120 section
// 5.3.2).
func firstSequence() uint32 {
	var b [4]byte
	rand.Read(b[:]) // crypto/rand never fails
	return binary.BigEndian.Uint32(b[:]) & 0x3fffffff
}
