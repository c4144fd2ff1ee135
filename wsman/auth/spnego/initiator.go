package spnego

import (
	"context"
	"slices"
)

// Initiator is the client's side of one negotiation. It is used by one
// goroutine at a time.
type Initiator struct {
	mechanisms []InitiatorMechanism

	types  MechTypes
	chosen InitiatorMechanism // nil before the first token
	tokens int
	ended  bool

	agreed    bool // the server has said what it takes
	honoured  bool // it takes the first
	requested bool // it wants a mechListMIC

	mechDone       bool
	sent, received bool // a mechListMIC
}

// NewInitiator begins a negotiation for these mechanisms, which nobody has used
// yet, the preferred one first.
func NewInitiator(mechanisms ...InitiatorMechanism) *Initiator {
	return &Initiator{mechanisms: mechanisms, honoured: true}
}

// Initiate makes the client's next token of the server's, which is empty at
// first. When done the reply may be empty. Every error ends the negotiation.
func (i *Initiator) Initiate(ctx context.Context, token []byte) (reply []byte, done bool, err error) {
	if i.ended || i.tokens == maxTokens {
		return nil, false, ErrOutOfOrder
	}
	i.tokens++
	i.ended = true
	switch {
	case i.chosen != nil:
		reply, done, err = i.next(ctx, token)
	case len(token) == 0:
		reply, err = i.first(ctx)
	default:
		err = ErrOutOfOrder
	}
	if err != nil {
		return nil, false, err
	}
	i.ended = done
	return reply, done, nil
}

// Chosen returns the mechanism that is spoken; nil before the first token.
func (i *Initiator) Chosen() InitiatorMechanism { return i.chosen }

// first offers the mechanisms, with a token of the first. One that cannot begin,
// such as Kerberos without a ticket, is not offered.
func (i *Initiator) first(ctx context.Context) ([]byte, error) {
	err := error(ErrNoMechanism)
	for len(i.mechanisms) > 0 {
		var token []byte
		if token, i.mechDone, err = i.mechanisms[0].Initiate(ctx, nil); err != nil {
			i.mechanisms = i.mechanisms[1:]
			continue
		}
		if len(token) == 0 {
			token = nil // none is offered
		}
		i.chosen = i.mechanisms[0]
		var oids []string
		for _, m := range i.mechanisms {
			for _, oid := range m.OIDs() {
				oids = append(oids, oid.String())
			}
		}
		if i.types, err = NewMechTypes(oids); err != nil {
			return nil, err
		}
		return (&NegTokenInit{MechTypes: i.types, MechToken: token}).Bytes()
	}
	return nil, err
}

// next answers a token of the server (RFC 4178 section 5).
func (i *Initiator) next(ctx context.Context, token []byte) ([]byte, bool, error) {
	t, err := DecodeNegTokenResp(token)
	if err != nil {
		return nil, false, err
	}
	if t.State == Reject {
		return nil, false, ErrRejected
	}
	if err := i.agree(t); err != nil {
		return nil, false, err
	}
	if i.mechDone && len(t.ResponseToken) > 0 {
		return nil, false, ErrOutOfOrder
	}
	var out []byte
	if !i.mechDone {
		if out, i.mechDone, err = i.chosen.Initiate(ctx, t.ResponseToken); err != nil {
			return nil, false, err
		}
	}
	if err := i.verify(t.MechListMIC); err != nil {
		return nil, false, err
	}
	if t.State == AcceptCompleted {
		return nil, true, i.completed(out)
	}
	return i.answer(out)
}

// agree takes the server's choice from its first token. It may be made once.
func (i *Initiator) agree(t *NegTokenResp) error {
	if i.agreed {
		if t.State == RequestMIC {
			return ErrOutOfOrder
		}
		return nil
	}
	i.agreed = true
	i.requested = t.State == RequestMIC
	if t.SupportedMech == "" {
		return nil
	}
	n := slices.IndexFunc(i.mechanisms, func(m InitiatorMechanism) bool { return isNamed(m.OIDs(), t.SupportedMech) })
	switch {
	case n < 0:
		return ErrNoMechanism
	case n == 0:
		return nil
	case len(t.ResponseToken) > 0:
		return ErrOutOfOrder // it answers what was not said
	}
	i.chosen, i.honoured, i.mechDone = i.mechanisms[n], false, false
	return nil
}

// verify checks the server's signature of the list.
func (i *Initiator) verify(mic []byte) error {
	if mic == nil {
		return nil
	}
	if !i.mechDone {
		return ErrOutOfOrder
	}
	if err := i.chosen.VerifyMIC(i.types.DER, mic); err != nil {
		return joinMIC(err)
	}
	i.received = true
	return nil
}

// completed says whether the server may say so. Without its signature nobody
// knows whether it was the server that did not take the first mechanism.
func (i *Initiator) completed(out []byte) error {
	switch {
	case !i.mechDone || len(out) > 0:
		return ErrOutOfOrder
	case (!i.honoured || i.requested) && !i.received:
		return ErrMechListMIC
	}
	return nil
}

// answer writes a token, with the client's signature as soon as it can be made.
func (i *Initiator) answer(token []byte) (reply []byte, done bool, err error) {
	t := NegTokenResp{State: AcceptIncomplete}
	if len(token) > 0 {
		t.ResponseToken = token
	}
	if i.mechDone && !i.sent && (i.received || i.requested || !i.honoured || wantsMIC(i.chosen)) {
		if t.MechListMIC, err = i.chosen.GetMIC(i.types.DER); err != nil {
			return nil, false, err
		}
		i.sent = true
		if i.received {
			t.State, done = AcceptCompleted, true
		}
	}
	if t.ResponseToken == nil && t.MechListMIC == nil {
		return nil, false, ErrOutOfOrder // nothing is left to say
	}
	reply, err = t.Bytes()
	return reply, done, err
}
