package interop

import (
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/replay"
	"github.com/winrmd/winrmd/wsman/capture"
	"github.com/winrmd/winrmd/wsman/wsmanclient"
)

// TestCaptureRecord: what a client does over sealed messages is recorded in the
// server for the users that were named, and in the client; neither has the
// password, and what was recorded is played again without a difference.
func TestCaptureRecord(t *testing.T) {
	t.Parallel()
	directory := recordingDirectory(t)
	s := start(t, setup{encryptedOnly: true, arguments: []string{"--capture", directory, "--capture-user", "alice", "--capture-from", "127.0.0.0/8"}})
	s.addUser(t, "bob")
	alice, bob := s.terminal(t, "alice"), s.terminal(t, "bob")
	inClient := filepath.Join(t.TempDir(), "client.yaml")
	assert.Equal(t, "one\n", alice.succeeds("--capture", inClient, "shell", "--no-stdin", "echo one"))
	assert.Equal(t, "two\n", bob.succeeds("shell", "--no-stdin", "echo two"))
	s.stop(t)

	files, err := filepath.Glob(filepath.Join(directory, "*.yaml"))
	require.NoError(t, err)
	require.Len(t, files, 1, "alice's only")
	for _, name := range append(files, inClient) {
		withoutText(t, name, passwordOf("alice"))
		c, err := capture.ReadFile(name)
		require.NoError(t, err)
		require.GreaterOrEqual(t, len(c.Exchanges), 6)
		assert.Equal(t, "Create", operationOf(&c.Exchanges[0]))
		assert.Equal(t, "Delete", operationOf(&c.Exchanges[len(c.Exchanges)-1]))
		again := start(t, setup{withoutSlot: true, encryptedOnly: true})
		client, err := wsmanclient.New("http://"+again.addresses["http"]+"/wsman", wsmanclient.Config{
			Authentication: wsmanclient.Negotiate(wsmanclient.NegotiateConfig{User: "alice", Password: passwordOf("alice")}),
		})
		require.NoError(t, err)
		report, err := replay.Run(t.Context(), c, replay.Config{Server: client, URL: client.URL(), Patience: replayPatience})
		require.NoError(t, err)
		assert.Empty(t, report.Differences)
		require.NoError(t, client.Close())
	}
}

func operationOf(x *capture.Exchange) string {
	d := capture.Describe(x.Request.Body)
	return d.Operation()
}

// withoutText checks that a file does not have a text, in any form in which it
// may be hidden.
func withoutText(t *testing.T, name, text string) {
	t.Helper()
	content, err := os.ReadFile(name)
	require.NoError(t, err)
	wide := []byte{}
	for _, u := range utf16.Encode([]rune(text)) {
		wide = append(wide, byte(u), byte(u>>8))
	}
	for _, form := range [][]byte{[]byte(text), wide} {
		assert.NotContains(t, string(content), string(form))
		// Base64 at each of the three places in which a byte may stand.
		for shift := range 3 {
			encoded := base64.StdEncoding.EncodeToString(append(make([]byte, shift), form...))
			assert.NotContains(t, string(content), strings.TrimRight(encoded[4:len(encoded)-4], "="))
		}
	}
}
