// Command bench measures the whole way from a client to the PowerShell engine
// and back, side by side in one run: over the engine's bare pipe and through
// winrmd, with the same client code on both (package psrpclient). The sides
// take turns, and the medians of the rounds are compared, because no machine is
// quiet. It also measures what winrmd takes of memory for an idle session, and
// Identify against a bare net/http handler; and, with an endpoint in Go in this
// process, ten thousand disconnected sessions and objects through a pipeline.
//
// It ends with a status other than 0 where something fails or the sides decode
// different content. An aim that was missed is only printed.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"

	"github.com/winrmd/winrmd/test/daemon"
)

// settings are what the command line says.
type settings struct {
	rounds   int
	sessions int
	engines  int
	// disconnected is how many sessions of an engine in Go are left.
	disconnected int
	only         string
	program      string
	before       string
}

func main() {
	log.SetFlags(0)
	log.SetPrefix("bench: ")
	if playRole() {
		return
	}
	var s settings
	flag.IntVar(&s.rounds, "rounds", 5, "how often the sides take turns")
	flag.IntVar(&s.sessions, "sessions", 200, "idle sessions with an imitated engine whose memory is measured")
	flag.IntVar(&s.engines, "engines", 10, "idle sessions with the real engine whose memory is measured")
	flag.IntVar(&s.disconnected, "disconnected", 10_000, "sessions with an engine in Go that are left and come back to")
	flag.StringVar(&s.only, "only", "", "measure only this: open, roundtrip, throughput, memory, hosts, identify, objects, disconnected or reclaim")
	flag.StringVar(&s.program, "winrmd", "", "the winrmd to measure (default: built from this repository)")
	flag.StringVar(&s.before, "before", "", "an older winrmd, or the commit to build it from, that the new one is compared with")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, s, os.Stdout); err != nil {
		log.Fatal(err)
	}
}

// bench is what every measurement has.
type bench struct {
	settings
	engine string
	out    io.Writer
	aims   []aim
}

func run(ctx context.Context, s settings, out io.Writer) error {
	engine, err := daemon.Engine()
	if err != nil {
		return err
	}
	directory, err := os.MkdirTemp("", "winrmd-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(directory)
	if s.program == "" {
		if s.program, err = daemon.Build(directory); err != nil {
			return err
		}
	}
	if s.before != "" {
		if s.before, err = olderProgram(directory, s.before); err != nil {
			return err
		}
	}
	b := &bench{settings: s, engine: engine, out: out}
	b.describe()
	if err := b.measure(ctx); err != nil {
		return err
	}
	b.conclude()
	return nil
}

// measure takes every measurement that is asked for.
func (b *bench) measure(ctx context.Context) error {
	for _, m := range []struct {
		name    string
		measure func(context.Context) error
	}{
		{"open", b.measureOpen},
		{"roundtrip", b.measureRoundTrip},
		{"throughput", b.measureThroughput},
		{"memory", b.measureMemory},
		{"hosts", b.measureHosts},
		{"identify", b.measureIdentify},
		{"objects", b.measureObjects},
		{"disconnected", b.measureDisconnected},
		{"reclaim", b.measureReclaim},
	} {
		if b.only != "" && b.only != m.name {
			continue
		}
		if err := m.measure(ctx); err != nil {
			return fmt.Errorf("%s: %w", m.name, err)
		}
	}
	return nil
}
