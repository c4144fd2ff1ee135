package main

import (
	"bufio"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/winrmd/winrmd/wsman/wsmanclient"
)

// arguments are the command line.
type arguments struct {
	user, ca string
	insecure bool
	timeout  time.Duration
	atOnce   int
	asJSON   bool
}

func main() {
	var a arguments
	flag.StringVar(&a.user, "user", "", "`name` to log on with; the password is in REMOTE_PASSWORD")
	flag.StringVar(&a.ca, "ca", "", "`file` of the certificates that the servers' must come from (default the system's)")
	flag.BoolVar(&a.insecure, "insecure", false, "do not check the servers' certificates")
	flag.DurationVar(&a.timeout, "timeout", 30*time.Second, "how long one server may take")
	flag.IntVar(&a.atOnce, "at-once", 10, "how many servers are asked at the same time")
	flag.BoolVar(&a.asJSON, "json", false, "print JSON, a server a line, each as soon as it has answered")
	flag.Usage = func() {
		fmt.Fprintln(flag.CommandLine.Output(), "usage: inventory [flags] URL|-...")
		flag.PrintDefaults()
	}
	flag.Parse()
	urls, err := addresses(flag.Args(), os.Stdin)
	if err == nil && (len(urls) == 0 || a.atOnce < 1 || a.timeout <= 0) {
		flag.Usage()
		os.Exit(2)
	}
	var config wsmanclient.Config
	if err == nil {
		config, err = a.config()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "inventory:", err)
		os.Exit(2)
	}
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt)
	complete, err := a.run(ctx, config, urls, os.Stdout)
	cancel()
	if err != nil {
		fmt.Fprintln(os.Stderr, "inventory:", err)
	}
	if err != nil || !complete {
		os.Exit(1)
	}
}

// addresses are the URLs of the command line, and of standard input.
func addresses(args []string, stdin io.Reader) (urls []string, err error) {
	for _, arg := range args {
		if arg != "-" {
			urls = append(urls, arg)
			continue
		}
		lines := bufio.NewScanner(stdin)
		for lines.Scan() {
			if line := strings.TrimSpace(lines.Text()); line != "" {
				urls = append(urls, line)
			}
		}
		if err := lines.Err(); err != nil {
			return nil, err
		}
	}
	return urls, nil
}

// run asks the servers and prints what they answer: JSON as it comes, the table
// in the order of the command line. It reports whether all have answered.
func (a *arguments) run(ctx context.Context, config wsmanclient.Config, urls []string, out io.Writer) (complete bool, err error) {
	complete = true
	rows := make([]row, len(urls))
	encoder := json.NewEncoder(out)
	for answered := range askAll(ctx, config, urls, a.atOnce, a.timeout) {
		rows[answered.index] = answered.row
		complete = complete && answered.row.Problem == ""
		if a.asJSON && err == nil {
			err = encoder.Encode(answered.row)
		}
	}
	if a.asJSON {
		return complete, err
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "URL\tPRODUCT\tVERSION\tNAME\tSYSTEM\tPROCESSORS\tPROBLEM")
	for _, r := range rows {
		processors := ""
		if r.Processors > 0 {
			processors = strconv.Itoa(r.Processors)
		}
		for i, cell := range []string{r.URL, r.Product, r.Version, r.Name, r.System, processors, r.Problem} {
			if i > 0 {
				fmt.Fprint(w, "\t")
			}
			fmt.Fprint(w, printable(cell))
		}
		fmt.Fprintln(w)
	}
	return complete, w.Flush()
}

// printable is a text of a server without what a terminal or the table would
// obey.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if strconv.IsPrint(r) {
			return r
		}
		return ' '
	}, text)
}
