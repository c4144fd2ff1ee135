package runspacepool_test

import (
	"context"
	"fmt"
	"log"
	"testing"
	"time"

	"github.com/winrmd/winrmd/endpoint/endpointtest"
	"github.com/winrmd/winrmd/psremoting"
	"github.com/winrmd/winrmd/psrp/clixml"
	"github.com/winrmd/winrmd/psrp/runspacepool"
	"github.com/winrmd/winrmd/shell/runspace"
	"github.com/winrmd/winrmd/wsman/wsmanclient"
)

// exampleTB is a testing.TB outside of a test, as an example is.
type exampleTB struct {
	testing.TB // nil: only what is here may be called
	cleanups   []func()
}

func (*exampleTB) Helper()                           {}
func (e *exampleTB) Cleanup(f func())                { e.cleanups = append(e.cleanups, f) }
func (*exampleTB) Errorf(format string, args ...any) { fmt.Printf("FAIL: "+format+"\n", args...) }
func (*exampleTB) Fatalf(format string, args ...any) { panic(fmt.Sprintf(format, args...)) }

func (e *exampleTB) end() {
	for _, f := range e.cleanups {
		f()
	}
}

// withPool opens a pool at an endpoint in this process, and closes it when f has
// returned.
func withPool(config runspacepool.Config, f func(ctx context.Context, pool *runspacepool.RunspacePool), more ...*runspace.Command) {
	t := &exampleTB{}
	defer t.end()
	server := endpointtest.NewServer(t, more...)
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	client, err := psremoting.New(server.URL, wsmanclient.Config{
		Authentication: wsmanclient.Basic(server.User, server.Password), TLS: server.TLSConfig(),
	})
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	pool, err := client.Open(ctx, psremoting.Options{Pool: config})
	if err != nil {
		log.Fatal(err)
	}
	f(ctx, pool)
	if err := pool.Close(ctx); err != nil {
		log.Fatal(err)
	}
}

// Objects go into a pipeline while its output is read, and what comes out is read
// into Go's own types.
func ExamplePipeline_Send() {
	withPool(runspacepool.Config{}, func(ctx context.Context, pool *runspacepool.RunspacePool) {
		pipeline, err := pool.Start(ctx, runspacepool.PipelineConfig{
			Input: true,
			Commands: []runspacepool.Command{
				runspacepool.Cmdlet("Where-Object", "Celsius").With("gt", true).With("Value", 15),
				runspacepool.Cmdlet("Sort-Object", "City"),
			},
		})
		if err != nil {
			log.Fatal(err)
		}
		type weather struct {
			City    string
			Celsius float64
		}
		if err := pipeline.Send(ctx, weather{"Paris", 18}, weather{"Oslo", 9.5}, weather{"Athens", 27}); err != nil {
			log.Fatal(err)
		}
		if err := pipeline.CloseInput(ctx); err != nil {
			log.Fatal(err)
		}
		for record, err := range pipeline.Records(ctx) {
			if err != nil {
				log.Fatal(err)
			}
			var w weather
			if err := clixml.Unmarshal(record.Value, &w); err != nil {
				log.Fatal(err)
			}
			fmt.Printf("%s: %g\n", w.City, w.Celsius)
		}
	})
	// Output:
	// Athens: 27
	// Paris: 18
}

// clerk is a host that answers what pipelines ask of their user.
type clerk struct{ runspacepool.NoHost }

func (clerk) UI() runspacepool.UI { return clerkUI{} }

type clerkUI struct{ runspacepool.NoUI }

func (clerkUI) PromptForChoice(_ context.Context, _, message string, choices []runspacepool.ChoiceDescription, _ int) (int, error) {
	fmt.Println("host:", message)
	return len(choices) - 1, nil
}

// A host answers what a pipeline asks of its user, while the pipeline is read.
func ExampleHost() {
	ask := runspace.Func("Remove-Everything", "Asks first.", func(ctx context.Context, _ *struct{}, io *runspace.IO) error {
		choice, err := io.Host().Choose(ctx, "", "Really?", []runspace.Choice{{Label: "&Yes"}, {Label: "&No"}}, 0)
		if err != nil {
			return err
		}
		return io.Output(ctx, []string{"removed", "kept"}[choice])
	})
	withPool(runspacepool.Config{Host: clerk{}}, func(ctx context.Context, pool *runspacepool.RunspacePool) {
		pipeline, err := pool.Start(ctx, runspacepool.PipelineConfig{
			Commands: []runspacepool.Command{runspacepool.Cmdlet("Remove-Everything")},
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
	}, ask)
	// Output:
	// host: Really?
	// Output kept
}

// Who has left a pool comes back to it, and to what it has put out meanwhile.
func ExampleRunspacePool_Disconnect() {
	withPool(runspacepool.Config{}, func(ctx context.Context, pool *runspacepool.RunspacePool) {
		pipeline, err := pool.Start(ctx, runspacepool.PipelineConfig{
			Commands: []runspacepool.Command{runspacepool.Script("'one', 'two'")},
		})
		if err != nil {
			log.Fatal(err)
		}
		if err := pool.Disconnect(ctx, runspacepool.DisconnectOptions{}); err != nil {
			log.Fatal(err)
		}
		_, err = pipeline.Next(ctx)
		state, _ := pool.State()
		fmt.Println(state, "-", err)

		if err := pool.Reconnect(ctx); err != nil {
			log.Fatal(err)
		}
		for record, err := range pipeline.Records(ctx) {
			if err != nil {
				log.Fatal(err)
			}
			fmt.Println(record.Text())
		}
	})
	// Output:
	// Disconnected - the runspace pool is disconnected
	// one
	// two
}
