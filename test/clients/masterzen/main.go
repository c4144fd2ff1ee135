// Masterzen runs one command line on a WinRM server with github.com/masterzen/winrm,
// as Packer and Terraform do. From this directory:
//
//	export PASSWORD=...
//	go run . --url https://localhost:5986/wsman --ca certificate.pem --user ann --password-env PASSWORD --command 'echo hello'
//	go run . --url http://localhost:5985/wsman --auth sealed --user ann --password-env PASSWORD --powershell '$PSVersionTable'
//	echo text | go run . --url https://localhost:5986/wsman --ca certificate.pem --user ann --password-env PASSWORD --stdin --command cat
//
// --auth is basic (the default), ntlm (NTLM without encryption) or sealed (NTLM
// with encrypted messages, over HTTP only: the library takes no certificate
// there). With --stdin the standard input goes to the command; not with sealed,
// which breaks in the library when two requests are under way (its issue 142).
//
// It prints one line of JSON: {"stdout", "stderr", "exitCode"} of the command, or
// {"error"} and exit status 1 where the library has failed.
//
// It is a module of its own, so that the library and what it needs stay out of
// winrmd's.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/url"
	"os"
	"strconv"
	"strings"

	"github.com/masterzen/winrm"
)

// options are the flags.
type options struct {
	url, user, passwordEnv, auth, ca string
	command, powershell              string
	stdin                            bool
}

// result is what is printed.
type result struct {
	Stdout   string `json:"stdout"`
	Stderr   string `json:"stderr"`
	ExitCode int    `json:"exitCode"`
	Error    string `json:"error,omitempty"`
}

func main() {
	var o options
	flag.StringVar(&o.url, "url", "", "`URL` of the server")
	flag.StringVar(&o.user, "user", "", "user's `name`")
	flag.StringVar(&o.passwordEnv, "password-env", "", "`variable` of the environment with the password")
	flag.StringVar(&o.auth, "auth", "basic", "basic, ntlm or sealed")
	flag.StringVar(&o.ca, "ca", "", "PEM `file` with the certificate to trust")
	flag.StringVar(&o.command, "command", "", "command `line` to run")
	flag.StringVar(&o.powershell, "powershell", "", "`script` to run, in place of a command line")
	flag.BoolVar(&o.stdin, "stdin", false, "give the standard input to the command")
	flag.Parse()
	r, err := o.run(context.Background())
	if err != nil {
		r = result{Error: err.Error()}
	}
	if encoding := json.NewEncoder(os.Stdout).Encode(r); encoding != nil {
		fmt.Fprintln(os.Stderr, encoding)
	}
	if err != nil {
		os.Exit(1)
	}
}

// run does what the flags say.
func (o options) run(ctx context.Context) (result, error) {
	client, err := o.client()
	if err != nil {
		return result{}, err
	}
	line := o.command
	if o.powershell != "" {
		line = winrm.Powershell(o.powershell)
	}
	var input io.Reader // none, which is not the same as an empty one
	if o.stdin {
		input = os.Stdin
	}
	var stdout, stderr strings.Builder
	status, err := client.RunWithContextWithInput(ctx, line, &stdout, &stderr, input)
	return result{Stdout: stdout.String(), Stderr: stderr.String(), ExitCode: status}, err
}

// client is the library's client for the server.
func (o options) client() (*winrm.Client, error) {
	u, err := url.Parse(o.url)
	if err != nil {
		return nil, err
	}
	port, err := strconv.Atoi(u.Port())
	if err != nil {
		return nil, fmt.Errorf("the port of %s: %w", o.url, err)
	}
	var certificate []byte
	if o.ca != "" {
		if certificate, err = os.ReadFile(o.ca); err != nil {
			return nil, err
		}
	}
	endpoint := winrm.NewEndpoint(u.Hostname(), port, u.Scheme == "https", false, certificate, nil, nil, 0)
	parameters := *winrm.DefaultParameters
	switch o.auth {
	case "basic":
	case "ntlm":
		parameters.TransportDecorator = func() winrm.Transporter { return &winrm.ClientNTLM{} }
	case "sealed":
		sealed, err := winrm.NewEncryption("ntlm")
		if err != nil {
			return nil, err
		}
		parameters.TransportDecorator = func() winrm.Transporter { return sealed }
	default:
		return nil, errors.New("--auth is basic, ntlm or sealed")
	}
	return winrm.NewClientWithParameters(endpoint, o.user, os.Getenv(o.passwordEnv), &parameters)
}
