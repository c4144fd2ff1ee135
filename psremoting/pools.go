package psremoting

import (
	"context"
	"errors"
	"time"

	"github.com/winrmd/winrmd/psrp"
	"github.com/winrmd/winrmd/psrp/runspacepool"
	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/wsmanclient"
)

// Availability is whether a pool can be come to (RunspacePoolAvailability).
type Availability string

// The availabilities, as PowerShell derives them.
const (
	// Available: this client has it, and it is open.
	Available Availability = "Available"
	// None: it is disconnected, and anybody may come to it.
	None Availability = "None"
	// Busy: another client has it.
	Busy Availability = "Busy"
)

// PoolInfo is a runspace pool at a server.
type PoolInfo struct {
	// Shell is what the server says.
	Shell *wsmanclient.ShellInfo
	// Configuration is the name of the session configuration.
	Configuration string
	// State is Disconnected for PowerShell's eyes, whoever has it: it is not this
	// client's.
	State runspacepool.State
	// Availability is None or Busy.
	Availability Availability
	// Commands are the pipelines that the server has; PowerShell's own cmdlets
	// deal with at most one.
	Commands []runspacepool.CommandInfo
}

// Name is what people call it, Owner the account.
func (i *PoolInfo) Name() string { return i.Shell.Name }

// Owner is the account whose pool it is.
func (i *PoolInfo) Owner() string { return i.Shell.Owner }

// DisconnectedOn is when the client was last heard of, by this machine's clock.
func (i *PoolInfo) DisconnectedOn(now time.Time) time.Time { return now.Add(-i.Shell.ShellInactivity) }

// ExpiresOn is when the server ends the pool, if nobody comes to it.
func (i *PoolInfo) ExpiresOn(now time.Time) time.Time {
	return i.DisconnectedOn(now).Add(i.Shell.IdleTimeout)
}

// Pools lists the runspace pools at the server of the user that the client is
// logged on as, and for an administrator everybody's. Command shells are left
// out, and so are pools that were ended while they were asked about.
func (c *Client) Pools(ctx context.Context) ([]PoolInfo, error) {
	shells, err := c.client.Shells(ctx)
	if err != nil {
		return nil, err
	}
	pools := []PoolInfo{}
	for _, s := range shells {
		info, ok := poolInfo(s)
		if !ok {
			continue
		}
		info.Commands, err = c.commands(ctx, s.ShellID)
		var f *wsman.Fault
		if errors.As(err, &f) {
			continue // PowerShell passes over such a shell, too
		}
		if err != nil {
			return nil, err
		}
		pools = append(pools, info)
	}
	return pools, nil
}

// poolInfo is what PowerShell makes of a shell; ok is false for one that is not
// its own.
func poolInfo(s *wsmanclient.ShellInfo) (info PoolInfo, ok bool) {
	name, ok := wsman.PowerShellConfiguration(s.ResourceURI)
	if !ok {
		return info, false
	}
	if _, err := psrp.ParseGUID(s.ShellID); err != nil {
		return info, false
	}
	info = PoolInfo{Shell: s, Configuration: name, State: runspacepool.Disconnected, Availability: Busy}
	if s.State == "Disconnected" {
		info.Availability = None
	}
	return info, true
}

func (c *Client) commands(ctx context.Context, shellID string) ([]runspacepool.CommandInfo, error) {
	listed, err := c.client.Commands(ctx, shellID)
	if err != nil {
		return nil, err
	}
	commands := make([]runspacepool.CommandInfo, len(listed))
	for i, l := range listed {
		commands[i] = runspacepool.CommandInfo{ID: l.CommandID, Line: l.CommandLine}
	}
	return commands, nil
}
