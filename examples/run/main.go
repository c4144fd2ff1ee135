package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strconv"
	"time"

	"github.com/winrmd/winrmd/psremoting"
	"github.com/winrmd/winrmd/psrp/clixml"
	"github.com/winrmd/winrmd/psrp/runspacepool"
	"github.com/winrmd/winrmd/wsman/wsmanclient"
)

// The exit statuses beside 0.
const (
	exitErrors  = 1
	exitUsage   = 2
	exitRefused = 3
)

// maxDepth is how many values within each other are written as JSON: PowerShell's
// objects may be in circles.
const maxDepth = 8

// arguments are the command line.
type arguments struct {
	url, user, ca, configuration string
	insecure                     bool
	timeout                      time.Duration
	script                       string
	values                       []string // of the script
}

func main() {
	var a arguments
	flag.StringVar(&a.url, "url", "", "`URL` of the server, for example https://server:5986/wsman")
	flag.StringVar(&a.user, "user", "", "`name` to log on with; the password is in REMOTE_PASSWORD")
	flag.StringVar(&a.ca, "ca", "", "`file` of the certificates that the server's must come from (default the system's)")
	flag.BoolVar(&a.insecure, "insecure", false, "do not check the server's certificate")
	flag.StringVar(&a.configuration, "configuration", psremoting.DefaultConfiguration, "`name` of the session configuration")
	flag.DurationVar(&a.timeout, "timeout", 0, "stop the script after this `time`, for example 5m (default never)")
	flag.Usage = func() {
		fmt.Fprintln(flag.CommandLine.Output(), "usage: run -url URL [flags] SCRIPT|- [ARGUMENT...]")
		flag.PrintDefaults()
	}
	flag.Parse()
	if a.url == "" || flag.NArg() == 0 {
		flag.Usage()
		os.Exit(exitUsage)
	}
	a.script, a.values = flag.Arg(0), flag.Args()[1:]
	status, err := run(a, os.Stdin, os.Stdout, os.Stderr)
	if err != nil {
		fmt.Fprintln(os.Stderr, "run:", err)
	}
	os.Exit(status)
}

// run does what the command line says, and returns the exit status.
func run(a arguments, stdin io.Reader, stdout, stderr io.Writer) (status int, err error) {
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt)
	defer cancel()
	if a.script == "-" {
		text, err := io.ReadAll(stdin)
		if err != nil {
			return exitUsage, err
		}
		a.script = string(text)
	}
	config, err := a.config()
	if err != nil {
		return exitUsage, err
	}
	client, err := psremoting.New(a.url, config)
	if err != nil {
		return exitUsage, err
	}
	defer client.Close()
	pool, err := client.Open(ctx, psremoting.Options{Configuration: a.configuration, Name: "run"})
	if err != nil {
		return exitRefused, explain(err)
	}
	defer func() {
		if closed := closePool(pool); err == nil && closed != nil {
			status, err = exitRefused, closed
		}
	}()
	command := runspacepool.Script(a.script)
	for _, value := range a.values {
		command.Arguments = append(command.Arguments, runspacepool.Argument{Value: value})
	}
	pipeline, err := pool.Start(ctx, runspacepool.PipelineConfig{Commands: []runspacepool.Command{command}})
	if err != nil {
		return exitRefused, explain(err)
	}
	if a.timeout > 0 {
		var stop context.CancelFunc
		ctx, stop = context.WithTimeoutCause(ctx, a.timeout, fmt.Errorf("the script has taken more than %v", a.timeout))
		defer stop()
	}
	return read(ctx, pipeline, stdout, stderr)
}

// read prints what the pipeline puts out. When ctx ends it has the server stop
// the pipeline, and reads on to its end.
func read(ctx context.Context, pipeline *runspacepool.Pipeline, stdout, stderr io.Writer) (int, error) {
	out := bufio.NewWriter(stdout)
	defer out.Flush()
	failures := false
	reading, why := ctx, error(nil)
	for {
		record, err := pipeline.Next(reading)
		var unreadable *runspacepool.ObjectError
		var failed *runspacepool.PipelineError
		switch {
		case errors.Is(err, io.EOF):
			if failures {
				return exitErrors, why
			}
			return 0, nil
		case why == nil && ctx.Err() != nil && err != nil:
			why = context.Cause(ctx)
			ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
			defer cancel()
			if err := pipeline.Stop(ending); err != nil {
				return exitErrors, errors.Join(why, err)
			}
			reading, failures = ending, true
			continue
		case errors.As(err, &unreadable):
			fmt.Fprintln(stderr, "an object that cannot be read:", printable(unreadable.Error()))
			failures = true
			continue
		case errors.As(err, &failed) && why == nil:
			return exitErrors, failed
		case errors.As(err, &failed):
			return exitErrors, why
		case err != nil:
			return exitRefused, explain(err)
		}
		switch record.Stream {
		case runspacepool.StreamOutput:
			out.Write(clixml.AppendJSON(nil, record.Value, maxDepth))
			out.WriteByte('\n')
			if err := out.Flush(); err != nil { // nobody reads any more
				return exitErrors, err
			}
		case runspacepool.StreamProgress: // would be a bar in a terminal
		default:
			fmt.Fprintf(stderr, "%v: %s\n", record.Stream, printable(record.Text()))
			failures = failures || record.Stream == runspacepool.StreamError
		}
	}
}

// patience is how long the server may take to let go of what is ended.
const patience = 30 * time.Second

func closePool(pool *runspacepool.RunspacePool) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	return pool.Close(ctx)
}

// explain adds what to do about it.
func explain(err error) error {
	var refused *wsmanclient.AuthenticationError
	if errors.As(err, &refused) {
		return fmt.Errorf("%w (see -user, REMOTE_PASSWORD and -ca)", err)
	}
	return err
}

// printable is a text of the server without what a terminal would obey.
func printable(text string) string {
	var b []byte
	for _, r := range text {
		if r == '\n' || r == '\t' || strconv.IsPrint(r) {
			b = append(b, string(r)...)
		}
	}
	return string(b)
}
