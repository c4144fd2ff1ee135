package runspacepool

import (
	"context"
	"fmt"
	"strings"

	"github.com/winrmd/winrmd/psrp"
	"github.com/winrmd/winrmd/psrp/clixml"
)

// Open opens a new pool in a new shell, and returns when the server says that it
// is opened. id is NewID's; the shell has to have it as its ShellId.
//
// The error is a *PoolError where the server has created the shell and then
// refused the pool, and else the transport's. The shell is deleted then, if it
// can be.
func Open(ctx context.Context, t Transport, id psrp.GUID, c Config) (*RunspacePool, error) {
	p := newPool(t, id, c)
	if err := p.open(ctx); err != nil {
		p.giveUp(ctx, err)
		return nil, err
	}
	return p, nil
}

func (p *RunspacePool) open(ctx context.Context) error {
	_ = p.step(eventOpen, "", nil) // it is new
	init, err := p.initRunspacePool()
	if err != nil {
		return err
	}
	// A server reads the beginning of the second object here, whatever follows.
	requests := p.encode(psrp.MessageSessionCapability, psrp.GUID{}, p.capability())
	more := p.encode(psrp.MessageInitRunspacePool, psrp.GUID{}, init)
	content := append(requests[0], more[0]...)
	if err := p.create(ctx, content); err != nil {
		return err
	}
	_ = p.step(eventSent, "", nil)
	p.startPump()
	if len(more) > 1 {
		if err := p.send(ctx, p.input, more[1:], func(ctx context.Context, fragments []byte) error {
			return p.transport.Send(ctx, streamInput, fragments)
		}); err != nil {
			return err
		}
	}
	return p.awaitOpened(ctx)
}

// create creates the shell; one that nobody waits for any more is deleted again.
func (p *RunspacePool) create(ctx context.Context, content []byte) error {
	_, err := outlive(ctx, p, func(ctx context.Context) (struct{}, error) {
		return struct{}{}, p.transport.Create(ctx, content)
	}, func(ctx context.Context, _ struct{}) {
		if err := p.transport.Delete(ctx); err != nil {
			p.config.Log.Debug("a shell that nobody waits for is not deleted", "error", err)
		}
	})
	return err
}

// awaitOpened waits for the state Opened, or an end.
func (p *RunspacePool) awaitOpened(ctx context.Context) error {
	return p.await(ctx, func() (bool, error) {
		if p.state == Opened {
			return true, nil
		}
		if p.state == Broken || p.state == Closing || p.state == Closed || p.state == Disconnected {
			return true, p.unableLocked("Open")
		}
		return false, nil
	})
}

// giveUp ends what could not be opened.
func (p *RunspacePool) giveUp(ctx context.Context, reason error) {
	p.mu.Lock()
	created := p.pumped != nil
	p.mu.Unlock()
	p.breakDown(reason)
	if created {
		// Somebody may have to wait for it no longer than he wanted, but the shell
		// must not be left.
		_ = request(ctx, p, func(ctx context.Context) error {
			defer p.end(ErrClosed)
			return p.transport.Delete(ctx)
		})
		return
	}
	p.endAfterTasks()
}

// endAfterTasks ends what goes on for the pool when the requests that are under
// way are answered: their answers say what must be undone.
func (p *RunspacePool) endAfterTasks() {
	go func() {
		_ = p.ends(context.Background()) // requests have their own time limits
		p.end(ErrClosed)
	}()
}

// capability is SESSION_CAPABILITY (2.2.2.1), which a server asks for.
func (p *RunspacePool) capability() []byte {
	data, _ := clixml.Append(nil, bag( // constants have a form
		property("protocolversion", version(clientVersion)),
		property("PSVersion", clixml.Version{Major: 2, Minor: 0, Build: -1, Revision: -1}),
		property("SerializationVersion", clixml.Version{Major: 1, Minor: 1, Build: 0, Revision: 1}),
	))
	return data
}

func version(text string) clixml.Version {
	v, _ := clixml.ParseVersion(text)
	return v
}

// initRunspacePool is INIT_RUNSPACEPOOL (2.2.2.2).
func (p *RunspacePool) initRunspacePool() ([]byte, error) {
	arguments, err := applicationArguments(p.config.ApplicationArguments)
	if err != nil {
		return nil, err
	}
	return clixml.Append(nil, bag(
		property("MinRunspaces", clixml.Int32(p.config.MinRunspaces)),
		property("MaxRunspaces", clixml.Int32(p.config.MaxRunspaces)),
		property("PSThreadOptions", threadOptions(p.config.ThreadOptions)),
		property("ApartmentState", apartmentStateUnknown()),
		property("HostInfo", hostInfo(p.config.Host, false)),
		property("ApplicationArguments", arguments),
	))
}

func threadOptions(n int32) clixml.Value {
	names := []string{"Default", "UseNewThread", "ReuseThread", "UseCurrentThread"}
	name := fmt.Sprint(n)
	if n >= 0 && int(n) < len(names) {
		name = names[n]
	}
	return systemEnum("System.Management.Automation.Runspaces.PSThreadOptions", name, n)
}

// apartmentStateUnknown is the state of threads of which nobody wants anything
// (2.2.3.7): only Windows knows others.
func apartmentStateUnknown() clixml.Value {
	return systemEnum("System.Management.Automation.Runspaces.ApartmentState", "UNKNOWN", 2)
}

// applicationArguments makes a PSPrimitiveDictionary (2.2.3.18) of them.
func applicationArguments(arguments any) (clixml.Value, error) {
	v, err := clixml.Marshal(arguments)
	if err != nil || v == nil {
		return nil, err
	}
	d, ok := clixml.Base(v).(clixml.Dictionary)
	if !ok {
		return nil, fmt.Errorf("application arguments of type %T are not a dictionary", arguments)
	}
	return primitiveDictionary(d), nil
}

// primitiveDictionary makes a dictionary, and those within it, ones that
// PowerShell takes.
func primitiveDictionary(d clixml.Dictionary) *clixml.Object {
	entries := make([]clixml.Entry, len(d))
	for i, e := range d {
		entries[i] = e
		if inner, ok := clixml.Base(e.Value).(clixml.Dictionary); ok {
			entries[i].Value = primitiveDictionary(inner)
		}
	}
	return clixml.NewPrimitiveDictionary(entries...)
}

// negotiate reads the server's SESSION_CAPABILITY: a client takes its own version
// and the older ones that there are (3.1.5.4.1).
func (p *RunspacePool) negotiate(data []byte) error {
	c, err := psrp.ParseCapability(data)
	if err != nil {
		return err
	}
	v, err := clixml.ParseVersion(c.ProtocolVersion)
	if err != nil {
		return err
	}
	if v.Major != 2 || v.Compare(version(clientVersion)) > 0 {
		return fmt.Errorf("the server speaks version %s of the protocol, and this client 2.0 to %s", strings.TrimSpace(c.ProtocolVersion), clientVersion)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.version = v.String()
	return nil
}
