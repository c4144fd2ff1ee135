package kerberos

import (
	"context"
	"encoding/asn1"
	"time"
)

// InitiatorOptions are what a client asks for.
type InitiatorOptions struct {
	// Flags; 0 means DefaultFlags. FlagDelegate is added where there is
	// something to delegate.
	Flags Flags
	// Binding is the channel binding, as ChannelBinding makes it; zero without.
	Binding [16]byte
	// BindingAware says that a missing binding means that there is no channel.
	BindingAware bool
	// Delegate are credentials that the server may use.
	Delegate []Credential
	// Time is the time in the authenticator; zero means now. Any other is for tests
	// of servers, which must refuse what is too far from their own.
	Time time.Time
}

// Initiator is the client's side of a handshake. It is used by one goroutine at
// a time.
type Initiator struct {
	ticket  Credential
	options InitiatorOptions
	sent    authenticator
	state   contextState // expectReq, then expectThird for the AP-REP
	session *Session
}

// NewInitiator makes a handshake with a service ticket.
func NewInitiator(ticket Credential, o InitiatorOptions) *Initiator {
	if o.Flags == 0 {
		o.Flags = DefaultFlags
	}
	o.Flags &^= FlagDelegate
	if len(o.Delegate) > 0 {
		o.Flags |= FlagDelegate
	}
	return &Initiator{ticket: ticket, options: o}
}

// OIDs are the names of the mechanism in SPNEGO, the usual one first.
func (*Initiator) OIDs() []asn1.ObjectIdentifier { return OIDs() }

// Initiate makes the next token of an answer of the server's, which is empty at
// first. The reply goes to the server, also when done; it may be empty then. Once
// done, Session may be called. Any error ends the handshake. A *RemoteError is
// what the server says went wrong, if it says so.
func (i *Initiator) Initiate(_ context.Context, token []byte) (reply []byte, done bool, err error) {
	if i.state == expectReq && len(token) == 0 {
		reply, err = i.begin()
		return reply, i.state == established, err
	}
	return i.step(token)
}

// begin makes the first token.
func (i *Initiator) begin() ([]byte, error) {
	if i.state != expectReq {
		return nil, ErrState
	}
	i.state = failed // until all is well
	sum := gssChecksum{bindings: i.options.Binding, flags: i.options.Flags}
	var err error
	if len(i.options.Delegate) > 0 {
		if sum.delegation, err = makeDelegation(i.options.Delegate, i.ticket.Key); err != nil {
			return nil, err
		}
	}
	subkey, err := newKey(i.ticket.Key.Type)
	if err != nil {
		return nil, err
	}
	now := i.options.Time
	if now.IsZero() {
		now = time.Now()
	}
	i.sent = authenticator{
		client: i.ticket.Client, checksumType: gssChecksumType, checksum: sum.marshal(),
		time: now.UTC().Truncate(time.Microsecond), subkey: &subkey, sequence: firstSequence(),
		bindingAware: i.options.BindingAware,
	}
	token, err := i.request()
	if err != nil {
		return nil, err
	}
	i.state = expectThird
	if !i.options.Flags.Has(FlagMutual) && !i.options.Flags.Has(FlagDCEStyle) {
		err = i.establish(parameters{key: subkey, send: i.sent.sequence, receive: i.sent.sequence})
	}
	return token, err
}

// request makes an AP-REQ of the authenticator.
func (i *Initiator) request() ([]byte, error) {
	plain, err := i.sent.marshal()
	if err != nil {
		return nil, err
	}
	req := apReq{ticket: ticket{raw: i.ticket.Ticket}}
	if req.authenticator, err = encrypt(i.ticket.Key, usageAuthenticator, 0, plain); err != nil {
		return nil, err
	}
	if i.options.Flags.Has(FlagMutual) {
		req.options |= optionMutualRequired
	}
	b, err := req.marshal()
	if err != nil || i.options.Flags.Has(FlagDCEStyle) {
		return b, err
	}
	return makeToken(tokenAPReq, b), nil
}

// step takes the AP-REP. Only in DCE style there is a reply.
func (i *Initiator) step(token []byte) (reply []byte, done bool, err error) {
	if i.state != expectThird {
		return nil, false, ErrState
	}
	i.state = failed
	dce := i.options.Flags.Has(FlagDCEStyle)
	if !dce {
		id, inner, err := readToken(token)
		if err != nil {
			return nil, false, err
		}
		if id != tokenAPRep && id != tokenError {
			return nil, false, malformed("answer is not an AP-REP")
		}
		token = inner
	}
	rep, err := openAPRep(token, i.ticket.Key)
	if err != nil {
		return nil, false, err
	}
	// Only the server can know the time that was in the authenticator.
	if !rep.time.Equal(i.sent.time) {
		return nil, false, ErrMutual
	}
	p := parameters{key: *i.sent.subkey, send: i.sent.sequence, receive: rep.sequence}
	if rep.subkey != nil {
		p.key, p.acceptorSubkey = *rep.subkey, true
	}
	if dce {
		third := encAPRepPart{time: time.Now().UTC(), sequence: rep.sequence}
		if reply, err = third.seal(i.ticket.Key); err != nil {
			return nil, false, err
		}
	}
	return reply, true, i.establish(p)
}

func (i *Initiator) establish(p parameters) error {
	p.flags = i.options.Flags
	s, err := newSession(p)
	if err != nil {
		i.state = failed
		return err
	}
	i.session, i.state = s, established
	return nil
}

// Session protects messages, once the handshake is done; nil before. Without
// mutual authentication that is after the first token.
func (i *Initiator) Session() *Session {
	if i.state != established {
		return nil
	}
	return i.session
}

// GetMIC signs a message with the Session, for SPNEGO's mechListMIC.
func (i *Initiator) GetMIC(message []byte) ([]byte, error) {
	if i.state != established {
		return nil, ErrState
	}
	return i.session.GetMIC(message)
}

// VerifyMIC checks a signature of the server's with the Session.
func (i *Initiator) VerifyMIC(message, mic []byte) error {
	if i.state != established {
		return ErrState
	}
	return i.session.VerifyMIC(message, mic)
}
