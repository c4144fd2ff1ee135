package winapi

import (
	"context"
	"errors"

	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/wsmanclient"
)

// Close ends what is under way on the shell, and the shell at the server, unless it
// is disconnected: then it lives on for whoever comes to it. After done the
// Handle, and those of its commands and operations, name nothing.
func (sh *Shell) Close(done Completion) {
	started := sh.session.start(func() {
		err := sh.end()
		handle := sh.handle
		done(Event{Flags: FlagEndOfOperation, Err: asError(err), Shell: handle})
		sh.release()
	})
	if !started {
		refuse(done, Event{Shell: sh.handle})
	}
}

// end deletes the shell, where there is or may be one.
func (sh *Shell) end() error {
	sh.mu.Lock()
	closed := sh.closing
	sh.closing = true
	var operations []*Operation
	for o := range sh.operations {
		operations = append(operations, o)
	}
	sh.mu.Unlock()
	if closed {
		return nil
	}
	sh.cancel()
	<-sh.created
	for _, o := range operations {
		<-o.finished
	}
	ctx, cancel := within(context.Background(), sh.session.timeout(OptionTimeoutCloseShell))
	defer cancel()
	shell := sh.last()
	if shell == nil || !sh.gate.isOpen() {
		return nil
	}
	err := shell.Delete(ctx)
	if errors.Is(err, wsman.CodeUnexpectedSelectors) || errors.Is(err, wsmanclient.ErrClosed) {
		return nil // somebody else has deleted it, or nobody wants to know any more
	}
	return err
}

// last is the shell that is to be deleted; nil where there is none.
func (sh *Shell) last() *wsmanclient.Shell {
	sh.mu.Lock()
	shell, uncertain := sh.shell, sh.uncertain
	sh.mu.Unlock()
	if shell != nil || !uncertain || sh.id == "" {
		return shell
	}
	client, err := sh.session.client()
	if err != nil {
		return nil
	}
	return client.Shell(sh.uri, sh.id, wsmanclient.ShellOptions{})
}
