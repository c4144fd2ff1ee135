// Package endpoint adds a PowerShell endpoint to a Go program: PowerShell,
// pypsrp, Ansible and other clients of PowerShell remoting open sessions there and
// call the program's commands, which are written in Go. No PowerShell is needed.
//
//	greet := runspace.Func("Get-Greeting", "Greets.", func(ctx context.Context, p *struct {
//		Name string `param:",mandatory,position=0,pipeline"`
//	}, io *runspace.IO) error {
//		return io.Output(ctx, "Hello, "+p.Name)
//	})
//	server, err := endpoint.New(endpoint.Config{
//		Users:          map[string]string{"ann": password},
//		Configurations: []endpoint.Configuration{{Commands: []*runspace.Command{greet}}},
//	})
//	…
//	log.Fatal(server.ListenAndServeTLS(":5986", "", ""))
//
// And from PowerShell:
//
//	Invoke-Command -ComputerName server -UseSSL -Credential ann { Get-Greeting World }
//
// Sessions can be disconnected, and come back to from elsewhere, as those of
// Windows. They live in this process, and end with it; the daemon winrmd keeps
// each in a process of its own.
//
// A session configuration shows what its Commands are, and for interactive
// sessions what package shell/runspace/commands has as Session. Clients may use
// PowerShell's language as far as package shell/runspace/language has it, unless
// NoLanguage is set.
//
// Package endpointtest has such a server for tests of clients.
package endpoint
