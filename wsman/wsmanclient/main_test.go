package wsmanclient_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/winrmd/winrmd/wsman/wsmanclient"
	"github.com/winrmd/winrmd/wsman/wsmantest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// client makes a client of a test's server.
func client(t *testing.T, s *wsmantest.Server, c wsmanclient.Config) *wsmanclient.Client {
	t.Helper()
	if c.TLS == nil {
		c.TLS = s.TLSConfig()
	}
	client, err := wsmanclient.New(s.URL, c)
	require.NoError(t, err)
	t.Cleanup(func() { client.Close() })
	return client
}

// within is a context for what must not hang.
func within(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	return ctx
}
