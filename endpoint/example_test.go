package endpoint_test

import (
	"context"
	"crypto/tls"
	"fmt"
	"log"
	"net"

	"github.com/winrmd/winrmd/endpoint"
	"github.com/winrmd/winrmd/psremoting"
	"github.com/winrmd/winrmd/psrp/clixml"
	"github.com/winrmd/winrmd/psrp/runspacepool"
	"github.com/winrmd/winrmd/shell/runspace"
	"github.com/winrmd/winrmd/wsman/wsmanclient"
)

type greeting struct {
	Name string `param:",mandatory,position=0,pipeline" help:"Who is greeted"`
}

type disk struct {
	Drive string
	Free  int64
}

// Two commands over HTTPS. What ask does is a client's part.
func Example() {
	greet := runspace.Func("Get-Greeting", "Greets.", func(ctx context.Context, p *greeting, io *runspace.IO) error {
		return io.Output(ctx, "Hello, "+p.Name)
	})
	disks := runspace.Func("Get-Disk", "Lists disks.", func(ctx context.Context, _ *struct{}, io *runspace.IO) error {
		return io.OutputAll(ctx, []disk{{"a", 1 << 20}, {"b", 1 << 30}})
	})
	configuration := endpoint.Configuration{Commands: []*runspace.Command{greet, disks}}
	server, err := endpoint.New(endpoint.Config{Users: users, Configurations: []endpoint.Configuration{configuration}})
	if err != nil {
		log.Fatal(err)
	}
	listener, certificate := listen()
	go server.ServeTLS(listener, certificate) // a program would call ListenAndServeTLS(":5986", certificateFile, keyFile)

	ask(listener.Addr(), certificate, "'World', 'Go' | Get-Greeting", "Get-Disk | Where-Object Free -gt 2mb | ForEach-Object Drive")
	server.Close()
	// Output:
	// Hello, World
	// Hello, Go
	// b
}

var users = map[string]string{"ann": "a password"}

// ask runs scripts as ann and prints what comes.
func ask(address net.Addr, certificate tls.Certificate, scripts ...string) {
	client, err := psremoting.New("https://"+address.String()+"/wsman", wsmanclient.Config{
		Authentication: wsmanclient.Basic("ann", users["ann"]), TLS: trusting(certificate),
	})
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	ctx := context.Background()
	pool, err := client.Open(ctx, psremoting.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer pool.Close(ctx)
	for _, script := range scripts {
		pipeline, err := pool.Start(ctx, runspacepool.PipelineConfig{Commands: []runspacepool.Command{runspacepool.Script(script)}})
		if err != nil {
			log.Fatal(err)
		}
		for record, err := range pipeline.Records(ctx) {
			if err != nil {
				log.Fatal(err)
			}
			fmt.Println(clixml.Text(record.Value))
		}
	}
}
