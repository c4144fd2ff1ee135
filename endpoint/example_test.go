package endpoint_test

import (
	"context"
	"fmt"
	"log"

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

// Two commands over HTTPS.
func Example() {
	greet := runspace.Func("Get-Greeting", "Greets.", func(ctx context.Context, p *greeting, io *runspace.IO) error {
		return io.Output(ctx, "Hello, "+p.Name)
	})
	disks := runspace.Func("Get-Disk", "Lists disks.", func(ctx context.Context, _ *struct{}, io *runspace.IO) error {
		return io.OutputAll(ctx, []disk{{"a", 1 << 20}, {"b", 1 << 30}})
	})
	server, err := endpoint.New(endpoint.Config{
		Users:          map[string]string{"ann": "a password"},
		Configurations: []endpoint.Configuration{{Commands: []*runspace.Command{greet, disks}}},
	})
	if err != nil {
		log.Fatal(err)
	}
	defer server.Close()
	listener, certificate := listen() // a program would call ListenAndServeTLS(":5986", certificateFile, keyFile)
	go server.ServeTLS(listener, certificate)

	client, err := psremoting.New("https://"+listener.Addr().String()+"/wsman", wsmanclient.Config{
		Authentication: wsmanclient.Basic("ann", "a password"), TLS: trusting(certificate),
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
	for _, script := range []string{"'World', 'Go' | Get-Greeting", "Get-Disk | Where-Object Free -gt 2mb | ForEach-Object Drive"} {
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
	// Output:
	// Hello, World
	// Hello, Go
	// b
}
