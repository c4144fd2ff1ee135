package credssp

import (
	"context"
	"crypto/rand"
	"fmt"

	"github.com/winrmd/winrmd/wsman/auth/spnego"
)

// receive reads the server's message; there may be none.
func (i *Initiator) receive(token []byte) (*TSRequest, error) {
	if _, _, err := i.tunnel.handshake(token); err != nil {
		return nil, err
	}
	b, err := i.tunnel.read(nil, maxRequest)
	if err != nil || len(b) == 0 {
		return nil, err
	}
	r, err := DecodeTSRequest(b)
	if err != nil {
		return nil, err
	}
	if err := i.versions.hear(r.Version); err != nil {
		return nil, err
	}
	if r.ErrorCode != 0 {
		return nil, &StatusError{Status: r.ErrorCode}
	}
	return r, nil
}

// send writes the client's.
func (i *Initiator) send(r *TSRequest) ([]byte, error) {
	r.Version = i.versions.max
	b, err := r.Bytes()
	if err != nil {
		return nil, err
	}
	return i.tunnel.write(b)
}

// introduce sends the first message.
func (i *Initiator) introduce(ctx context.Context) ([]byte, error) {
	var mechanisms []spnego.InitiatorMechanism
	for _, m := range i.config.Mechanisms {
		mechanisms = append(mechanisms, m)
	}
	i.initiator = spnego.NewInitiator(mechanisms...)
	token, _, err := i.initiator.Initiate(ctx, nil)
	if err != nil {
		return nil, err
	}
	return i.send(&TSRequest{NegoToken: token})
}

// negotiate goes on with SPNEGO until the mechanism is done. SPNEGO itself may
// have a token to come then, which comes with the server's pubKeyAuth.
func (i *Initiator) negotiate(ctx context.Context, r *TSRequest) ([]byte, error) {
	if r.AuthInfo != nil || r.PubKeyAuth != nil || r.NegoToken == nil {
		return nil, ErrOutOfOrder
	}
	reply, err := i.name(ctx, r.NegoToken)
	if err != nil {
		return nil, err
	}
	request := &TSRequest{NegoToken: reply}
	m := i.mechanism()
	if !m.Established() {
		return i.send(request)
	}
	i.state, i.binding.version = proving, i.versions.agreed()
	if i.binding.version >= 5 {
		i.binding.nonce = make([]byte, nonceSize)
		rand.Read(i.binding.nonce) // crypto/rand never fails
		request.ClientNonce = i.binding.nonce
	}
	if request.PubKeyAuth, err = m.Wrap(i.binding.ofClient()); err != nil {
		return nil, err
	}
	return i.send(request)
}

// name feeds SPNEGO.
func (i *Initiator) name(ctx context.Context, token []byte) (reply []byte, err error) {
	if reply, i.named, err = i.initiator.Initiate(ctx, token); len(reply) == 0 {
		reply = nil
	}
	return reply, err
}

func (i *Initiator) mechanism() ClientMechanism { return i.initiator.Chosen().(ClientMechanism) }

// handOver checks the server's pubKeyAuth, and only then sends the credentials.
func (i *Initiator) handOver(ctx context.Context, r *TSRequest) ([]byte, error) {
	if r.AuthInfo != nil || r.PubKeyAuth == nil || i.named != (len(r.NegoToken) == 0) {
		return nil, ErrOutOfOrder
	}
	if !i.named {
		reply, err := i.name(ctx, r.NegoToken)
		if err != nil {
			return nil, err
		}
		if !i.named || reply != nil {
			return nil, ErrOutOfOrder
		}
	}
	m := i.mechanism()
	said, err := m.Unwrap(r.PubKeyAuth)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrBinding, err)
	}
	if !same(i.binding.ofServer(), said) {
		return nil, ErrBinding
	}
	return i.delegate(m)
}

// delegate sends the credentials.
func (i *Initiator) delegate(m ClientMechanism) ([]byte, error) {
	plain, err := i.config.Credentials.encode()
	i.config.Credentials.Clear()
	if err != nil {
		return nil, err
	}
	defer clear(plain)
	sealed, err := m.Wrap(plain)
	if err != nil {
		return nil, err
	}
	i.state = handedOver
	return i.send(&TSRequest{AuthInfo: sealed})
}

// refused reads what should not be there after the end: why the server refuses.
func (i *Initiator) refused(token []byte) error {
	if len(token) > maxToken || !wholeRecords(token) {
		return ErrToken
	}
	if _, err := i.receive(token); err != nil {
		return err
	}
	return ErrOutOfOrder
}
