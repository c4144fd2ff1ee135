package endpoint_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"log"
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/endpoint"
	"github.com/winrmd/winrmd/endpoint/endpointtest"
	"github.com/winrmd/winrmd/psremoting"
	"github.com/winrmd/winrmd/psrp"
	"github.com/winrmd/winrmd/psrp/clixml"
	"github.com/winrmd/winrmd/psrp/runspacepool"
	"github.com/winrmd/winrmd/shell/runspace"
	"github.com/winrmd/winrmd/shell/runspace/commands"
	"github.com/winrmd/winrmd/wsman/wsmanclient"
)

// listen is what the example does instead of ListenAndServeTLS.
func listen() (net.Listener, tls.Certificate) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	certificate, err := endpoint.SelfSigned()
	if err != nil {
		log.Fatal(err)
	}
	return l, certificate
}

// trusting are the settings of a client that trusts a certificate.
func trusting(certificate tls.Certificate) *tls.Config {
	pool := x509.NewCertPool()
	pool.AddCert(certificate.Leaf)
	return &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}
}

// bounded is a context that no test should need to the end.
func bounded(t testing.TB) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	return ctx
}

// serving is an endpoint with the commands for first tries and some more.
func serving(t testing.TB, change func(*endpoint.Configuration), more ...*runspace.Command) *endpointtest.Server {
	t.Helper()
	one := endpoint.Configuration{Commands: append(commands.Demo(), more...)}
	if change != nil {
		change(&one)
	}
	return endpointtest.Start(t, endpoint.Config{Configurations: []endpoint.Configuration{one}})
}

// clientOf is a client of it.
func clientOf(t testing.TB, s *endpointtest.Server) *psremoting.Client {
	t.Helper()
	c, err := psremoting.New(s.URL, wsmanclient.Config{Authentication: wsmanclient.Basic(s.User, s.Password), TLS: s.TLSConfig()})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, c.Close()) })
	return c
}

// open opens a pool at a server.
func open(t testing.TB, s *endpointtest.Server, c runspacepool.Config) *runspacepool.RunspacePool {
	t.Helper()
	pool, err := clientOf(t, s).Open(bounded(t), psremoting.Options{Pool: c})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, pool.Close(context.Background())) })
	return pool
}

// result is what a pipeline has given.
type result struct {
	output  []clixml.Value
	records map[runspacepool.Stream][]clixml.Value
	state   psrp.PSInvocationState
	reason  error
}

// texts are the output as text.
func (r result) texts() []string {
	all := []string{}
	for _, v := range r.output {
		all = append(all, clixml.Text(v))
	}
	return all
}

// errors are the messages of the error stream, with their ids.
func (r result) errors(t testing.TB) (messages, ids []string) {
	t.Helper()
	for _, v := range r.records[runspacepool.StreamError] {
		e, err := clixml.ReadErrorRecord(v)
		require.NoError(t, err)
		messages, ids = append(messages, e.Text()), append(ids, e.FullyQualifiedErrorID)
	}
	return messages, ids
}

// completed requires that a pipeline has ended well.
func (r result) completed(t testing.TB) result {
	t.Helper()
	messages, _ := r.errors(t)
	require.Equal(t, psrp.PSInvocationCompleted, r.state, "%v", r.reason)
	require.Empty(t, messages)
	return r
}

// script runs a script to its end.
func script(t testing.TB, pool *runspacepool.RunspacePool, text string) result {
	t.Helper()
	return run(t, pool, runspacepool.PipelineConfig{Commands: []runspacepool.Command{runspacepool.Script(text)}})
}

// run runs a pipeline to its end.
func run(t testing.TB, pool *runspacepool.RunspacePool, c runspacepool.PipelineConfig) result {
	t.Helper()
	pl, err := pool.Start(bounded(t), c)
	require.NoError(t, err)
	return rest(t, pl)
}

// rest reads a pipeline to its end.
func rest(t testing.TB, pl *runspacepool.Pipeline) result {
	t.Helper()
	r := result{records: map[runspacepool.Stream][]clixml.Value{}}
	for record, err := range pl.Records(bounded(t)) {
		if err != nil {
			r.reason = err
			break
		}
		if record.Stream == runspacepool.StreamOutput {
			r.output = append(r.output, record.Value)
			continue
		}
		r.records[record.Stream] = append(r.records[record.Stream], record.Value)
	}
	r.state, _ = pl.State()
	return r
}
