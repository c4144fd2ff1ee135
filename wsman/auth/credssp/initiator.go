package credssp

import (
	"context"
	"runtime"

	"github.com/winrmd/winrmd/wsman/auth/spnego"
)

// Initiator is the client's side of one login. It is used by one goroutine at a
// time.
type Initiator struct {
	config   InitiatorConfig
	versions versions
	state    initiatorState
	tokens   int

	tunnel    *tunnel
	initiator *spnego.Initiator
	named     bool // SPNEGO is done
	binding   binding
}

type initiatorState int

const (
	connecting initiatorState = iota // TLS is not up
	introducing
	proving // pubKeyAuth went out
	handedOver
	broken
)

// Initiate makes the client's next token of the server's, which is empty at
// first and may be empty later. When done the token still goes to the server,
// which has no answer for CredSSP to it if it lets the client in. If it has one
// all the same, Initiate says what it means. Every error ends the login; it is a
// *StatusError where the server says why it refuses.
func (i *Initiator) Initiate(ctx context.Context, token []byte) (reply []byte, done bool, err error) {
	if i.state == handedOver {
		return nil, false, i.refused(token)
	}
	if reply, err = i.step(ctx, token); err != nil {
		i.state = broken
		i.Close()
		return nil, false, err
	}
	return reply, i.state == handedOver, nil
}

// Sealer protects messages once Initiate was done; nil before.
func (i *Initiator) Sealer() *Sealer {
	if i.state != handedOver {
		return nil
	}
	return newSealer(i.tunnel)
}

// Version is the version that is spoken; 0 before it is known.
func (i *Initiator) Version() int { return i.versions.agreed() }

// Close gives a login up and overwrites the credentials.
func (i *Initiator) Close() error {
	i.config.Credentials.Clear()
	if i.tunnel != nil {
		i.tunnel.close()
	}
	return nil
}

func (i *Initiator) step(ctx context.Context, token []byte) ([]byte, error) {
	i.tokens++
	if i.tokens > maxTokens || i.state == broken {
		return nil, ErrOutOfOrder
	}
	if len(token) > maxToken || !wholeRecords(token) {
		return nil, ErrToken
	}
	if i.tunnel == nil {
		i.tunnel = i.client()
		runtime.AddCleanup(i, (*tunnel).close, i.tunnel)
	}
	if i.state == connecting {
		return i.connect(ctx, token)
	}
	r, err := i.receive(token)
	if err != nil {
		return nil, err
	}
	switch {
	case (r == nil) != (i.initiator == nil):
		return nil, ErrOutOfOrder
	case r == nil: // the server has nothing to say to the end of TLS's handshake
		return i.introduce(ctx)
	case i.state == proving:
		return i.handOver(ctx, r)
	}
	return i.negotiate(ctx, r)
}

// connect takes what TLS needs. What the client says last in TLS 1.3 goes alone:
// pyspnego's server looks for nothing behind it.
func (i *Initiator) connect(ctx context.Context, token []byte) ([]byte, error) {
	reply, secure, err := i.tunnel.handshake(token)
	if err != nil || !secure {
		return reply, err
	}
	if i.binding.key, err = i.tunnel.serverKey(); err != nil {
		return nil, err
	}
	i.state = introducing
	if len(reply) > 0 {
		return reply, nil
	}
	return i.introduce(ctx)
}
