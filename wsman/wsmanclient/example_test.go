package wsmanclient_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"time"

	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/wsmanclient"
)

// Run a command and print what it puts out.
func Example() {
	client, err := wsmanclient.New("https://server.example.org:5986/wsman", wsmanclient.Config{
		Authentication: wsmanclient.Negotiate(wsmanclient.NegotiateConfig{User: `EXAMPLE\ann`, Password: os.Getenv("PASSWORD")}),
	})
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	ctx := context.Background()
	shell, err := client.CreateShell(ctx, wsmanclient.ShellConfig{})
	if err != nil {
		log.Fatal(err)
	}
	defer shell.Delete(ctx)
	command, err := shell.Command(ctx, wsmanclient.CommandConfig{Line: "hostname"})
	if err != nil {
		log.Fatal(err)
	}
	receiver := command.Receiver("stdout", "stderr")
	var buffer []byte
	for {
		output, err := receiver.Next(ctx)
		if err != nil {
			log.Fatal(err)
		}
		for _, s := range output.Streams {
			if buffer, err = s.AppendBytes(buffer[:0]); err != nil {
				log.Fatal(err)
			}
			os.Stdout.Write(buffer)
		}
		if output.Done() {
			fmt.Println("exit code", output.ExitCode)
			break
		}
	}
	if err := command.Close(ctx); err != nil {
		log.Fatal(err)
	}
}

// What went wrong is asked of the error, never read in its text.
func ExampleClient_Get() {
	client, err := wsmanclient.New("server.example.org", wsmanclient.Config{
		Authentication: wsmanclient.Kerberos(wsmanclient.NegotiateConfig{}), // the ticket of kinit
	})
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	config, err := client.Get(ctx, wsmanclient.Resource{URI: wsman.ResourceConfigService})
	var broken *wsmanclient.NetworkError
	var refused *wsmanclient.AuthenticationError
	switch {
	case err == nil:
		fmt.Printf("%s\n", config)
	case errors.Is(err, wsman.CodeAccessDenied):
		fmt.Println("only administrators may read that")
	case errors.As(err, &refused):
		fmt.Println("the server takes", refused.Offered)
	case errors.As(err, &broken):
		fmt.Println("nobody is there at", broken.Address)
	default:
		fmt.Println(err)
	}
}

// List the sessions of a user, from any computer.
func ExampleClient_Shells() {
	client, err := wsmanclient.New("https://server.example.org", wsmanclient.Config{
		Authentication: wsmanclient.Basic("ann", os.Getenv("PASSWORD")),
	})
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	shells, err := client.Shells(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	for _, s := range shells {
		fmt.Println(s.ShellID, s.Name, s.State, "keeps for", s.IdleTimeout)
	}
}

// Be told while the network of a session is down.
func ExampleEvent() {
	config := wsmanclient.Config{
		RetryTime: 4 * time.Minute,
		Notify: func(e wsmanclient.Event) {
			switch e.Kind {
			case wsmanclient.NetworkFailureDetected:
				fmt.Println("the network is down:", e.Err)
			case wsmanclient.RetryingAfterNetworkFailure:
				fmt.Println("trying for", e.Remaining, "yet")
			case wsmanclient.ReconnectedAfterNetworkFailure:
				fmt.Println("the network is back")
			case wsmanclient.ShellAutoDisconnected:
				fmt.Println("session", e.Shell.ID(), "goes on without us: Reconnect to it later")
			case wsmanclient.ShellAutoDisconnecting, wsmanclient.RetryAborted:
			}
		},
	}
	_ = config
}
