package shell

import (
	"cmp"
	"slices"
	"time"
)

// Info is what can be told of a shell (MS-WSMV 2.2.4.37). It goes through JSON
// without loss but for the Spec's Configuration and Creation.
type Info struct {
	*Spec
	// ConfigurationName is the name of the Spec's Configuration.
	ConfigurationName string
	// RunAs is that of the Spec's Configuration.
	RunAs           string `json:",omitempty"`
	State           State
	ClientIP        string
	ProcessID       int
	IdleTimeout     time.Duration
	MaxIdleTimeout  time.Duration
	BufferMode      Mode
	RunTime         time.Duration
	Inactivity      time.Duration
	BufferedBytes   int
	DroppedMessages int64
	Disconnectable  bool
}

// VisibleTo reports whether a client may be told.
func (i *Info) VisibleTo(c Client) bool {
	return c.Administrator || c.MayUse(i.Client.User, i.RunAs)
}

// Info tells of the shell to whoever may use it or an administrator. It does not count
// as hearing of the client.
func (sh *Shell) Info(c Client) (Info, error) {
	if !c.Administrator {
		if err := sh.allow(c); err != nil {
			return Info{}, err
		}
	}
	pid := sh.instance.ProcessID()
	sh.mu.Lock()
	defer sh.mu.Unlock()
	return Info{
		Spec: &sh.spec, ConfigurationName: sh.cfg.Name, RunAs: sh.cfg.RunAs, State: sh.state, ClientIP: sh.client.Address, ProcessID: pid,
		IdleTimeout: sh.idleTimeout, MaxIdleTimeout: sh.cfg.MaxIdleTimeout, BufferMode: sh.mode,
		RunTime: time.Since(sh.created), Inactivity: sh.clock.silence(),
		BufferedBytes: sh.buffer.used + sh.buffer.kept, DroppedMessages: sh.buffer.dropped,
		Disconnectable: sh.spec.ClientNamed,
	}, nil
}

// CommandInfo is what can be told of a command.
type CommandInfo struct{ ID, Line string }

// Commands lists the commands that a client can still get something of.
func (sh *Shell) Commands(c Client) ([]CommandInfo, error) {
	if !c.Administrator {
		if err := sh.allow(c); err != nil {
			return nil, err
		}
	}
	sh.mu.Lock()
	defer sh.mu.Unlock()
	var list []CommandInfo
	for _, cmd := range sh.commands {
		if !cmd.delivered() {
			list = append(list, CommandInfo{ID: cmd.id, Line: cmd.line})
		}
	}
	return list, nil
}

// droppables lists what mode Drop may throw away, in order of arrival.
func (sh *Shell) droppables() []*object {
	var list []*object
	sh.eachTarget(func(t *target) {
		for _, st := range t.streams {
			for _, o := range st.objects {
				if o.class == ClassDrop && !o.dropped && !o.begun {
					list = append(list, o)
				}
			}
		}
	})
	slices.SortFunc(list, func(a, b *object) int { return cmp.Compare(a.seq, b.seq) })
	return list
}
