package main

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/wsman/auth"
)

// nobody knows no password.
type nobody struct{}

// Verify implements auth.Verifier.
func (nobody) Verify(context.Context, string, string) (auth.Identity, error) {
	return auth.Identity{}, auth.ErrWrongCredentials
}

// Generation implements auth.Verifier.
func (nobody) Generation(string) (string, bool) { return "", false }

// TestEntranceReports: the guard's numbers are told while somebody fails, and
// not again while nobody does.
func TestEntranceReports(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		e := newEntrance(slog.New(slog.NewTextHandler(&log, nil)))
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() {
			defer close(done)
			e.report(ctx)
		}()
		a := e.authenticator([]auth.Scheme{auth.NewBasic(e.guard.Verifier(nobody{}), func() bool { return true })})
		r := httptest.NewRequest(http.MethodPost, "/wsman", nil)
		r.SetBasicAuth("ann", "guess")
		outcome, _ := a.Authenticate(new(auth.Connection), r)
		require.False(t, outcome.Authenticated)
		time.Sleep(3 * reportPause)
		cancel()
		<-done
		assert.Equal(t, 1, bytes.Count(log.Bytes(), []byte("msg=guard failures=1")), log.String())
	})
}
