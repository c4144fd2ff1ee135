package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/winrmd/winrmd/conformance"
	"github.com/winrmd/winrmd/wsman/auth/kerberos"
	"github.com/winrmd/winrmd/wsman/wsmanclient"
)

// failures is the error of a suite in which checks have failed.
type failures struct{ checks int }

func (e *failures) Error() string { return fmt.Sprintf("%d checks failed", e.checks) }

// conformanceSuite is the command line of a suite.
type conformanceSuite struct {
	connection        *connection
	list, quick       bool
	pattern, output   string
	junit, powershell string
	other, admin      string
	timeout           time.Duration
}

func conformanceCommand(c *connection) *cobra.Command {
	s := &conformanceSuite{connection: c}
	cmd := &cobra.Command{
		Use:   "conformance [URL]",
		Short: "Check whether a server does what the specifications say",
		Long: "Run a suite of checks against a WinRM server, winrmd and Windows alike: docs/conformance.md says what is\n" +
			"checked and how. Shells are made and deleted again; nothing else is changed.\n\n" +
			"The last line is \"N checks, N passed, N failed, N skipped\". Exit status: 0 none has failed, 1 some have.",
		Example: "  winrm conformance https://server:5986/wsman --username ann --password-stdin --junit report.xml\n" +
			"  winrm conformance --list --run '^receive/'",
		Args: cobra.MaximumNArgs(1),
		RunE: s.run,
	}
	f := cmd.Flags()
	f.BoolVar(&s.list, "list", false, "list the checks and run none")
	f.StringVar(&s.pattern, "run", "", "a regular expression: run only the checks whose names it matches")
	f.BoolVar(&s.quick, "quick", false, "leave out the checks that wait for more than 30 s")
	f.StringVarP(&s.output, "output", "o", "text", "text, json or junit")
	f.StringVar(&s.junit, "junit", "", "a file to write the report to in the form of JUnit, in addition")
	f.StringVar(&s.powershell, "configuration", "Microsoft.PowerShell", "the session configuration of PowerShell to use")
	f.StringVar(&s.other, "other-username", "", "a second user, for the checks of what users may do to each other's shells (his password: environment WINRM_OTHER_PASSWORD)")
	f.StringVar(&s.admin, "admin-username", "", "an administrator of the server, for the checks of its configuration and of quotas; nothing is changed (his password: environment WINRM_ADMIN_PASSWORD)")
	f.DurationVar(&s.timeout, "check-timeout", conformance.DefaultTimeout, "how long one check may take")
	return cmd
}

func (s *conformanceSuite) run(cmd *cobra.Command, args []string) error {
	var pattern *regexp.Regexp
	if s.pattern != "" {
		var err error
		if pattern, err = regexp.Compile(s.pattern); err != nil {
			return usage("--run: %w", err)
		}
	}
	switch s.output {
	case "text", "json", "junit":
	default:
		return usage("--output %q is none of text, json, junit", s.output)
	}
	if s.list {
		return listChecks(cmd.OutOrStdout(), pattern)
	}
	config, err := s.config(cmd, args)
	if err != nil {
		return err
	}
	config.Run = pattern
	if err := reached(cmd.Context(), config); err != nil {
		return err
	}
	if s.output == "text" {
		config.Progress = func(r conformance.Result) { fmt.Fprintln(cmd.OutOrStdout(), r) }
	}
	report := conformance.Run(cmd.Context(), *config)
	if err := s.write(cmd.OutOrStdout(), report); err != nil {
		return err
	}
	if n := report.Count(conformance.Failed); n > 0 {
		return &failures{n}
	}
	return nil
}

// reached is an error where the server is not there or does not let the client in:
// then no check says anything of it.
func reached(ctx context.Context, config *conformance.Config) error {
	_, _, err := config.Server.RoundTrip(ctx, []byte(conformance.Identify), wsmanclient.DefaultOperationTimeout)
	if _, ok := errors.AsType[*wsmanclient.NetworkError](err); ok {
		return err
	}
	if _, ok := errors.AsType[*wsmanclient.AuthenticationError](err); ok {
		return err
	}
	return context.Cause(ctx)
}

// config is what to check, with which clients.
func (s *conformanceSuite) config(cmd *cobra.Command, args []string) (*conformance.Config, error) {
	if len(args) == 1 {
		s.connection.settings.URL = args[0]
		cmd.Flags().Lookup("url").Changed = true
	}
	login, err := s.tickets(cmd)
	if err != nil {
		return nil, err
	}
	client, err := s.connection.client(cmd)
	if err != nil {
		return nil, err
	}
	tlsConfig, err := s.connection.settings.tls()
	if err != nil {
		return nil, err
	}
	tlsConfig.Certificates = nil // these requests are nobody's
	config := &conformance.Config{
		Server: client, URL: client.URL(), PowerShell: s.powershell, Quick: s.quick, Timeout: s.timeout,
		HTTP: &http.Transport{Proxy: http.ProxyFromEnvironment, TLSClientConfig: tlsConfig},
	}
	if login != nil {
		config.Tickets, config.Service = login, s.connection.settings.ServiceName
		if to, err := url.Parse(client.URL()); err == nil && config.Service == "" {
			config.Service = "HTTP/" + to.Hostname()
		}
	}
	return config, s.others(cmd, config)
}

// tickets are what the user gets from the KDC; nil where he does not log on by
// Kerberos. The password is kept for the client, since it may be read only once.
func (s *conformanceSuite) tickets(cmd *cobra.Command) (*kerberos.Login, error) {
	c := s.connection
	named, err := c.complete(func(flag string) bool { return cmd.Flags().Changed(flag) })
	if err != nil || !strings.EqualFold(c.settings.Auth, "kerberos") {
		return nil, err
	}
	config := kerberos.LoginConfig{User: c.settings.Username}
	if config.User != "" {
		password, err := c.password(cmd, named)
		if err != nil {
			return nil, err
		}
		c.givenPassword = &password
		config.Password = func() string { return password }
	}
	return kerberos.NewLogin(config), nil
}

// others adds the clients of a second user, of an administrator, and of one whom the
// server does not know. Where no password is used there is none that is wrong.
func (s *conformanceSuite) others(cmd *cobra.Command, config *conformance.Config) error {
	for _, user := range []struct {
		name, flag, variable string
		server               *conformance.Server
	}{
		{s.other, "--other-username", "WINRM_OTHER_PASSWORD", &config.Other},
		{s.admin, "--admin-username", "WINRM_ADMIN_PASSWORD", &config.Administrator},
	} {
		if user.name == "" {
			continue
		}
		password, ok := os.LookupEnv(user.variable)
		if !ok {
			return usage("%s: the password has to be in %s", user.flag, user.variable)
		}
		client, err := s.as(cmd, user.name, password)
		if err != nil {
			return err
		}
		*user.server = client
	}
	switch s.connection.settings.Auth {
	case "", "negotiate", "ntlm", "credssp", "basic":
		client, err := s.as(cmd, "conformance-nobody", "wrong")
		if err != nil {
			return err
		}
		config.Wrong = client
	}
	return nil
}

// as is a client of another user with the same settings.
func (s *conformanceSuite) as(cmd *cobra.Command, username, password string) (*wsmanclient.Client, error) {
	c := connection{
		name: s.connection.name, file: s.connection.file, settings: s.connection.settings, givenPassword: &password, timeout: s.connection.timeout,
	}
	c.settings.Username = username
	for _, flag := range []string{"username", "url"} {
		cmd.Flags().Lookup(flag).Changed = true
	}
	return c.client(cmd)
}

// write writes the report in the forms that were asked for.
func (s *conformanceSuite) write(w io.Writer, report *conformance.Report) error {
	if s.junit != "" {
		f, err := os.Create(s.junit)
		if err != nil {
			return err
		}
		if err := report.WriteJUnit(f); err != nil {
			f.Close()
			return err
		}
		if err := f.Close(); err != nil {
			return err
		}
	}
	switch s.output {
	case "json":
		return report.WriteJSON(w)
	case "junit":
		return report.WriteJUnit(w)
	}
	_, err := fmt.Fprintln(w, report)
	return err
}

func listChecks(w io.Writer, pattern *regexp.Regexp) error {
	for _, check := range conformance.Select(pattern) {
		note := ""
		if check.Inferred {
			note += " inferred"
		}
		if check.Slow {
			note += " slow"
		}
		if _, err := fmt.Fprintf(w, "%s (%s)%s\n", check.Name, check.Section, note); err != nil {
			return err
		}
	}
	return nil
}
