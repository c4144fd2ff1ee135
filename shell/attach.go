package shell

import (
	"context"
	"time"
)

// DisconnectRequest is what a client may change as it leaves.
type DisconnectRequest struct {
	IdleTimeout time.Duration // 0: as it is
	BufferMode  *Mode         // nil: as it is
}

// Disconnect detaches the client that asks. Operations under way finish
// first; Receives that wait are given what is there or end with
// ErrStreamDisconnected.
func (sh *Shell) Disconnect(ctx context.Context, c Client, r DisconnectRequest) error {
	if err := sh.allowUse(c); err != nil {
		return err
	}
	if !sh.spec.ClientNamed {
		return &StateError{ShellID: sh.spec.ShellID, Reason: ReasonDisconnectNotSupported}
	}
	if err := sh.cfg.CheckIdleTimeout(r.IdleTimeout); err != nil {
		return err
	}
	sh.mu.Lock()
	defer sh.mu.Unlock()
	if err := sh.admit(c, eventDisconnect); err != nil {
		return err
	}
	defer sh.clock.end(sh)
	if r.IdleTimeout != 0 {
		sh.idleTimeout = r.IdleTimeout
	}
	if r.BufferMode != nil {
		sh.setMode(*r.BufferMode)
	}
	sh.eachTarget((*target).left)
	sh.eachTarget((*target).detach)
	sh.forgetTold()
	sh.clock.ends = time.Time{} // it may come back for what is there
	sh.settle(ctx)
	sh.noteRemains()
	return nil
}

// forgetTold lets go of commands whose end the leaving client was told: it has
// it, because it was still there to say that it leaves.
func (sh *Shell) forgetTold() {
	for _, cmd := range append([]*Command(nil), sh.commands...) {
		if cmd.told() {
			sh.forget(cmd)
		}
	}
}

// settle waits until no operation acts on the instance any more, or as long as
// the request may take: the shell is disconnected either way.
func (sh *Shell) settle(ctx context.Context) {
	for sh.inputs.running > 0 && ctx.Err() == nil {
		if sh.inputs.idle == nil {
			sh.inputs.idle = make(chan struct{})
		}
		idle := sh.inputs.idle
		sh.mu.Unlock()
		select {
		case <-idle:
		case <-ctx.Done():
		}
		sh.mu.Lock()
	}
}

// Reconnect attaches the client that was attached before. It never changes
// the idle timeout. What was not confirmed comes again if something was lost,
// not if the client had left by itself.
func (sh *Shell) Reconnect(_ context.Context, c Client, mode *Mode) error {
	if err := sh.allowUse(c); err != nil {
		return err
	}
	if !sh.spec.ClientNamed {
		return &StateError{ShellID: sh.spec.ShellID, Reason: ReasonDisconnectNotSupported}
	}
	sh.mu.Lock()
	defer sh.mu.Unlock()
	if err := sh.admit(c, eventReconnect); err != nil {
		return err
	}
	defer sh.clock.end(sh)
	if mode != nil {
		sh.setMode(*mode)
	}
	sh.eachTarget((*target).resume)
	return nil
}

// ReconnectCommand attaches a command of a reconnected shell. Commands are
// attached with their shell, so it only checks that there is such a one.
func (sh *Shell) ReconnectCommand(_ context.Context, c Client, id string) error {
	if err := sh.enter(c, eventUse); err != nil {
		return err
	}
	defer sh.leave()
	_, err := sh.lookUp(id)
	return err
}

// Connect attaches a new client: in is its connectXml, the result the answer
// to it. What the client before did not confirm comes again, whole objects
// only. It never changes the idle timeout.
func (sh *Shell) Connect(ctx context.Context, c Client, mode *Mode, in Data) (Data, error) {
	if err := sh.allowUse(c); err != nil {
		return Data{}, err
	}
	if !sh.spec.ClientNamed {
		return Data{}, &StateError{ShellID: sh.spec.ShellID, Reason: ReasonDisconnectNotSupported}
	}
	before, err := sh.attach(c)
	if err != nil {
		return Data{}, err
	}
	defer sh.leave()
	out, err := sh.greet(ctx, in)
	sh.mu.Lock()
	defer sh.mu.Unlock()
	sh.connecting = false
	if err != nil {
		sh.eachTarget((*target).ungreet)
		if sh.state == Connected && sh.own(c) { // neither closed nor another's meanwhile
			sh.state, sh.client = before.state, before.client
			sh.noteRemains()
		}
		return Data{}, err
	}
	sh.eachTarget((*target).restart)
	if mode != nil {
		sh.setMode(*mode)
	}
	return out, nil
}

// attachment is who held a shell, to go back to when a Connect fails.
type attachment struct {
	state  State
	client Client
}

// attach makes the client that asks the attached one: of two at once, one wins.
// What the client before had is touched only when the plug-in has agreed.
func (sh *Shell) attach(c Client) (attachment, error) {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	before := attachment{sh.state, sh.client}
	if err := sh.step(eventConnect, sh.own(c)); err != nil {
		return before, err
	}
	sh.client = c
	sh.connecting = true
	sh.clock.begin(sh)
	sh.eachTarget(func(t *target) { t.dismiss(ErrStreamDisconnected) })
	return before, nil
}

// greet lets the plug-in speak to a new client, if it wants to.
func (sh *Shell) greet(ctx context.Context, in Data) (Data, error) {
	if connector, ok := sh.instance.(Connector); ok {
		return connector.Connect(ctx, in)
	}
	return Data{}, nil
}

// ConnectCommand attaches a command of a connected shell to a new client.
func (sh *Shell) ConnectCommand(ctx context.Context, c Client, id string) error {
	if err := sh.enter(c, eventUse); err != nil {
		return err
	}
	defer sh.leave()
	cmd, err := sh.lookUp(id)
	if err != nil {
		return err
	}
	if connector, ok := sh.instance.(Connector); ok && sh.endedReason() == nil {
		return connector.ConnectCommand(ctx, cmd)
	}
	return nil
}

func (sh *Shell) endedReason() error {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	return sh.ended
}

// eachTarget applies f to the shell's own streams and to every command's.
func (sh *Shell) eachTarget(f func(*target)) {
	f(&sh.target)
	for _, cmd := range sh.commands {
		f(&cmd.target)
	}
}
