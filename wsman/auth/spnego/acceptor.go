package spnego

import (
	"bytes"
	"context"
)

// ntlmSignature is what NTLM's messages begin with, which have no framing.
var ntlmSignature = []byte("NTLMSSP\x00")

// Acceptor is the server's side of one negotiation. It is used by one goroutine
// at a time.
type Acceptor struct {
	mechanisms []Mechanism

	chosen Mechanism // nil before the first token
	raw    bool      // the client speaks chosen without SPNEGO
	tokens int
	ended  bool

	oid      string // chosen, as the client wrote it
	types    []byte // the client's list
	honoured bool   // chosen is the client's first choice
	answered bool   // the first reply went out

	mechDone       bool
	sent, received bool // a mechListMIC
}

// NewAcceptor begins a negotiation for these mechanisms, which nobody has used
// yet. Their order does not matter: the client's does.
func NewAcceptor(mechanisms ...Mechanism) *Acceptor { return &Acceptor{mechanisms: mechanisms} }

// Accept takes the client's next token: one of SPNEGO, or, from the first on,
// one of NTLM or Kerberos itself, which is then answered in kind. When done the
// reply may be empty. Every error ends the negotiation.
func (a *Acceptor) Accept(ctx context.Context, token []byte) (reply []byte, done bool, err error) {
	if a.ended || a.tokens == maxTokens {
		return nil, false, ErrOutOfOrder
	}
	a.tokens++
	a.ended = true
	if reply, done, err = a.accept(ctx, token); err != nil {
		return nil, false, err
	}
	a.ended = done
	return reply, done, nil
}

// Chosen returns the mechanism that was chosen; nil before the first token.
func (a *Acceptor) Chosen() Mechanism { return a.chosen }

// Raw reports whether the client speaks the mechanism without SPNEGO.
func (a *Acceptor) Raw() bool { return a.raw }

func (a *Acceptor) accept(ctx context.Context, token []byte) ([]byte, bool, error) {
	switch {
	case len(token) > MaxToken:
		return nil, false, malformed("too long")
	case a.raw:
		return a.chosen.Accept(ctx, token)
	case a.chosen != nil:
		return a.acceptResp(ctx, token)
	case bytes.HasPrefix(token, ntlmSignature):
		return a.acceptRaw(ctx, OIDNTLM, token)
	}
	oid, _, err := Unframe(token)
	if err != nil {
		return nil, false, err
	}
	if oid != OID {
		return a.acceptRaw(ctx, oid, token)
	}
	return a.acceptInit(ctx, token)
}

// acceptRaw takes the first token of a client that does not negotiate.
func (a *Acceptor) acceptRaw(ctx context.Context, oid string, token []byte) ([]byte, bool, error) {
	if a.chosen = a.find(oid); a.chosen == nil {
		return nil, false, ErrNoMechanism
	}
	a.raw = true
	return a.chosen.Accept(ctx, token)
}

// acceptInit chooses the first mechanism of the client's list that there is.
func (a *Acceptor) acceptInit(ctx context.Context, token []byte) ([]byte, bool, error) {
	t, err := DecodeNegTokenInit(token)
	if err != nil {
		return nil, false, err
	}
	for i, oid := range t.MechTypes.OIDs {
		if a.chosen = a.find(oid); a.chosen != nil {
			a.oid, a.types, a.honoured = oid, t.MechTypes.DER, i == 0
			break
		}
	}
	if a.chosen == nil {
		return nil, false, ErrNoMechanism
	}
	if !a.honoured || len(t.MechToken) == 0 {
		// The token is of another mechanism: the client begins again.
		reply, err := a.answer(nil)
		return reply, false, err
	}
	return a.step(ctx, t.MechToken, t.MechListMIC, NoState)
}

// acceptResp takes all tokens but the first.
func (a *Acceptor) acceptResp(ctx context.Context, token []byte) ([]byte, bool, error) {
	t, err := DecodeNegTokenResp(token)
	if err != nil {
		return nil, false, err
	}
	if t.State == Reject {
		return nil, false, ErrRejected
	}
	mic := t.MechListMIC
	if bytes.Equal(mic, t.ResponseToken) {
		// Old implementations write the token twice (Windows XP, by pyspnego's
		// account): that is no signature.
		mic = nil
	}
	return a.step(ctx, t.ResponseToken, mic, t.State)
}

// step takes the mechanism's token and the signature of one of the client's
// tokens (RFC 4178 section 5).
func (a *Acceptor) step(ctx context.Context, token, mic []byte, state NegState) (reply []byte, done bool, err error) {
	if a.mechDone == (len(token) > 0) {
		return nil, false, ErrOutOfOrder
	}
	if !a.mechDone {
		if token, a.mechDone, err = a.chosen.Accept(ctx, token); err != nil {
			return nil, false, err
		}
	}
	if err := a.verify(mic); err != nil {
		return nil, false, err
	}
	if a.complete() && a.sent && state == AcceptCompleted {
		return nil, true, nil // the client knows that it is done
	}
	reply, err = a.answer(token)
	return reply, a.complete(), err
}

// verify checks the client's signature of its list.
func (a *Acceptor) verify(mic []byte) error {
	switch {
	case mic == nil && a.mechDone && a.sent:
		return ErrMechListMIC // it was asked for
	case mic == nil:
		return nil
	case !a.mechDone:
		return ErrOutOfOrder
	}
	if err := a.chosen.VerifyMIC(a.types, mic); err != nil {
		return joinMIC(err)
	}
	a.received = true
	return nil
}

// wantsMIC reports whether there is no end without a signature. It is asked
// once the mechanism is done.
func (a *Acceptor) wantsMIC() bool { return !a.honoured || wantsMIC(a.chosen) }

// complete reports whether nothing more is awaited from the client.
func (a *Acceptor) complete() bool { return a.mechDone && (a.received || !a.wantsMIC()) }

// answer writes a reply, with the server's signature as soon as it can be made.
func (a *Acceptor) answer(token []byte) ([]byte, error) {
	t := NegTokenResp{State: AcceptIncomplete, ResponseToken: token}
	if len(token) == 0 {
		t.ResponseToken = nil
	}
	if a.mechDone && !a.sent && (a.received || a.wantsMIC()) {
		mic, err := a.chosen.GetMIC(a.types)
		if err != nil {
			return nil, err
		}
		t.MechListMIC, a.sent = mic, true
	}
	if a.complete() {
		t.State = AcceptCompleted
	}
	if !a.answered {
		a.answered = true
		t.SupportedMech = a.oid
		if !a.honoured {
			t.State = RequestMIC
		}
	}
	return t.Bytes()
}

// find returns the mechanism of that name; nil if there is none.
func (a *Acceptor) find(oid string) Mechanism {
	for _, m := range a.mechanisms {
		if isNamed(m.OIDs(), oid) {
			return m
		}
	}
	return nil
}
