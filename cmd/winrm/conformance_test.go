package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/wsman/wsmantest"
)

// winrmOutput runs the program and returns what it says and how it ends.
func winrmOutput(t *testing.T, arguments ...string) (string, error) {
	t.Helper()
	root, _ := rootCommand()
	var b bytes.Buffer
	root.SetOut(&b)
	root.SetArgs(arguments)
	err := root.ExecuteContext(t.Context())
	return b.String(), err
}

func TestConformanceList(t *testing.T) {
	text, err := winrmOutput(t, "conformance", "--list", "--run", "^idle/")
	require.NoError(t, err)
	assert.Equal(t, "idle/ends (MS-WSMV 3.1.4.1.31.5) slow\nidle/disconnected (MS-WSMV 2.2.4.15) slow\nidle/use (MS-WSMV 3.1.4.1.31.5) slow\n", text)
}

// TestConformanceExit: the exit status says whether a check has failed, and
// whether there was anything to check.
func TestConformanceExit(t *testing.T) {
	server := wsmantest.NewServer(t, wsmantest.OnIdentify().Answer(wsmantest.Identified("vendor", "1")).Times(2))
	wrong := wsmantest.NewServer(t, wsmantest.OnIdentify().Answer(wsmantest.Identified("", "1")).Times(2))
	run := func(arguments ...string) (string, int) {
		text, err := winrmOutput(t, append([]string{"conformance", "--auth", "none", "--run", "^identify/answer$"}, arguments...)...)
		if err == nil {
			return text, 0
		}
		return text, exitStatus(err)
	}
	text, status := run(server.URL)
	assert.Zero(t, status, text)
	assert.True(t, strings.HasSuffix(text, "1 checks, 1 passed, 0 failed, 0 skipped\n"), text)

	text, status = run(wrong.URL, "--output", "json")
	assert.Equal(t, exitOther, status, text)
	assert.Contains(t, text, `"outcome": "failed"`)

	_, status = run("http://127.0.0.1:1/wsman")
	assert.Equal(t, exitUnreached, status)
	_, status = run(server.URL, "--output", "html")
	assert.Equal(t, exitUsage, status)
	_, status = run(server.URL, "--run", "(")
	assert.Equal(t, exitUsage, status)
}
