package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/winrmd/winrmd/psremoting"
	"github.com/winrmd/winrmd/psrp/runspacepool"
)

// start starts a script in a session of a name, and leaves it.
func (p *program) start(ctx context.Context, name, script string) (int, error) {
	there, err := p.find(ctx, name)
	if err != nil {
		return exitRefused, err
	}
	if len(there) > 0 {
		return exitRefused, fmt.Errorf("there is a session %q: collect it first, or take another name", name)
	}
	pool, err := p.client.Open(ctx, psremoting.Options{Name: name, IdleTimeout: p.idle, BufferMode: "Block"})
	if err != nil {
		return exitRefused, explain(err)
	}
	if _, err := pool.Start(ctx, runspacepool.PipelineConfig{Commands: []runspacepool.Command{runspacepool.Script(script)}}); err != nil {
		return exitRefused, errors.Join(err, remove(ctx, pool))
	}
	if err := leave(ctx, pool); err != nil {
		return exitRefused, errors.Join(err, remove(ctx, pool))
	}
	fmt.Fprintln(p.stdout, runspacepool.ShellID(pool.ID()))
	return 0, nil
}

// collect prints what a session has put out, to the end of its work.
func (p *program) collect(ctx context.Context, name string) (int, error) {
	found, err := p.find(ctx, name)
	if err != nil {
		return exitRefused, err
	}
	switch {
	case len(found) == 0:
		return exitRefused, fmt.Errorf("there is no session %q", name)
	case len(found) > 1:
		return exitRefused, fmt.Errorf("there are %d sessions %q", len(found), name)
	case found[0].Availability != psremoting.None:
		return exitRefused, fmt.Errorf("the session %q has a client", name)
	}
	pool, err := p.client.Connect(ctx, found[0], psremoting.Options{})
	if err != nil {
		return exitRefused, explain(err)
	}
	status, err := p.read(ctx, pool, found[0].Commands)
	if state, _ := pool.State(); state == runspacepool.Disconnected {
		return status, err
	}
	return status, errors.Join(err, remove(ctx, pool))
}

// read reads the pipelines of a session, one after the other. When the time is
// up, or somebody presses Ctrl-C, it leaves the session.
func (p *program) read(ctx context.Context, pool *runspacepool.RunspacePool, commands []runspacepool.CommandInfo) (status int, err error) {
	waiting, cancel := ctx, context.CancelFunc(func() {})
	if p.wait > 0 {
		waiting, cancel = context.WithTimeout(ctx, p.wait)
	}
	defer cancel()
	for _, command := range commands {
		pipeline, err := pool.ConnectPipeline(ctx, command.ID)
		if err != nil {
			return exitRefused, errors.Join(err, leave(ctx, pool))
		}
		err = p.print(waiting, pipeline)
		var failed *runspacepool.PipelineError
		switch {
		case err == nil:
		case errors.As(err, &failed):
			status = exitFailed
			fmt.Fprintln(p.stderr, "failed:", printable(failed.Error()))
		case waiting.Err() != nil:
			if err := leave(ctx, pool); err != nil {
				return exitRefused, err
			}
			// What had been received before is this client's to print; nobody else
			// gets it.
			final, cancel := after(ctx)
			defer cancel()
			if err := p.print(final, pipeline); !errors.Is(err, runspacepool.ErrDisconnected) {
				return exitRefused, err
			}
			return exitGoesOn, errors.New("the work goes on; come back to it later")
		default: // the network: the session stays, and can be collected again
			return exitRefused, explain(err)
		}
	}
	return status, nil
}

// print prints what a pipeline puts out. At its end it returns nil, and a
// *PipelineError where it has failed.
func (p *program) print(ctx context.Context, pipeline *runspacepool.Pipeline) error {
	for {
		record, err := pipeline.Next(ctx)
		var unreadable *runspacepool.ObjectError
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case errors.As(err, &unreadable):
			fmt.Fprintln(p.stderr, printable(unreadable.Error()))
			continue
		case err != nil:
			return err
		}
		switch record.Stream {
		case runspacepool.StreamOutput:
			if _, err := fmt.Fprintln(p.stdout, printable(record.Text())); err != nil {
				return err
			}
		case runspacepool.StreamProgress: // would be a bar in a terminal
		default:
			fmt.Fprintf(p.stderr, "%v: %s\n", record.Stream, printable(record.Text()))
		}
	}
}

// printable is a text of the server without what a terminal would obey.
func printable(text string) string {
	var b []byte
	for _, r := range text {
		if r == '\n' || r == '\t' || strconv.IsPrint(r) {
			b = append(b, string(r)...)
		}
	}
	return string(b)
}
