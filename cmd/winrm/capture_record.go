package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/winrmd/winrmd/wsman/capture"
)

// captureRecord is the command line of a recording proxy.
type captureRecord struct {
	listen, to       string
	certificate, key string
	secrets          bool
	title, client    string
	server           string
}

func captureRecordCommand() *cobra.Command {
	r := &captureRecord{}
	cmd := &cobra.Command{
		Use:   "record --listen ADDR --to URL FILE",
		Short: "Record what goes through a proxy in front of a server",
		Long: "Listen for clients, send what they ask to a server, and write the conversation to a file, until interrupted.\n" +
			"Messages that are sealed (Negotiate, Kerberos, CredSSP over http) go through as they are, and only their\n" +
			"size is recorded: record those in the client (winrm --capture FILE) or in the server (winrmd serve --capture\n" +
			"DIR). The file is written while the conversation goes on, for its owner alone.",
		Example: "  winrm capture record --listen 127.0.0.1:5990 --to https://server:5986 session.yaml",
		Args:    exactly(1),
		RunE:    func(cmd *cobra.Command, args []string) error { return r.run(cmd, args[0]) },
	}
	f := cmd.Flags()
	f.StringVar(&r.listen, "listen", "127.0.0.1:0", "address to listen at")
	f.StringVar(&r.to, "to", "", "URL of the server")
	f.StringVar(&r.certificate, "listen-certificate", "", "file of a certificate, to listen with TLS")
	f.StringVar(&r.key, "listen-key", "", "file of its key")
	f.StringVar(&r.title, "title", "", "what the conversation is")
	f.StringVar(&r.client, "client-name", "", "which client it is, with its version")
	f.StringVar(&r.server, "server-name-in-file", "", "which server it is, with its version")
	f.BoolVar(&r.secrets, "keep-secrets", false, "write passwords, tokens and keys too")
	return cmd
}

func (r *captureRecord) run(cmd *cobra.Command, name string) error {
	to, err := r.target()
	if err != nil {
		return err
	}
	s := &settings{}
	s.CA, _ = cmd.Flags().GetString("ca")
	s.Insecure, _ = cmd.Flags().GetBool("insecure")
	s.ServerName, _ = cmd.Flags().GetString("server-name")
	config, err := s.tls()
	if err != nil {
		return err
	}
	file, err := createCapture(name, &capture.Conversation{Title: r.title, Client: r.client, Server: r.server}, r.secrets)
	if err != nil {
		return err
	}
	proxy := &capture.Proxy{To: to, TLS: config}
	sealed := false
	proxy.Record = func(x capture.Exchange) {
		if err := file.Add(x); err != nil {
			fmt.Fprintln(cmd.ErrOrStderr(), "winrm: not recorded:", err)
		}
		sealed = sealed || x.Request.Sealed > 0
	}
	err = r.serve(cmd, proxy.Server())
	err = errors.Join(err, file.Close())
	fmt.Fprintf(cmd.ErrOrStderr(), "%d exchanges recorded in %s\n", file.Count(), name)
	if sealed {
		fmt.Fprintln(cmd.ErrOrStderr(), "Some messages were sealed: they can be read in the client (winrm --capture) or the server (winrmd serve --capture) only.")
	}
	return err
}

func (r *captureRecord) target() (*url.URL, error) {
	if r.to == "" {
		return nil, usage("say which server: --to URL")
	}
	if !strings.Contains(r.to, "://") {
		r.to = "http://" + r.to
	}
	to, err := url.Parse(r.to)
	if err != nil || to.Host == "" || to.Scheme != "http" && to.Scheme != "https" {
		return nil, usage("--to %q is no http or https URL", r.to)
	}
	if to.Port() == "" {
		port := map[string]string{"http": "5985", "https": "5986"}[to.Scheme]
		to.Host = net.JoinHostPort(to.Hostname(), port)
	}
	return to, nil
}

// serve serves until the command is interrupted, and says where.
func (r *captureRecord) serve(cmd *cobra.Command, server *http.Server) error {
	return serveUntilInterrupted(cmd, server, r.listen, r.certificate, r.key)
}

// endTimeout is how long requests under way may take to end.
const endTimeout = 2 * time.Second

// serveUntilInterrupted listens, says where on standard output, and serves until
// Ctrl-C or SIGTERM.
func serveUntilInterrupted(cmd *cobra.Command, server *http.Server, address, certificate, key string) error {
	ctx, stop := signal.NotifyContext(cmd.Context(), os.Interrupt)
	defer stop()
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if err != nil {
		return err
	}
	scheme := "http"
	if certificate != "" {
		pair, err := tls.LoadX509KeyPair(certificate, orElse(key, certificate))
		if err != nil {
			return errors.Join(err, listener.Close())
		}
		listener = tls.NewListener(listener, &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12})
		scheme = "https"
	}
	fmt.Fprintf(cmd.OutOrStdout(), "listening at %s://%s/wsman\n", scheme, listener.Addr())
	context.AfterFunc(ctx, func() {
		late, cancel := context.WithTimeout(context.Background(), endTimeout)
		defer cancel()
		if server.Shutdown(late) != nil {
			server.Close()
		}
	})
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
