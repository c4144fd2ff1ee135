package winapi

import (
	"context"
	"errors"
	"sync"

	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/wsmanclient"
)

// Shell is a shell, from the moment that it is asked for.
type Shell struct {
	session *Session
	handle  Handle
	uri, id string
	// tell is the Completion of its CreateShell or ConnectShell, which also gets
	// what happens to its network.
	tell Completion
	gate *gate

	ctx    context.Context
	cancel context.CancelFunc

	created chan struct{} // closed when it is known whether there is one

	mu         sync.Mutex
	shell      *wsmanclient.Shell // nil until there is one
	uncertain  bool               // there may be one that nobody knows of
	closing    bool
	commands   map[*Command]struct{}
	operations map[*Operation]struct{}
}

func (s *Session) newShell(uri, id string, tell Completion) *Shell {
	sh := &Shell{
		session: s, uri: uri, id: id, tell: tell, gate: newGate(), created: make(chan struct{}),
		commands: map[*Command]struct{}{}, operations: map[*Operation]struct{}{},
	}
	sh.ctx, sh.cancel = context.WithCancel(context.Background())
	if s.add(sh) {
		sh.handle = s.api.table.add(sh)
	}
	return sh
}

// Handle names the Shell.
func (sh *Shell) Handle() Handle { return sh.handle }

// is reports whether the shell is known to the client as that.
func (sh *Shell) is(other *wsmanclient.Shell) bool {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	return sh.shell == other
}

// made keeps the shell that there is now.
func (sh *Shell) made(shell *wsmanclient.Shell) {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	sh.shell = shell
}

var errNoShell = errors.New("winapi: there is no shell yet")

// known is the shell, where there is one.
func (sh *Shell) known() (*wsmanclient.Shell, error) {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	if sh.shell == nil {
		return nil, newError(wsman.CodeShellIDNotValid, errNoShell.Error())
	}
	return sh.shell, nil
}

// pause and resume close and open the gates when the shell is disconnected and
// again connected. A command's opens when the command is reconnected.
func (sh *Shell) pause() {
	sh.gate.set(false)
	for _, c := range sh.allCommands() {
		c.gate.set(false)
	}
}

func (sh *Shell) allCommands() []*Command {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	var all []*Command
	for c := range sh.commands {
		all = append(all, c)
	}
	return all
}

// release forgets the shell's handle, and those of everything in it.
func (sh *Shell) release() {
	sh.cancel()
	sh.mu.Lock()
	commands, operations := sh.commands, sh.operations
	sh.commands, sh.operations = map[*Command]struct{}{}, map[*Operation]struct{}{}
	sh.mu.Unlock()
	table := sh.session.api.table
	for c := range commands {
		table.remove(c.handle)
	}
	for o := range operations {
		table.remove(o.handle)
	}
	table.remove(sh.handle)
	sh.session.forget(sh)
}

// networkFlags are what Windows calls the events of a network.
var networkFlags = map[wsmanclient.EventKind]uint32{
	wsmanclient.NetworkFailureDetected:         FlagNetworkFailureDetected,
	wsmanclient.RetryingAfterNetworkFailure:    FlagRetryingAfterNetworkFailure,
	wsmanclient.ReconnectedAfterNetworkFailure: FlagReconnectedAfterNetwork,
	wsmanclient.ShellAutoDisconnecting:         FlagShellAutoDisconnecting,
	wsmanclient.ShellAutoDisconnected:          FlagShellAutoDisconnected,
	wsmanclient.RetryAborted:                   FlagRetryAborted,
}

// network passes on what happened to the network.
func (sh *Shell) network(e wsmanclient.Event) {
	if e.Kind == wsmanclient.ShellAutoDisconnected {
		sh.pause()
	}
	sh.tell(Event{Flags: networkFlags[e.Kind], Err: asError(e.Err), Shell: sh.handle})
}
