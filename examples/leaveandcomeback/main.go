package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"time"

	"github.com/winrmd/winrmd/psremoting"
	"github.com/winrmd/winrmd/psrp/runspacepool"
	"github.com/winrmd/winrmd/wsman/wsmanclient"
)

// The exit statuses beside 0.
const (
	exitFailed  = 1
	exitUsage   = 2
	exitRefused = 3
	exitGoesOn  = 4
)

// program is what the command line says, and where it writes.
type program struct {
	url, user, ca  string
	insecure       bool
	idle, wait     time.Duration
	client         *psremoting.Client
	stdout, stderr io.Writer
}

func main() {
	p := program{stdout: os.Stdout, stderr: os.Stderr}
	flag.StringVar(&p.url, "url", "", "`URL` of the server, for example https://server:5986/wsman")
	flag.StringVar(&p.user, "user", "", "`name` to log on with; the password is in REMOTE_PASSWORD")
	flag.StringVar(&p.ca, "ca", "", "`file` of the certificates that the server's must come from (default the system's)")
	flag.BoolVar(&p.insecure, "insecure", false, "do not check the server's certificate")
	flag.DurationVar(&p.idle, "idle", 2*time.Hour, "start: how long the server keeps the session without a client")
	flag.DurationVar(&p.wait, "wait", 0, "collect: leave again after this `time` (default never)")
	flag.Usage = func() {
		fmt.Fprintln(flag.CommandLine.Output(), "usage: leaveandcomeback -url URL [flags] start NAME SCRIPT | collect NAME | list")
		flag.PrintDefaults()
	}
	flag.Parse()
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt)
	status, err := p.run(ctx, flag.Args())
	cancel()
	if errors.Is(err, errUsage) {
		flag.Usage()
	} else if err != nil {
		fmt.Fprintln(os.Stderr, "leaveandcomeback:", err)
	}
	os.Exit(status)
}

var errUsage = errors.New("wrong command line")

func (p *program) run(ctx context.Context, args []string) (int, error) {
	if p.url == "" || len(args) == 0 || len(args) != map[string]int{"start": 3, "collect": 2, "list": 1}[args[0]] {
		return exitUsage, errUsage
	}
	config, err := p.config()
	if err != nil {
		return exitUsage, err
	}
	if p.client, err = psremoting.New(p.url, config); err != nil {
		return exitUsage, err
	}
	defer p.client.Close()
	switch args[0] {
	case "start":
		return p.start(ctx, args[1], args[2])
	case "collect":
		return p.collect(ctx, args[1])
	default:
		return p.list(ctx)
	}
}

// find finds the sessions of a name; "" is all.
func (p *program) find(ctx context.Context, name string) (found []psremoting.PoolInfo, err error) {
	all, err := p.client.Pools(ctx)
	for _, pool := range all {
		if name == "" || pool.Name() == name {
			found = append(found, pool)
		}
	}
	return found, explain(err)
}

// list shows the sessions of this user, whoever has started them.
func (p *program) list(ctx context.Context) (int, error) {
	all, err := p.find(ctx, "")
	if err != nil {
		return exitRefused, err
	}
	for _, pool := range all {
		if pool.Availability != psremoting.None {
			fmt.Fprintf(p.stdout, "%s %q: has a client\n", pool.Shell.ShellID, pool.Name())
			continue
		}
		fmt.Fprintf(p.stdout, "%s %q: to be collected until %s\n", pool.Shell.ShellID, pool.Name(),
			pool.ExpiresOn(time.Now()).Format(time.DateTime))
	}
	return 0, nil
}

// explain adds what to do about it.
func explain(err error) error {
	var refused *wsmanclient.AuthenticationError
	if errors.As(err, &refused) {
		return fmt.Errorf("%w (see -user, REMOTE_PASSWORD and -ca)", err)
	}
	return err
}

// patience is how long the server may take to leave or to end a session.
const patience = 30 * time.Second

// after is a context for what has to be done even after ctx.
func after(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), patience)
}

// leave leaves a session at the server.
func leave(ctx context.Context, pool *runspacepool.RunspacePool) error {
	ctx, cancel := after(ctx)
	defer cancel()
	return pool.Disconnect(ctx, runspacepool.DisconnectOptions{})
}

// remove ends a session with what runs in it.
func remove(ctx context.Context, pool *runspacepool.RunspacePool) error {
	ctx, cancel := after(ctx)
	defer cancel()
	return pool.Close(ctx)
}
