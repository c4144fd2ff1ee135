package credssp

import (
	"context"
	"fmt"

	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/auth"
	"github.com/winrmd/winrmd/wsman/auth/spnego"
)

// answer takes the client's next message (MS-CSSP 3.1.5) and returns the
// records of what goes back. With an error that is the error's status, where
// the client's version knows that.
func (c *Context) answer(ctx context.Context, b []byte) (records []byte, done bool, err error) {
	reply, err := c.request(ctx, b)
	if err != nil {
		if !tellsStatus(c.versions.agreed()) {
			return nil, false, err
		}
		reply = &TSRequest{ErrorCode: statusOf(err)}
	}
	if reply == nil {
		return nil, true, nil
	}
	reply.Version = c.versions.max
	message, failure := reply.Bytes()
	if failure == nil {
		records, failure = c.tunnel.write(message)
	}
	if err == nil {
		err = failure
	}
	return records, false, err
}

// request takes the message apart. There is no reply to the last.
func (c *Context) request(ctx context.Context, b []byte) (*TSRequest, error) {
	r, err := DecodeTSRequest(b)
	if err != nil {
		return nil, err
	}
	if err := c.versions.hear(r.Version); err != nil {
		return nil, err
	}
	if r.ErrorCode != 0 || c.state == ended {
		return nil, ErrOutOfOrder
	}
	if c.state == delegating {
		return nil, c.delegate(ctx, r)
	}
	return c.negotiate(ctx, r)
}

// negotiate takes SPNEGO's tokens. The last may come with pubKeyAuth, which is
// how Windows sends it, or before it, as sspi-rs does.
func (c *Context) negotiate(ctx context.Context, r *TSRequest) (reply *TSRequest, err error) {
	said := len(r.NegoToken) > 0
	if r.AuthInfo != nil || said == c.agreed || !said && r.PubKeyAuth == nil {
		return nil, ErrOutOfOrder
	}
	reply = new(TSRequest)
	if said {
		if reply.NegoToken, err = c.accept(ctx, r.NegoToken); err != nil {
			return nil, err
		}
	}
	if r.PubKeyAuth == nil {
		return reply, nil
	}
	if !c.agreed {
		return nil, ErrOutOfOrder
	}
	reply.PubKeyAuth, err = c.bind(ctx, r)
	return reply, err
}

// accept feeds the acceptor.
func (c *Context) accept(ctx context.Context, token []byte) (reply []byte, err error) {
	if c.acceptor == nil {
		var mechanisms []spnego.Mechanism
		for _, m := range c.scheme.config.Mechanisms() {
			mechanisms = append(mechanisms, m)
		}
		c.acceptor = spnego.NewAcceptor(mechanisms...)
	}
	reply, c.agreed, err = c.acceptor.Accept(ctx, token)
	if len(reply) == 0 {
		reply = nil
	}
	return reply, err
}

// mechanism is the one that was chosen; there are no others in the acceptor.
func (c *Context) mechanism() Mechanism { return c.acceptor.Chosen().(Mechanism) }

// bind checks that the client sees our key, finds out who it is, and tells it
// what key we have. After that it hands over its password, so whoever is not
// let in must be refused here.
func (c *Context) bind(ctx context.Context, r *TSRequest) (pubKeyAuth []byte, err error) {
	b := binding{version: c.versions.agreed(), key: c.shown.key, nonce: r.ClientNonce}
	if err := b.check(); err != nil {
		return nil, err
	}
	m := c.mechanism()
	said, err := m.Unwrap(r.PubKeyAuth)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrBinding, err)
	}
	if !same(b.ofClient(), said) {
		return nil, ErrBinding
	}
	if c.identity, err = c.scheme.config.Identify(ctx, m); err != nil {
		return nil, err
	}
	c.state = delegating
	return m.Wrap(b.ofServer())
}

// delegate takes the last message.
func (c *Context) delegate(ctx context.Context, r *TSRequest) error {
	if r.AuthInfo == nil || r.NegoToken != nil || r.PubKeyAuth != nil {
		return ErrOutOfOrder
	}
	if valid := c.valid(); valid != nil && !valid() {
		return auth.ErrUserChanged // while the client made this message
	}
	plain, err := c.mechanism().Unwrap(r.AuthInfo)
	if err != nil {
		return fmt.Errorf("%w: authInfo: %w", ErrRequest, err)
	}
	defer clear(plain)
	credentials, err := DecodeTSCredentials(plain)
	if err != nil {
		return err
	}
	defer credentials.Clear()
	if c.scheme.config.Delegated == nil || credentials.Empty() {
		return nil
	}
	c.delegation, err = c.scheme.config.Delegated(ctx, principal(c.identity), credentials)
	return err
}

// principal is an identity in the words of package wsman.
func principal(i auth.Identity) wsman.Principal {
	return wsman.Principal{User: i.Name, Account: i.Account, Groups: i.Groups, Scheme: "CredSSP"}
}
