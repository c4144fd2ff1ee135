package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"runtime"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/winrmd/winrmd/endpoint"
	"github.com/winrmd/winrmd/psremoting"
	"github.com/winrmd/winrmd/psrp/clixml"
	"github.com/winrmd/winrmd/psrp/runspacepool"
	"github.com/winrmd/winrmd/shell/runspace/commands"
	"github.com/winrmd/winrmd/test/daemon"
	"github.com/winrmd/winrmd/wsman/wsmanclient"
)

const (
	// maxDisconnectedKiB is the aim for one disconnected session of an engine in Go.
	maxDisconnectedKiB = 64
	// disconnectedClients are at work at the same time.
	disconnectedClients = 4
	// leftOutput is what each command leaves, in characters.
	leftOutput = 4096
	// listTime is how long a request may take: a list of them all takes a while.
	listTime = 10 * time.Minute
)

// errLeft says that a session does not give what was left in it.
var errLeft = errors.New("the session has not what was left in it")

// goEndpoint is an endpoint with an engine in Go, in this process.
type goEndpoint struct {
	*endpoint.Server
	https, http string
	trust       *tls.Config
}

func startEndpoint() (*goEndpoint, error) {
	s, err := endpoint.New(endpoint.Config{
		Users: map[string]string{daemon.User: daemon.Password}, MaxShells: -1, MaxShellsPerUser: -1, AllowUnencrypted: true,
		Configurations: []endpoint.Configuration{{Commands: commands.Demo()}},
	})
	if err != nil {
		return nil, err
	}
	certificate, err := endpoint.SelfSigned()
	if err != nil {
		return nil, err
	}
	secure, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	clear, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, errors.Join(err, secure.Close())
	}
	go s.ServeTLS(secure, certificate) //nolint:errcheck // until Close
	go s.Serve(clear)                  //nolint:errcheck // until Close
	roots := x509.NewCertPool()
	roots.AddCert(certificate.Leaf)
	return &goEndpoint{
		Server: s, https: "https://" + secure.Addr().String() + "/wsman", http: "http://" + clear.Addr().String() + "/wsman",
		trust: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12},
	}, nil
}

func (e *goEndpoint) config() wsmanclient.Config {
	return wsmanclient.Config{Authentication: wsmanclient.Basic(daemon.User, daemon.Password), TLS: e.trust, OperationTimeout: listTime}
}

// each has several clients do something until it was done count times.
func (e *goEndpoint) each(ctx context.Context, count int, do func(ctx context.Context, c *psremoting.Client, i int) error) (took time.Duration, err error) {
	began := time.Now()
	var next atomic.Int64
	group, ctx := errgroup.WithContext(ctx)
	for range disconnectedClients {
		group.Go(func() error {
			c, err := psremoting.New(e.https, e.config())
			if err != nil {
				return err
			}
			defer c.Close()
			for i := int(next.Add(1)) - 1; i < count; i = int(next.Add(1)) - 1 {
				if err := do(ctx, c, i); err != nil {
					return fmt.Errorf("session %d: %w", i, err)
				}
			}
			return nil
		})
	}
	err = group.Wait()
	return time.Since(began), err
}

// measureDisconnected leaves many sessions of an engine in Go, each with a command
// that has finished, lists them and comes back to all.
func (b *bench) measureDisconnected(ctx context.Context) error {
	e, err := startEndpoint()
	if err != nil {
		return err
	}
	defer e.Close()
	// The first sessions bring what all share.
	if _, err := e.each(ctx, disconnectedClients, func(ctx context.Context, c *psremoting.Client, _ int) error {
		pool, err := leave(ctx, c)
		if err != nil {
			return err
		}
		return pool.Close(ctx)
	}); err != nil {
		return err
	}
	before := heapKiB()
	opening, err := e.each(ctx, b.disconnected, func(ctx context.Context, c *psremoting.Client, _ int) error {
		pool, err := leave(ctx, c)
		if err != nil {
			return err
		}
		return pool.Disconnect(ctx, runspacepool.DisconnectOptions{})
	})
	if err != nil {
		return err
	}
	each := float64(heapKiB()-before) / float64(b.disconnected)

	lister, err := wsmanclient.New(e.https, e.config())
	if err != nil {
		return err
	}
	defer lister.Close()
	began := time.Now()
	shells, err := lister.Shells(ctx)
	listing := time.Since(began)
	if err != nil || len(shells) != b.disconnected {
		return errors.Join(err, fmt.Errorf("%d sessions are listed, not %d: %w", len(shells), b.disconnected, errLeft))
	}
	c, err := psremoting.New(e.https, e.config())
	if err != nil {
		return err
	}
	defer c.Close()
	began = time.Now()
	pools, err := c.Pools(ctx)
	whole := time.Since(began)
	if err != nil || len(pools) != b.disconnected {
		return errors.Join(err, fmt.Errorf("%d pools are listed, not %d: %w", len(pools), b.disconnected, errLeft))
	}
	coming, err := e.each(ctx, len(pools), func(ctx context.Context, c *psremoting.Client, i int) error { return comeBack(ctx, c, pools[i]) })
	if err != nil {
		return err
	}
	rate := func(took time.Duration) float64 { return float64(b.disconnected) / took.Seconds() }
	b.title(fmt.Sprintf("%d disconnected sessions with an engine in Go, each with a finished command and its %d characters, %d clients over HTTPS",
		b.disconnected, leftOutput, disconnectedClients))
	b.line("open, run, disconnect", "%.0f sessions/s", rate(opening))
	b.line("memory", "%.1f KiB of heap and stacks a session", each)
	b.line("list", "%.0f ms; with the commands of each, as PowerShell asks, %.0f ms", milliseconds(listing), milliseconds(whole))
	b.line("connect, receive, close", "%.0f sessions/s", rate(coming))
	b.aim(each <= maxDisconnectedKiB, "at most 64 KiB for a disconnected session of an engine in Go", "%.1f KiB", each)
	return nil
}

// leave opens a session and starts its command.
func leave(ctx context.Context, c *psremoting.Client) (*runspacepool.RunspacePool, error) {
	pool, err := c.Open(ctx, psremoting.Options{})
	if err != nil {
		return nil, err
	}
	_, err = pool.Start(ctx, runspacepool.PipelineConfig{
		Commands: []runspacepool.Command{runspacepool.Script(fmt.Sprintf("'x' * %d", leftOutput))},
	})
	return pool, err
}

// comeBack connects to a session, receives what was left there, and ends it.
func comeBack(ctx context.Context, c *psremoting.Client, info psremoting.PoolInfo) error {
	if len(info.Commands) != 1 {
		return fmt.Errorf("%d commands: %w", len(info.Commands), errLeft)
	}
	pool, err := c.Connect(ctx, info, psremoting.Options{})
	if err != nil {
		return err
	}
	pipeline, err := pool.ConnectPipeline(ctx, info.Commands[0].ID)
	if err != nil {
		return err
	}
	got := 0
	for record, err := range pipeline.Records(ctx) {
		if err != nil {
			return err
		}
		got += len(clixml.Text(record.Value))
	}
	if got != leftOutput {
		return fmt.Errorf("%d characters: %w", got, errLeft)
	}
	return pool.Close(ctx)
}

// heapKiB is what this process has in use.
func heapKiB() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapInuse+m.StackInuse) >> 10
}
