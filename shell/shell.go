package shell

import (
	"strings"
	"sync"
	"time"
)

// Spec is what a shell is made from. It does not change.
type Spec struct {
	OpenRequest
	Client        Client
	ResourceURI   string         // as the client spelled it
	Configuration *Configuration `json:"-"`
	// ClientNamed is true where the client chose the ShellId, which is what
	// makes a shell one that can be disconnected.
	ClientNamed bool
	// IdleTimeout asked for; 0 means the configuration's.
	IdleTimeout time.Duration
	// Lifetime after which the shell ends in any case; 0 means none.
	Lifetime time.Duration
	// BufferMode asked for; nil means the configuration's.
	BufferMode *Mode
	// InteractiveToken keeps the shell to clients on this machine: nobody else
	// uses it, connects or reconnects to it. Its owner may still get and close
	// it from anywhere. It does not change what runs in the shell.
	InteractiveToken bool
	// Spool takes what is more than memory should hold; nil means that memory
	// holds it all.
	Spool Spool `json:"-"`
	// Locale, DataLocale, Encoding, NoProfile and Compression are only kept,
	// to be told again.
	Locale, DataLocale, Encoding, Compression string
	NoProfile                                 bool
}

// Shell is one shell. Its methods may be called by several goroutines.
type Shell struct {
	spec     Spec
	cfg      *Configuration
	created  time.Time
	instance Instance
	cutter   Cutter
	gone     func(*Shell) // takes it out of the directory

	mu sync.Mutex
	target
	state       State
	client      Client // who is attached, or was last
	connecting  bool   // the plug-in is being asked whether client may connect
	mode        Mode
	idleTimeout time.Duration
	commands    []*Command // in order of arrival
	forgotten   []string   // identifiers of commands that are over
	buffer      buffer
	seq         uint64
	ended       error // why the instance ended by itself
	clock       clock
	inputs      inputs
	saving      saving
	tails       []*tail
	closing     bool
	closed      chan struct{} // closed when everything is gone
}

// newShell makes a shell that has no instance yet.
func newShell(spec Spec, gone func(*Shell)) *Shell {
	sh := &Shell{
		spec: spec, cfg: spec.Configuration, created: time.Now(), gone: gone,
		state: Connected, client: spec.Client, mode: spec.Configuration.BufferMode,
		idleTimeout: spec.Configuration.IdleTimeout, cutter: byteCutter{},
		closed: make(chan struct{}),
	}
	if spec.IdleTimeout != 0 {
		sh.idleTimeout = spec.IdleTimeout
	}
	if spec.BufferMode != nil {
		sh.mode = *spec.BufferMode
	}
	sh.target.init(sh, nil, sh.cfg.Traits.ShellStreams)
	sh.clock.heard = sh.created
	return sh
}

// ID is the shell's identifier, an upper-case GUID.
func (sh *Shell) ID() string { return sh.spec.ShellID }

// Spec is what the shell was made from.
func (sh *Shell) Spec() *Spec { return &sh.spec }

// Stream implements Host.
func (sh *Shell) Stream(name string) *Stream { return sh.stream(name) }

// Done is closed when the shell and everything in it is gone.
func (sh *Shell) Done() <-chan struct{} { return sh.closed }

// own reports whether a request comes from the attached client.
func (sh *Shell) own(c Client) bool {
	return sh.client.sameSession(c)
}

// allow checks that a shell's owner asks, or the account that it runs as by its
// configuration. It is enough to look at the shell and to close it; see allowUse.
func (sh *Shell) allow(c Client) error {
	if !c.MayUse(sh.spec.Client.User, sh.cfg.RunAs) {
		return &AccessError{User: c.User, ShellID: sh.spec.ShellID}
	}
	return nil
}

// enter admits a request. Each successful enter is followed by a leave.
func (sh *Shell) enter(c Client, e event) error {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	return sh.admit(c, e)
}

// admit checks a request against owner and state and counts it as heard, until
// clock.end. The caller holds the lock, and goes on holding it where what the
// request does must not be separated from what it was admitted to.
func (sh *Shell) admit(c Client, e event) error {
	if err := sh.allowUse(c); err != nil {
		return err
	}
	own := sh.own(c) || sh.cfg.Traits.AnySession && e == eventUse
	if err := sh.step(e, own); err != nil {
		return err
	}
	sh.clock.begin(sh)
	return nil
}

// leave ends what enter began.
func (sh *Shell) leave() {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	sh.clock.end(sh)
}

// command finds a command by its identifier in any case.
func (sh *Shell) command(id string) (*Command, error) {
	for _, cmd := range sh.commands {
		if strings.EqualFold(cmd.id, id) {
			return cmd, nil
		}
	}
	return nil, &NotFoundError{ShellID: sh.spec.ShellID, CommandID: id}
}

// Ended implements Host.
func (sh *Shell) Ended(err error) {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	if sh.ended != nil || sh.closing {
		return
	}
	sh.ended = &EndedError{ShellID: sh.spec.ShellID, Cause: err}
	sh.buffer.changed()
	sh.notifyAll()
	sh.noteRemains()
}

// notifyAll wakes every Receive of the shell.
func (sh *Shell) notifyAll() {
	sh.target.notify()
	for _, cmd := range sh.commands {
		cmd.notify()
	}
}
