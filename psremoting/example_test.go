package psremoting_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"testing"
	"time"

	"github.com/winrmd/winrmd/endpoint/endpointtest"
	"github.com/winrmd/winrmd/psremoting"
	"github.com/winrmd/winrmd/psrp/clixml"
	"github.com/winrmd/winrmd/psrp/runspacepool"
	"github.com/winrmd/winrmd/shell/runspace"
	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/wsmanclient"
	"github.com/winrmd/winrmd/wsman/wsmantest"
)

// exampleTB is a testing.TB outside of a test, as an example is.
type exampleTB struct {
	testing.TB // nil: only what is here may be called
	cleanups   []func()
}

func (*exampleTB) Helper()                           {}
func (*exampleTB) Context() context.Context          { return context.Background() }
func (e *exampleTB) Cleanup(f func())                { e.cleanups = append(e.cleanups, f) }
func (*exampleTB) Errorf(format string, args ...any) { fmt.Printf("FAIL: "+format+"\n", args...) }
func (*exampleTB) Fatalf(format string, args ...any) { panic(fmt.Sprintf(format, args...)) }
func (*exampleTB) Fatal(args ...any)                 { panic(fmt.Sprint(args...)) }

func (e *exampleTB) end() {
	for _, f := range e.cleanups {
		f()
	}
}

// Run a script and read what it puts out. The server is one of package wsmantest
// here; a real one would have its own URL.
func Example() {
	t := &exampleTB{}
	defer t.end()
	server := wsmantest.NewServer(t, (&scripted{output: []clixml.Value{clixml.String("one"), clixml.Int32(2)}}).steps()...)

	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	client, err := psremoting.New(server.URL, wsmanclient.Config{})
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	pool, err := client.Open(ctx, psremoting.Options{Name: "example"})
	if err != nil {
		log.Fatal(err)
	}
	pipeline, err := pool.Start(ctx, runspacepool.PipelineConfig{
		Commands: []runspacepool.Command{runspacepool.Script("'one', 2")},
	})
	if err != nil {
		log.Fatal(err)
	}
	for record, err := range pipeline.Records(ctx) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(record.Stream, record.Text())
	}
	state, _ := pipeline.State()
	fmt.Println(state)
	if err := pool.Close(ctx); err != nil {
		log.Fatal(err)
	}
	// Output:
	// Output one
	// Output 2
	// Completed
}

// Leave a pipeline at the server, and receive it in another program. The server is
// one of package endpoint, with a command in Go.
func ExampleClient_Connect() {
	t := &exampleTB{}
	defer t.end()
	server := endpointtest.NewServer(t, runspace.Func("Get-Report", "Reports.", func(ctx context.Context, _ *struct{}, io *runspace.IO) error {
		return io.OutputAll(ctx, []string{"all is well", "nothing to do"})
	}))
	config := wsmanclient.Config{Authentication: wsmanclient.Basic(server.User, server.Password), TLS: server.TLSConfig()}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()

	leave := func() error { // the one program
		client, err := psremoting.New(server.URL, config)
		if err != nil {
			return err
		}
		defer client.Close()
		pool, err := client.Open(ctx, psremoting.Options{Name: "nightly", IdleTimeout: time.Hour})
		if err != nil {
			return err
		}
		commands := []runspacepool.Command{runspacepool.Cmdlet("Get-Report")}
		if _, err := pool.Start(ctx, runspacepool.PipelineConfig{Commands: commands}); err != nil {
			return err
		}
		return pool.Disconnect(ctx, runspacepool.DisconnectOptions{})
	}
	collect := func() error { // the other
		client, err := psremoting.New(server.URL, config)
		if err != nil {
			return err
		}
		defer client.Close()
		pools, err := client.Pools(ctx)
		if err != nil {
			return err
		}
		for _, p := range pools {
			fmt.Println(p.Name(), p.State, p.Availability, p.Shell.IdleTimeout)
			pool, err := client.Connect(ctx, p, psremoting.Options{})
			if err != nil {
				return err
			}
			for _, command := range p.Commands {
				pipeline, err := pool.ConnectPipeline(ctx, command.ID)
				if err != nil {
					return err
				}
				for record, err := range pipeline.Records(ctx) {
					if err != nil { // a *runspacepool.PipelineError where the pipeline has failed
						return err
					}
					fmt.Println(record.Text())
				}
			}
			if err := pool.Close(ctx); err != nil {
				return err
			}
		}
		return nil
	}
	if err := leave(); err != nil {
		log.Fatal(err)
	}
	if err := collect(); err != nil {
		log.Fatal(err)
	}
	// Output:
	// nightly Disconnected None 1h0m0s
	// all is well
	// nothing to do
}

// Why something went wrong is asked of the error.
func ExampleClient_Open() {
	t := &exampleTB{}
	defer t.end()
	server := endpointtest.NewServer(t)
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	open := func(password, configuration string) error {
		client, err := psremoting.New(server.URL, wsmanclient.Config{
			Authentication: wsmanclient.Basic(server.User, password), TLS: server.TLSConfig(),
		})
		if err != nil {
			return err
		}
		defer client.Close()
		pool, err := client.Open(ctx, psremoting.Options{Configuration: configuration})
		if err != nil {
			return err
		}
		return pool.Close(ctx)
	}
	for _, err := range []error{
		open("wrong", ""), open(server.Password, "Maintenance"), open(server.Password, ""),
	} {
		var refused *wsmanclient.AuthenticationError
		var broken *runspacepool.PoolError
		var fault *wsman.Fault
		switch {
		case errors.As(err, &refused):
			fmt.Println("not let in with", refused.Scheme)
		case errors.Is(err, wsman.CodeAccessDenied):
			fmt.Println("the session configuration is for others")
		case errors.As(err, &broken):
			fmt.Println("the server could not open the session:", broken.Record)
		case errors.Is(err, wsman.CodeInvalidURI):
			fmt.Println("there is no such session configuration")
		case errors.As(err, &fault):
			fmt.Println("the server has answered:", fault.Message())
		case err != nil:
			fmt.Println(err)
		default:
			fmt.Println("opened and closed")
		}
	}
	// Output:
	// not let in with Basic
	// there is no such session configuration
	// opened and closed
}

// Errors of a script are records like others; only what ends a pipeline is an
// error of Next and Records.
func ExampleUse() {
	t := &exampleTB{}
	defer t.end()
	server := endpointtest.NewServer(t)
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	below, err := wsmanclient.New(server.URL, wsmanclient.Config{
		Authentication: wsmanclient.Basic(server.User, server.Password), TLS: server.TLSConfig(),
	})
	if err != nil {
		log.Fatal(err)
	}
	defer below.Close()
	pool, err := psremoting.Use(below).Open(ctx, psremoting.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer pool.Close(ctx)
	for _, script := range []string{"Write-Warning 'look out'; Write-Error 'a pity'; 6 * 7", "6 *"} {
		pipeline, err := pool.Start(ctx, runspacepool.PipelineConfig{Commands: []runspacepool.Command{runspacepool.Script(script)}})
		if err != nil {
			log.Fatal(err)
		}
		for record, err := range pipeline.Records(ctx) {
			var failed *runspacepool.PipelineError
			if errors.As(err, &failed) {
				fmt.Println(failed.State, failed.Record != nil) // it says why
				break
			}
			if err != nil {
				log.Fatal(err)
			}
			fmt.Printf("%v: %s\n", record.Stream, record.Text())
		}
	}
	// Output:
	// Warning: look out
	// Error: a pity
	// Output: 42
	// Failed true
}
