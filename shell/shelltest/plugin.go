package shelltest

import (
	"context"
	"sync"

	"github.com/winrmd/winrmd/shell"
)

// Plugin is a shell.Plugin in memory. Its exported fields are set before its
// first use and not changed afterwards. A function that is nil succeeds and
// does nothing; each is called after its call was recorded.
type Plugin struct {
	// OpenFunc decides whether a shell starts.
	OpenFunc func(ctx context.Context, i *Instance) error
	// CommandFunc starts a command.
	CommandFunc func(ctx context.Context, i *Instance, cmd *shell.Command, r *shell.CommandRequest) error
	// SendFunc takes input.
	SendFunc func(ctx context.Context, i *Instance, cmd *shell.Command, in shell.Input) error
	// SignalFunc acts on a command.
	SignalFunc func(ctx context.Context, i *Instance, cmd *shell.Command, s shell.Signal) error
	// CloseFunc ends the instance.
	CloseFunc func(ctx context.Context, i *Instance) error

	// ConnectFunc makes the instances shell.Connectors.
	ConnectFunc func(ctx context.Context, i *Instance, in shell.Data) (shell.Data, error)
	// ConnectCommandFunc is what they do for a command.
	ConnectCommandFunc func(ctx context.Context, i *Instance, cmd *shell.Command) error
	// CutFunc makes the instances shell.Cutters.
	CutFunc func(d shell.Data, from, shift, max int) (part shell.Data, next int)

	// Spool is for whoever makes shells of the plug-in; it uses none itself.
	Spool *Spool

	// PID is the ProcessID of the instances, unless ProcessIDFunc tells it.
	PID           int
	ProcessIDFunc func(i *Instance) int

	mu        sync.Mutex
	instances []*Instance
}

// Open implements shell.Plugin.
func (p *Plugin) Open(ctx context.Context, r *shell.OpenRequest, host shell.Host) (shell.Instance, error) {
	i := &Instance{plugin: p, host: host, request: *r, closed: make(chan struct{})}
	if p.OpenFunc != nil {
		if err := p.OpenFunc(ctx, i); err != nil {
			return nil, err
		}
	}
	p.mu.Lock()
	p.instances = append(p.instances, i)
	p.mu.Unlock()
	switch {
	case p.ConnectFunc != nil && p.CutFunc != nil:
		return struct {
			connector
			cutter
		}{connector{i}, cutter{p}}, nil
	case p.ConnectFunc != nil:
		return connector{i}, nil
	case p.CutFunc != nil:
		return struct {
			*Instance
			cutter
		}{i, cutter{p}}, nil
	}
	return i, nil
}

// Instances are all that were opened, in order.
func (p *Plugin) Instances() []*Instance {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]*Instance(nil), p.instances...)
}

// Last is the instance that was opened last; nil if none was.
func (p *Plugin) Last() *Instance {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.instances) == 0 {
		return nil
	}
	return p.instances[len(p.instances)-1]
}

// connector adds shell.Connector to an instance.
type connector struct{ *Instance }

// Connect implements shell.Connector.
func (c connector) Connect(ctx context.Context, in shell.Data) (shell.Data, error) {
	c.record(Call{Method: "Connect", Data: in})
	return c.plugin.ConnectFunc(ctx, c.Instance, in)
}

// ConnectCommand implements shell.Connector.
func (c connector) ConnectCommand(ctx context.Context, cmd *shell.Command) error {
	c.record(Call{Method: "ConnectCommand", Command: cmd})
	if f := c.plugin.ConnectCommandFunc; f != nil {
		return f(ctx, c.Instance, cmd)
	}
	return nil
}

// cutter adds shell.Cutter to an instance.
type cutter struct{ plugin *Plugin }

// Cut implements shell.Cutter.
func (c cutter) Cut(d shell.Data, from, shift, max int) (part shell.Data, next int) {
	return c.plugin.CutFunc(d, from, shift, max)
}
