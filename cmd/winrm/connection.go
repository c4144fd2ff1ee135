package main

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"golang.org/x/term"

	"github.com/winrmd/winrmd/wsman/wsmanclient"
)

// connection is what the command line says of the server and of who logs on.
// What it does not say is the environment's to say, and then the named
// connection's.
type connection struct {
	name, file    string
	settings      settings
	passwordStdin bool
	givenPassword *string // by a command's own flag
	timeout       time.Duration
	retry         time.Duration
	notify        func(wsmanclient.Event) // told of the network; nil means nobody
	recorder      recorder
}

// settings are those that a flag, a variable and a named connection have alike.
type settings struct {
	URL, Username, Auth        string
	CA, Certificate, Key       string
	ServerName, ServiceName    string
	Proxy                      string
	Insecure, AllowUnencrypted bool
}

// setting is one of them.
type setting struct {
	flag, variable, help string
	text                 *string
	truth                *bool
}

func (s *settings) all() []setting {
	return []setting{
		{"url", "WINRM_URL", "URL of the server, for example https://server:5986/wsman; a host alone means http", &s.URL, nil},
		{"username", "WINRM_USERNAME", "who logs on: NAME, DOMAIN\\NAME or NAME@DOMAIN", &s.Username, nil},
		{"auth", "WINRM_AUTH", "negotiate, ntlm, kerberos, basic, certificate, credssp or none (default negotiate)", &s.Auth, nil},
		{"ca", "WINRM_CA", "file of PEM certificates that the server's must come from (default the system's)", &s.CA, nil},
		{"certificate", "WINRM_CERTIFICATE", "file of the client's certificate, for --auth certificate", &s.Certificate, nil},
		{"key", "WINRM_KEY", "file of its key", &s.Key, nil},
		{"server-name", "WINRM_SERVER_NAME", "name in the server's certificate (default the URL's host)", &s.ServerName, nil},
		{"service-name", "WINRM_SERVICE_NAME", "the server's Kerberos service principal (default HTTP/ and the URL's host)", &s.ServiceName, nil},
		{"proxy", "WINRM_PROXY", "URL of a proxy, or none (default from HTTPS_PROXY and its like)", &s.Proxy, nil},
		{"insecure", "WINRM_INSECURE", "do not check the server's certificate", nil, &s.Insecure},
		{"allow-unencrypted", "WINRM_ALLOW_UNENCRYPTED", "let passwords and messages go over http in clear", nil, &s.AllowUnencrypted},
	}
}

// flags adds the flags that every verb has.
func (c *connection) flags(f *pflag.FlagSet) {
	f.StringVarP(&c.name, "connection", "c", "", "a named connection of the configuration file (environment: WINRM_CONNECTION)")
	f.StringVar(&c.file, "config", "", "the configuration file (environment: WINRM_CONFIG; default winrm/connections.toml where the system keeps such files)")
	for _, s := range c.settings.all() {
		help := s.help + " (environment: " + s.variable + ")"
		if s.text != nil {
			f.StringVar(s.text, s.flag, "", help)
		} else {
			f.BoolVar(s.truth, s.flag, false, help)
		}
	}
	f.BoolVar(&c.passwordStdin, "password-stdin", false, "read the password from the first line of standard input (else: environment WINRM_PASSWORD, or the named connection's, or it is asked for)")
	f.StringVar(&c.recorder.name, "capture", "", "a file to record the conversation in, in clear, without what is secret (see winrm capture)")
	f.DurationVar(&c.timeout, "operation-timeout", 0, "how long the server may work on one request (default 1m)")
	f.DurationVar(&c.retry, "retry-time", 0, "for how long a shell or session is tried again while the network is down (default 4m; less than 0 not at all)")
}

// complete adds what the environment and the named connection say.
func (c *connection) complete(changed func(flag string) bool) (*named, error) {
	named, err := c.load()
	if err != nil {
		return nil, err
	}
	other := named.settings.all()
	for i, s := range c.settings.all() {
		if changed(s.flag) {
			continue
		}
		value, ok := os.LookupEnv(s.variable)
		switch {
		case s.text != nil && ok:
			*s.text = value
		case s.text != nil:
			*s.text = *other[i].text
		case ok:
			if *s.truth, err = parseTruth(value); err != nil {
				return nil, usage("%s: %w", s.variable, err)
			}
		default:
			*s.truth = *other[i].truth
		}
	}
	return named, nil
}

func parseTruth(text string) (bool, error) {
	switch strings.ToLower(text) {
	case "1", "true", "yes":
		return true, nil
	case "0", "false", "no", "":
		return false, nil
	}
	return false, fmt.Errorf("%q is neither true nor false", text)
}

// client makes the client that the command line asks for.
func (c *connection) client(cmd *cobra.Command) (*wsmanclient.Client, error) {
	named, err := c.complete(func(flag string) bool { return cmd.Flags().Changed(flag) })
	if err != nil {
		return nil, err
	}
	s := &c.settings
	if s.URL == "" {
		return nil, usage("say which server: --url URL, WINRM_URL or --connection NAME")
	}
	config := wsmanclient.Config{
		AllowUnencrypted: s.AllowUnencrypted, OperationTimeout: c.timeout, MaxRedirects: 0,
		RetryTime: c.retry, Notify: c.notify,
		Proxy: wsmanclient.ProxyFromEnvironment,
	}
	if err := s.proxy(&config); err != nil {
		return nil, err
	}
	if config.TLS, err = s.tls(); err != nil {
		return nil, err
	}
	var known []string
	if config.Authentication, err = s.authentication(func() (string, error) {
		password, err := c.password(cmd, named)
		known = append(known, password)
		return password, err
	}); err != nil {
		return nil, err
	}
	if err := c.recorder.attach(&config, known...); err != nil {
		return nil, err
	}
	return wsmanclient.New(s.URL, config)
}

// tls is what is known of the server's certificate and the client's own.
func (s *settings) tls() (*tls.Config, error) {
	config := &tls.Config{ServerName: s.ServerName, InsecureSkipVerify: s.Insecure, MinVersion: tls.VersionTLS12}
	if s.CA != "" {
		text, err := os.ReadFile(s.CA)
		if err != nil {
			return nil, err
		}
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM(text) {
			return nil, fmt.Errorf("%s has no certificate in PEM", s.CA)
		}
	}
	if s.Certificate != "" {
		certificate, err := tls.LoadX509KeyPair(s.Certificate, orElse(s.Key, s.Certificate))
		if err != nil {
			return nil, err
		}
		config.Certificates = []tls.Certificate{certificate}
	}
	return config, nil
}

// authentication is how the client logs on. The password is asked for where it
// is needed.
func (s *settings) authentication(password func() (string, error)) (wsmanclient.Authentication, error) {
	auth := strings.ToLower(orElse(s.Auth, "negotiate"))
	switch auth {
	case "none":
		return nil, nil
	case "certificate":
		if s.Certificate == "" {
			return nil, usage("--auth certificate needs --certificate FILE")
		}
		return wsmanclient.Certificate(), nil
	}
	config := wsmanclient.NegotiateConfig{User: s.Username, ServiceName: s.ServiceName}
	var err error
	// Without a name Kerberos takes the ticket that there is.
	if s.Username != "" || auth != "kerberos" && auth != "negotiate" {
		if s.Username == "" {
			return nil, usage("say who logs on: --username NAME")
		}
		if config.Password, err = password(); err != nil {
			return nil, err
		}
	}
	switch auth {
	case "negotiate":
		return wsmanclient.Negotiate(config), nil
	case "ntlm":
		return wsmanclient.NTLM(config), nil
	case "kerberos":
		return wsmanclient.Kerberos(config), nil
	case "basic":
		return wsmanclient.Basic(config.User, config.Password), nil
	case "credssp":
		return wsmanclient.CredSSP(config), nil
	}
	return nil, usage("--auth %q is none of negotiate, ntlm, kerberos, basic, certificate, credssp, none", s.Auth)
}

// maxPassword bounds what is taken for a password.
const maxPassword = 4096

// password gets the password from where it is.
func (c *connection) password(cmd *cobra.Command, named *named) (string, error) {
	if c.givenPassword != nil {
		return *c.givenPassword, nil
	}
	if c.passwordStdin {
		// Byte by byte: what comes after the line is for the command.
		return readLine(cmd.InOrStdin())
	}
	if password, ok := os.LookupEnv("WINRM_PASSWORD"); ok {
		return password, nil
	}
	if password, ok, err := named.password(cmd.Context()); ok || err != nil {
		return password, err
	}
	if f, ok := cmd.InOrStdin().(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		fmt.Fprintf(cmd.ErrOrStderr(), "Password of %s: ", c.settings.Username)
		text, err := term.ReadPassword(int(f.Fd()))
		fmt.Fprintln(cmd.ErrOrStderr())
		return string(text), err
	}
	return "", usage("a password is needed: --password-stdin, WINRM_PASSWORD, or that of a named connection")
}

// readLine reads one line and nothing after it.
func readLine(r io.Reader) (string, error) {
	var line []byte
	b := make([]byte, 1)
	for len(line) <= maxPassword {
		n, err := r.Read(b)
		switch {
		case n == 1 && b[0] == '\n', errors.Is(err, io.EOF) && n == 0:
			return strings.TrimSuffix(string(line), "\r"), nil
		case n == 1:
			line = append(line, b[0])
		case err != nil:
			return "", err
		}
	}
	return "", bufio.ErrTooLong
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}
