package winapi

import (
	"context"
	"time"

	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/wsmanclient"
)

// ConnectParameters are how a client comes to a shell of another one.
type ConnectParameters struct {
	Flags                uint32
	ResourceURI, ShellID string
	Options              []wsman.Option
	// Content is XML for the kind of shell; "" is none.
	Content string
}

// connectTime is how long a ConnectShell takes at least. PowerShell calls it while
// its session's state machine is at work on another event, and takes the messages
// in the answer one by one: those that come before the machine has gone on are put
// behind each other, so that it sees the pool's before it has agreed to the
// session's, and closes the session for no reason ("The Runspace state is Broken
// instead of Opened"). A network takes longer than PowerShell does; loopback may not.
const connectTime = 200 * time.Millisecond

// ConnectShell comes to a disconnected shell. announce gets its Handle before
// done is called for the first time; 0 where the Session is closed. The Text of
// the Event is what the kind of shell answered.
func (s *Session) ConnectShell(p ConnectParameters, done Completion, announce func(Handle)) {
	sh := s.newShell(p.ResourceURI, p.ShellID, done)
	announce(sh.handle)
	settled := time.After(connectTime)
	sh.begun(func() { sh.connect(p, settled) })
}

func (sh *Shell) connect(p ConnectParameters, settled <-chan time.Time) {
	timeout := sh.session.timeout(OptionTimeoutCreateShell)
	ctx, cancel := within(sh.ctx, timeout)
	defer cancel()
	client, err := sh.session.client()
	if err != nil {
		sh.told(Event{Flags: FlagEndOfOperation}, err)
		return
	}
	connected, err := client.ConnectShell(ctx, wsmanclient.ConnectConfig{
		ResourceURI: p.ResourceURI, ShellID: p.ShellID, BufferMode: bufferMode(p.Flags), Content: []byte(p.Content),
		Options: p.Options, Compressed: compressed(ctx, client, p), Timeout: timeout,
	})
	if err != nil {
		sh.told(Event{Flags: FlagEndOfOperation}, err)
		return
	}
	sh.made(connected)
	select {
	case <-settled:
	case <-sh.ctx.Done():
	}
	sh.told(Event{Flags: FlagEndOfOperation | FlagShellSupportsDisconnect, Text: string(connected.Content())}, nil)
}

// compressed asks whether a shell's streams are compressed, which the answer to a
// Connect does not say. Where that cannot be known the Connect will tell why.
func compressed(ctx context.Context, c *wsmanclient.Client, p ConnectParameters) bool {
	info, err := c.Shell(p.ResourceURI, p.ShellID, wsmanclient.ShellOptions{}).Get(ctx)
	return err == nil && info.Compressed()
}
