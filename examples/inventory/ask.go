package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/winrmd/winrmd/psremoting"
	"github.com/winrmd/winrmd/psrp/clixml"
	"github.com/winrmd/winrmd/psrp/runspacepool"
	"github.com/winrmd/winrmd/wsman/wsmanclient"
)

// row is what one server is.
type row struct {
	URL              string
	Product, Version string `json:",omitempty"`
	Name, System     string `json:",omitempty"`
	Processors       int    `json:",omitempty"`
	Problem          string `json:",omitempty"`
}

// facts are what the script puts out, in one object.
type facts struct {
	Name       string `clixml:",required"`
	System     string
	Processors int
}

// script works in every PowerShell from 3.0 on.
const script = `[pscustomobject]@{
	Name = [Environment]::MachineName
	System = [Environment]::OSVersion.VersionString
	Processors = [Environment]::ProcessorCount
}`

// answered is the row of the server that has a place in the list.
type answered struct {
	index int
	row   row
}

// askAll asks every server, no more than some at once, each as long as timeout.
// The channel is closed after the last one.
func askAll(ctx context.Context, config wsmanclient.Config, urls []string, atOnce int, timeout time.Duration) <-chan answered {
	answers := make(chan answered)
	next := make(chan int)
	go func() {
		defer close(next)
		for i := range urls {
			next <- i
		}
	}()
	var all sync.WaitGroup
	for range min(atOnce, len(urls)) {
		all.Go(func() {
			for i := range next {
				one, cancel := context.WithTimeoutCause(ctx, timeout, fmt.Errorf("no answer within %v", timeout))
				r := row{URL: urls[i]}
				if err := ask(one, config, &r); err != nil {
					r.Problem = problem(one, err)
				}
				cancel()
				answers <- answered{i, r}
			}
		})
	}
	go func() {
		all.Wait()
		close(answers)
	}()
	return answers
}

// ask fills the row of a server as far as it answers.
func ask(ctx context.Context, config wsmanclient.Config, r *row) error {
	client, err := psremoting.New(r.URL, config)
	if err != nil {
		return err
	}
	defer client.Close()
	identity, err := client.WSMan().Identify(ctx)
	if err != nil {
		return err
	}
	r.Product, r.Version = identity.ProductVendor, identity.ProductVersion
	pool, err := client.Open(ctx, psremoting.Options{Name: "inventory"})
	if err != nil {
		return err
	}
	defer func() {
		// The session is ended even if the time is up, but not waited for much.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		pool.Close(ctx)
	}()
	pipeline, err := pool.Start(ctx, runspacepool.PipelineConfig{Commands: []runspacepool.Command{runspacepool.Script(script)}})
	if err != nil {
		return err
	}
	for {
		record, err := pipeline.Next(ctx)
		if errors.Is(err, io.EOF) {
			return errors.New("the script has put out nothing")
		}
		if err != nil {
			return err
		}
		switch record.Stream {
		case runspacepool.StreamOutput:
			var f facts
			if err := clixml.Unmarshal(record.Value, &f); err != nil {
				return err
			}
			r.Name, r.System, r.Processors = f.Name, f.System, f.Processors
			return nil
		case runspacepool.StreamError:
			return record.Error
		}
	}
}

// problem says what went wrong: that the time was up, where it was.
func problem(ctx context.Context, err error) string {
	var refused *wsmanclient.AuthenticationError
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx).Error()
	case errors.As(err, &refused):
		return err.Error() + " (see -user, REMOTE_PASSWORD and -ca)"
	}
	return err.Error()
}
