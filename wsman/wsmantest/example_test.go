package wsmantest_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/wsmanclient"
	"github.com/winrmd/winrmd/wsman/wsmantest"
)

// example is a testing.TB outside of a test, as an example is. A test has its own.
type example struct {
	testing.TB // nil: only what is here may be called
	cleanups   []func()
}

func (*example) Helper()                           {}
func (*example) Context() context.Context          { return context.Background() }
func (e *example) Cleanup(f func())                { e.cleanups = append(e.cleanups, f) }
func (*example) Errorf(format string, args ...any) { fmt.Printf("FAIL: "+format+"\n", args...) }
func (*example) Fatalf(format string, args ...any) { panic(fmt.Sprintf(format, args...)) }
func (*example) Fatal(args ...any)                 { panic(fmt.Sprint(args...)) }

func (e *example) end() {
	for _, f := range e.cleanups {
		f()
	}
}

// A client under test opens a shell, runs a command, and is told twice to ask
// again before there is output.
func Example() {
	t := &example{} // the *testing.T of a test
	defer t.end()
	server := wsmantest.NewServer(t,
		wsmantest.User("ann", "secret"),
		wsmantest.On(wsman.ActionCreate).Answer(wsmantest.ShellCreated(wsman.ResourceCmd, "SHELL")),
		wsmantest.On(wsman.ActionCommand).Answer(wsmantest.CommandStarted("COMMAND")),
		wsmantest.On(wsman.ActionReceive).Fault(wsman.CodeOperationTimedOut).Times(2),
		wsmantest.On(wsman.ActionReceive).Answer(wsmantest.Received(
			wsmantest.Stream("stdout", "COMMAND", "hello"), wsmantest.Done("COMMAND", 3))),
	)

	client, err := wsmanclient.New(server.URL, wsmanclient.Config{
		Authentication: wsmanclient.NTLM(wsmanclient.NegotiateConfig{User: "ann", Password: "secret"}),
	})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	shell, err := client.CreateShell(t.Context(), wsmanclient.ShellConfig{})
	if err != nil {
		t.Fatal(err)
	}
	command, err := shell.Command(t.Context(), wsmanclient.CommandConfig{Line: "echo hello"})
	if err != nil {
		t.Fatal(err)
	}
	output, err := command.Receiver().Next(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	text, _ := output.Streams[0].AppendBytes(nil)
	fmt.Printf("%s, exit code %d\n", text, output.ExitCode)
	fmt.Println(len(server.Requests()), "requests, sealed:", server.Requests()[0].Sealed)
	// Output:
	// hello, exit code 3
	// 5 requests, sealed: true
}

// A server says no, and then goes away in the middle of an answer.
func ExampleStep_CutAt() {
	t := &example{} // the *testing.T of a test
	defer t.end()
	server := wsmantest.NewServer(t,
		wsmantest.On(wsman.ActionGet).Fault(wsman.CodeAccessDenied),
		wsmantest.On(wsman.ActionGet).Answer("<cfg/>").CutAt(200),
	)
	client, err := wsmanclient.New(server.URL, wsmanclient.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	_, err = client.Get(t.Context(), wsmanclient.Resource{URI: wsman.ResourceConfig})
	fmt.Println(errors.Is(err, wsman.CodeAccessDenied))
	_, err = client.Get(t.Context(), wsmanclient.Resource{URI: wsman.ResourceConfig})
	var broken *wsmanclient.NetworkError
	fmt.Println(errors.As(err, &broken))
	// Output:
	// true
	// true
}

// A step looks at what it answers: an error of its Check fails the test.
func ExampleStep_Check() {
	t := &example{} // the *testing.T of a test
	defer t.end()
	server := wsmantest.NewServer(t, wsmantest.On(wsman.ActionGet).Answer("<cfg/>").Check(func(r *wsmantest.Request) error {
		if r.Header.OperationTimeout != time.Minute {
			return fmt.Errorf("OperationTimeout is %v", r.Header.OperationTimeout)
		}
		return nil
	}))
	client, err := wsmanclient.New(server.URL, wsmanclient.Config{OperationTimeout: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	config, err := client.Get(t.Context(), wsmanclient.Resource{URI: wsman.ResourceConfig})
	fmt.Println(len(config) > 0, err)
	// Output:
	// true <nil>
}
