// Endpoint is a program with a PowerShell endpoint of its own. From PowerShell:
//
//	$o = New-PSSessionOption -SkipCACheck -SkipCNCheck
//	Invoke-Command -ComputerName localhost -UseSSL -Authentication Basic -Credential ann -SessionOption $o {
//	    Get-Weather Berlin, Paris | Where-Object Celsius -gt 15
//	}
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"strings"

	"github.com/winrmd/winrmd/endpoint"
	"github.com/winrmd/winrmd/psrp/clixml"
	"github.com/winrmd/winrmd/shell/runspace"
)

// query are the parameters of Get-Weather.
type query struct {
	City []string `param:",mandatory,position=0,pipeline" help:"Names of cities"`
}

// weather is what it puts out.
type weather struct {
	City    string
	Celsius float64
	Windy   bool
}

var known = map[string]weather{"berlin": {"Berlin", 14.5, true}, "paris": {"Paris", 18, false}}

func getWeather(ctx context.Context, p *query, io *runspace.IO) error {
	for _, city := range p.City {
		w, ok := known[strings.ToLower(city)]
		if !ok {
			if err := io.Error(ctx, runspace.NewError("UnknownCity", clixml.ObjectNotFound, city, "there is no weather of %s", city)); err != nil {
				return err
			}
			continue
		}
		if err := io.Output(ctx, w); err != nil {
			return err
		}
	}
	return nil
}

func main() {
	password := os.Getenv("ENDPOINT_PASSWORD")
	if password == "" {
		log.Fatal("set ENDPOINT_PASSWORD to the password of the user ann")
	}
	server, err := endpoint.New(endpoint.Config{
		Users:          map[string]string{"ann": password},
		Configurations: []endpoint.Configuration{{Commands: []*runspace.Command{runspace.Func("Get-Weather", "Tells the weather.", getWeather)}}},
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("https://localhost:5986/wsman")
	log.Fatal(server.ListenAndServeTLS(":5986", "", ""))
}
