package psremoting

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/winrmd/winrmd/psrp"
	"github.com/winrmd/winrmd/psrp/runspacepool"
	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/wsmanclient"
)

// DefaultConfiguration is the session configuration that every server has.
const DefaultConfiguration = "Microsoft.PowerShell"

// Client opens runspace pools at one server, lists them and comes back to them.
// It may be used by several goroutines, and has any number of pools.
type Client struct {
	client *wsmanclient.Client
	owned  bool // by this Client: Close closes it

	mu    sync.Mutex
	heard map[string]func(wsmanclient.Event) // who is told of a shell's network, by ShellId
}

// New makes a Client of an endpoint's URL. The Config is wsmanclient's; its
// Notify is told of all shells, and Options.Notify of its own.
func New(url string, c wsmanclient.Config) (*Client, error) {
	client := &Client{owned: true, heard: map[string]func(wsmanclient.Event){}}
	all := c.Notify
	c.Notify = func(e wsmanclient.Event) {
		if all != nil {
			all(e)
		}
		client.tell(e)
	}
	var err error
	client.client, err = wsmanclient.New(url, c)
	if err != nil {
		return nil, err
	}
	return client, nil
}

// Use makes a Client that shares a wsmanclient.Client. Options.Notify is told of
// nothing: that is the Config's matter, with which the other was made.
func Use(c *wsmanclient.Client) *Client {
	return &Client{client: c, heard: map[string]func(wsmanclient.Event){}}
}

// WSMan is the client below: for Identify, for example.
func (c *Client) WSMan() *wsmanclient.Client { return c.client }

// Close closes the connections. Pools live on at the server.
func (c *Client) Close() error {
	if !c.owned {
		return nil
	}
	return c.client.Close()
}

func (c *Client) tell(e wsmanclient.Event) {
	c.mu.Lock()
	f := c.heard[strings.ToUpper(e.Shell.ID())]
	c.mu.Unlock()
	if f != nil {
		f(e)
	}
}

// hear lets f be told of a shell's network; nil ends that.
func (c *Client) hear(shellID string, f func(wsmanclient.Event)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if f == nil {
		delete(c.heard, strings.ToUpper(shellID))
		return
	}
	c.heard[strings.ToUpper(shellID)] = f
}

// Options say what a pool is to be, and how a client comes to it.
type Options struct {
	// Configuration is the name of a session configuration; "" means
	// DefaultConfiguration. Connect takes the pool's own.
	Configuration string
	// Name is for people.
	Name string
	// IdleTimeout is how long the pool lives without a client; 0 leaves it to the
	// server. Connect does not change it.
	IdleTimeout time.Duration
	// BufferMode is "Block" or "Drop"; "" leaves it to the server, or as it is.
	BufferMode string
	// Compression asks for streams to be compressed. The server may not do it.
	Compression bool
	// NoProfile leaves the user's profile alone.
	NoProfile bool
	// Timeout is how long the server may work on creating, or connecting; 0 means
	// the Client's OperationTimeout.
	Timeout time.Duration
	// Notify is told about the pool's network: see wsmanclient.Config.
	Notify func(wsmanclient.Event)
	// Pool is what the pool is to be. Its MaxRequestSize should fit the server's
	// MaxEnvelopeSizekb.
	Pool runspacepool.Config
}

// Open opens a new pool.
func (c *Client) Open(ctx context.Context, o Options) (*runspacepool.RunspacePool, error) {
	id := runspacepool.NewID()
	t := &transport{client: c, id: runspacepool.ShellID(id), options: o}
	name := o.Configuration
	if name == "" {
		name = DefaultConfiguration
	}
	t.uri = wsman.ResourcePowerShellPrefix + name
	return t.attach(func() (*runspacepool.RunspacePool, error) { return runspacepool.Open(ctx, t, id, o.Pool) })
}

// Connect comes to a pool of another client, as Pools lists it. The pool must be
// disconnected, or its client have vanished.
func (c *Client) Connect(ctx context.Context, i PoolInfo, o Options) (*runspacepool.RunspacePool, error) {
	id, err := psrp.ParseGUID(i.Shell.ShellID)
	if err != nil {
		return nil, fmt.Errorf("the shell is not one of PowerShell's: %w", err)
	}
	t := &transport{client: c, id: i.Shell.ShellID, uri: i.Shell.ResourceURI, options: o, compressed: i.Shell.Compressed()}
	return t.attach(func() (*runspacepool.RunspacePool, error) { return runspacepool.Connect(ctx, t, id, o.Pool) })
}

// Remove ends a pool, whoever's client it has, and whatever runs in it.
func (c *Client) Remove(ctx context.Context, i PoolInfo) error {
	return c.client.Shell(i.Shell.ResourceURI, i.Shell.ShellID, wsmanclient.ShellOptions{}).Delete(ctx)
}
