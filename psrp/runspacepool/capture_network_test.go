package runspacepool_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/psremoting"
	"github.com/winrmd/winrmd/psrp/runspacepool"
	"github.com/winrmd/winrmd/replay"
	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/capture"
	"github.com/winrmd/winrmd/wsman/wsmanclient"
)

// playServer is the recorded server behind HTTP.
func playServer(t *testing.T, player *replay.Player) string {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return // the client has gone
		}
		text, charset, err := wsman.DecodeBody(r.Header.Get("Content-Type"), body)
		if !assert.NoError(t, err) {
			return
		}
		answer, status, err := player.RoundTrip(r.Context(), text, time.Minute)
		if err != nil {
			return
		}
		w.Header().Set("Content-Type", charset.ContentType())
		w.WriteHeader(status)
		_, _ = w.Write(wsman.EncodeBody(charset, answer))
	}))
	t.Cleanup(server.Close)
	return server.URL + "/wsman"
}

// notOverNetwork are captures of a pool that this client cannot go through with the
// recorded messages of WS-Management, and why. TestCaptures plays all of them to the
// client's messages of PowerShell.
var notOverNetwork = map[string]string{
	"test_client_copy_file_empty":          sentOtherwise,
	"test_client_copy_file_really_large":   sentOtherwise,
	"test_client_copy_file_warning":        sentOtherwise,
	"test_psrp_run_protocol_version_2.1":   sentOtherwise,
	"test_psrp_run_protocol_version_2.3":   sentOtherwise,
	"test_psrp_with_input":                 sentOtherwise,
	"test_psrp_small_msg_size":             "the recorded client opens the pool with a Create and Sends, this one with a Create",
	"test_psrp_is_alive_http_error":        "its Delete was not recorded",
	"test_psrp_is_alive_invalid_selectors": "its Delete was not recorded",
	"test_psrp_reset_runspace_state_fail":  "the answer is to a request of another number, which this client does not take for its own",
	"test_psrp_pshost_ui_mocked_methods":   "the recorded client answers the host's calls on the shell's stream pr, this one on the command's",
	"test_psrp_disconnect_runspaces":       "several pools at once",
	"test_client_copy_file":                "several pools at once",
}

const sentOtherwise = "the recorded client puts several objects of input into one Send, this one a call of Send"

// TestCapturesOverNetwork lets the recorded servers play to the client as a whole,
// with their WS-Management over HTTP.
func TestCapturesOverNetwork(t *testing.T) {
	names, err := filepath.Glob("../../../shared/captures/pypsrp/*.yml")
	require.NoError(t, err)
	played := 0
	for _, path := range names {
		name := strings.TrimSuffix(filepath.Base(path), ".yml")
		_, ok := runspacepool.ReadCaptured(t, path)
		if _, not := notOverNetwork[name]; not || !ok {
			continue
		}
		played++
		t.Run(name, func(t *testing.T) {
			captured, _ := runspacepool.ReadCaptured(t, path)
			conversation, err := capture.ReadFile(path)
			require.NoError(t, err)
			player := replay.NewPlayer(conversation)
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
			defer cancel()
			client, err := psremoting.New(playServer(t, player), wsmanclient.Config{AllowUnencrypted: true})
			require.NoError(t, err)
			defer client.Close()
			pool, err := client.Open(ctx, psremoting.Options{Configuration: captured.Configuration, Pool: captured.Config()})
			require.NoError(t, err)
			captured.Perform(ctx, pool)
			require.NoError(t, pool.Close(ctx))
			_, _, unknown := player.Asked()
			for _, request := range unknown { // pypsrp lets go of few of its commands
				assert.True(t, strings.HasPrefix(request, "Signal "), request)
			}
		})
	}
	if len(names) > 0 { // TestCaptures says where there are none
		assert.GreaterOrEqual(t, played, 19)
	}
}
