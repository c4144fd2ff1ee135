package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/winrmd/winrmd/psremoting"
	"github.com/winrmd/winrmd/psrp/runspacepool"
	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/wsmanclient"
)

// leaving is what a session is to be while nobody is attached to it, as flags say.
type leaving struct {
	idle uint32 // in seconds; 0 leaves it as it is
	mode string // Block or Drop; "" leaves it as it is
}

func (l *leaving) flags(f *pflag.FlagSet) {
	f.Uint32Var(&l.idle, "idle-timeout-sec", 0, "for how many seconds the server keeps the session without a client (default the server's)")
	f.StringVar(&l.mode, "output-buffering-mode", "", "Block, where commands wait when nobody takes their output, or Drop, where the oldest output goes (default the server's)")
}

// check makes the mode what the server calls it.
func (l *leaving) check() error {
	switch strings.ToLower(l.mode) {
	case "":
	case "block":
		l.mode = "Block"
	case "drop":
		l.mode = "Drop"
	default:
		return usage("--output-buffering-mode %q is neither Block nor Drop", l.mode)
	}
	return nil
}

func (l *leaving) options() runspacepool.DisconnectOptions {
	return runspacepool.DisconnectOptions{IdleTimeout: time.Duration(l.idle) * time.Second, BufferMode: l.mode}
}

// creating is what a new session is to be.
type creating struct {
	leaving
	name, configuration    string
	compression, noProfile bool
}

func (n *creating) flags(f *pflag.FlagSet) {
	n.leaving.flags(f)
	f.StringVar(&n.name, "name", "", "a name for the session")
	f.StringVar(&n.configuration, "configuration", "", "the session configuration (default "+psremoting.DefaultConfiguration+")")
	f.BoolVar(&n.compression, "compression", false, "compress what goes over the network")
	f.BoolVar(&n.noProfile, "no-profile", false, "do not load the user's profile")
}

func (n *creating) options(host runspacepool.Host) psremoting.Options {
	return psremoting.Options{
		Configuration: n.configuration, Name: n.name, IdleTimeout: time.Duration(n.idle) * time.Second, BufferMode: n.mode,
		Compression: n.compression, NoProfile: n.noProfile, Pool: runspacepool.Config{Host: host},
	}
}

// attached is a session that this program is attached to.
type attached struct {
	*runspacepool.RunspacePool
	id string
	// called is what people call it: its name, else its identifier.
	called string
}

// openSession makes a new session.
func openSession(ctx context.Context, client *wsmanclient.Client, n *creating, host runspacepool.Host) (*attached, error) {
	if err := n.check(); err != nil {
		return nil, err
	}
	p, err := psremoting.Use(client).Open(ctx, n.options(host))
	if err != nil {
		return nil, err
	}
	id := runspacepool.ShellID(p.ID())
	return &attached{RunspacePool: p, id: id, called: orElse(n.name, id)}, nil
}

// lookUp finds a session of PowerShell at the server.
func lookUp(ctx context.Context, client *wsmanclient.Client, wanted string) (*wsmanclient.ShellInfo, error) {
	shells, err := client.Shells(ctx)
	if err != nil {
		return nil, err
	}
	s, err := findShell(shells, wanted)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", wanted, err)
	}
	if _, ok := wsman.PowerShellConfiguration(s.ResourceURI); !ok {
		return nil, fmt.Errorf("%s is a command shell and no session of PowerShell", wanted)
	}
	return s, nil
}

// connectSession comes to a session.
func connectSession(ctx context.Context, client *wsmanclient.Client, s *wsmanclient.ShellInfo, host runspacepool.Host) (*attached, error) {
	p, err := psremoting.Use(client).Connect(ctx, psremoting.PoolInfo{Shell: s}, psremoting.Options{
		Pool: runspacepool.Config{Host: host},
	})
	if err != nil {
		return nil, err
	}
	return &attached{RunspacePool: p, id: s.ShellID, called: orElse(s.Name, s.ShellID)}, nil
}

// leave disconnects the session, if it is still this client's, also where what was
// asked for is over.
func (a *attached) leave(l *leaving) error {
	if state, _ := a.State(); state.Final() || state == runspacepool.Disconnected {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), removeTimeout)
	defer cancel()
	err := a.Disconnect(ctx, l.options())
	if errors.Is(err, runspacepool.ErrDisconnected) {
		return nil
	}
	return err
}

// end ends the session with what runs in it, if it is still this client's.
func (a *attached) end(stderr io.Writer) {
	if state, _ := a.State(); state.Final() || state == runspacepool.Disconnected {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), removeTimeout)
	defer cancel()
	if err := a.Close(ctx); err != nil {
		fmt.Fprintln(stderr, "winrm: the session", a.id, "may be left at the server:", message(err))
	}
}

// tellNetwork says what happens to the network of a session.
func tellNetwork(w io.Writer) func(wsmanclient.Event) {
	return func(e wsmanclient.Event) {
		switch e.Kind {
		case wsmanclient.NetworkFailureDetected:
			fmt.Fprintf(w, "winrm: the network has failed; the server is tried again for %s: %s\n", e.Remaining.Round(time.Second), safe(message(e.Err)))
		case wsmanclient.ReconnectedAfterNetworkFailure:
			fmt.Fprintln(w, "winrm: the network is well again")
		}
	}
}

// completeSessions offers the names of sessions, and the identifiers of those
// that have none. What goes wrong is not said: nothing is offered then.
func completeSessions(c *connection) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, begun string) ([]cobra.Completion, cobra.ShellCompDirective) {
		client, err := c.client(cmd)
		if err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		defer client.Close()
		shells, err := client.Shells(cmd.Context())
		if err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		var all []cobra.Completion
		for _, s := range shells {
			_, ok := wsman.PowerShellConfiguration(s.ResourceURI)
			if name := printable(orElse(s.Name, s.ShellID)); ok && strings.HasPrefix(name, begun) {
				all = append(all, cobra.CompletionWithDesc(name, s.State))
			}
		}
		return all, cobra.ShellCompDirectiveNoFileComp
	}
}
