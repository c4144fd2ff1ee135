package main

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/wsman/capture"
)

// recording is a recorded conversation of Windows.
func recording(t *testing.T, name string) string {
	t.Helper()
	path := filepath.Join("../../../shared/captures/pypsrp", name)
	if _, err := os.Stat(path); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	return path
}

// winrm runs a command line and returns what it wrote and its exit status.
func winrm(ctx context.Context, stdout io.Writer, arguments ...string) int {
	root, c := rootCommand()
	root.SetArgs(arguments)
	root.SetOut(stdout)
	root.SetErr(io.Discard)
	err := root.ExecuteContext(ctx)
	if closing := c.recorder.close(); err == nil {
		err = closing
	}
	if err == nil {
		return 0
	}
	return exitStatus(err)
}

// listening starts a command that listens and returns where, and what ends it:
// that returns what it wrote and its exit status.
func listening(t *testing.T, arguments ...string) (url string, end func() (string, int)) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	r, w := io.Pipe()
	lines := make(chan string)
	go func() {
		defer close(lines)
		b := make([]byte, 4096)
		for {
			n, err := r.Read(b)
			if n > 0 {
				lines <- string(b[:n])
			}
			if err != nil {
				return
			}
		}
	}()
	status := make(chan int, 1)
	go func() {
		status <- winrm(ctx, w, arguments...)
		w.Close()
	}()
	first := <-lines
	found := regexp.MustCompile(`https?://\S+`).FindString(first)
	require.NotEmpty(t, found, first)
	return found, func() (string, int) {
		cancel()
		var rest strings.Builder
		for l := range lines {
			rest.WriteString(l)
		}
		return rest.String(), <-status
	}
}

// TestCaptureServeAndReplay: a conversation, played to the player of itself over
// HTTP, through a recording proxy, and recorded in the client besides: nothing
// differs, and both recordings are played again the same way.
func TestCaptureServeAndReplay(t *testing.T) {
	name := recording(t, "test_psrp_pshost_ui_mocked_methods.yml")
	directory := t.TempDir()
	between, inClient := filepath.Join(directory, "between.yaml"), filepath.Join(directory, "client.yaml")
	server, endServer := listening(t, "capture", "serve", name)
	proxy, endProxy := listening(t, "capture", "record", "--to", server, between)
	var out bytes.Buffer
	status := winrm(t.Context(), &out, "capture", "replay", name, "--against", proxy, "--username", "ann", "--password", "geheim1",
		"--auth", "basic", "--allow-unencrypted", "--capture", inClient)
	assert.Equal(t, "18 exchanges, 0 differ\n", out.String())
	assert.Zero(t, status)
	_, status = endProxy()
	assert.Zero(t, status)
	text, status := endServer()
	assert.Equal(t, "18 of 18 exchanges asked, 0 others\n", text)
	assert.Zero(t, status)

	for _, recorded := range []string{between, inClient} {
		content, err := os.ReadFile(recorded)
		require.NoError(t, err)
		assert.NotContains(t, string(content), "geheim1")
		assert.NotContains(t, string(content), "YW5uOmdlaGVpbTE") // base64 of ann:geheim1
		server, end := listening(t, "capture", "serve", recorded, "--once")
		out.Reset()
		assert.Zero(t, winrm(t.Context(), &out, "capture", "replay", recorded, "--against", server), out.String())
		assert.Equal(t, "18 exchanges, 0 differ\n", out.String())
		_, status := end()
		assert.Zero(t, status)
	}
}

// TestCaptureReplayDiffers: an exit status for scripts, a line for people.
func TestCaptureReplayDiffers(t *testing.T) {
	name := recording(t, "test_winrs_standard.yml")
	text, err := os.ReadFile(name)
	require.NoError(t, err)
	other := filepath.Join(t.TempDir(), "other.yml")
	require.NoError(t, os.WriteFile(other, bytes.Replace(text, []byte("<rsp:ExitCode>0<"), []byte("<rsp:ExitCode>3<"), 1), 0o600))
	server, end := listening(t, "capture", "serve", other)
	var out bytes.Buffer
	assert.Equal(t, 1, winrm(t.Context(), &out, "capture", "replay", name, "--against", server))
	assert.Equal(t, "3 Receive: command: recorded state Done with exit code 0, now state Done with exit code 3\n5 exchanges, 1 differ\n", out.String())
	end()
	assert.Equal(t, exitUnreached, winrm(t.Context(), &out, "capture", "replay", name, "--against", server))
	assert.Equal(t, exitUsage, winrm(t.Context(), &out, "capture", "replay", name))
	assert.Equal(t, exitUsage, winrm(t.Context(), &out, "capture", "replay"))
	assert.Equal(t, exitOther, winrm(t.Context(), &out, "capture", "replay", filepath.Join(t.TempDir(), "none"), "--against", server))
}

// TestCaptureServeDeviation: a client that asks something else makes it fail.
func TestCaptureServeDeviation(t *testing.T) {
	server, end := listening(t, "capture", "serve", recording(t, "test_winrs_standard.yml"))
	assert.Equal(t, exitFault, winrm(t.Context(), io.Discard, "get", "winrm/config", "--url", server, "--auth", "none"))
	text, status := end()
	assert.Equal(t, exitOther, status)
	assert.Contains(t, text, "not in the recording: Get of http://schemas.microsoft.com/wbem/wsman/1/config\n0 of 5 exchanges asked, 1 others\n")
}

func TestCaptureShow(t *testing.T) {
	name := recording(t, "test_winrs_bad_cmd_id.yml")
	var out bytes.Buffer
	require.Zero(t, winrm(t.Context(), &out, "capture", "show", name))
	assert.Regexp(t, `(?m)^   3  +Receive +[0-9A-F]{8} [0-9A-F]{8} +\d+ +\d+  fault 2150858843 InvalidSelectors: The WS-Man`, out.String())

	out.Reset()
	require.Zero(t, winrm(t.Context(), &out, "capture", "show", "--psrp", "--xml", recording(t, "test_psrp_with_input.yml")))
	assert.Contains(t, out.String(), "-> 8 END_OF_PIPELINE_INPUT\n")
	assert.Contains(t, out.String(), "<- 11 PIPELINE_STATE: Completed\n")
	assert.Contains(t, out.String(), "\n  <s:Body>\n")

	page := filepath.Join(t.TempDir(), "page.html")
	require.Zero(t, winrm(t.Context(), &out, "capture", "show", name, "--html", page))
	text, err := os.ReadFile(page)
	require.NoError(t, err)
	assert.Equal(t, 5, strings.Count(string(text), "<details"))
	assert.Equal(t, 5, strings.Count(string(text), `class="ask"`))
	assert.Contains(t, string(text), "<h1>"+filepath.Base(name)+"</h1>")
	assert.Contains(t, string(text), `class="fault"`)
	assert.NotContains(t, string(text), "<script")
	assert.NotRegexp(t, `(src|href)="?http|@import|url\(http`, string(text), "self-contained")
}

// TestCaptureConvert: what is secret is taken out unless it is to be kept.
func TestCaptureConvert(t *testing.T) {
	name := recording(t, "test_psrp_pshost_ui_mocked_methods.yml")
	out := filepath.Join(t.TempDir(), "out.yaml")
	read := func() string {
		c, err := capture.ReadFile(out)
		require.NoError(t, err)
		return c.Exchanges[3].Request.Body
	}
	require.Zero(t, winrm(t.Context(), io.Discard, "capture", "convert", name, out))
	original, err := capture.ReadFile(name)
	require.NoError(t, err)
	assert.NotEqual(t, original.Exchanges[3].Request.Body, read())
	require.Zero(t, winrm(t.Context(), io.Discard, "capture", "convert", "--keep-secrets", name, out))
	assert.Equal(t, original.Exchanges[3].Request.Body, read())
	info, err := os.Stat(out)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), info.Mode().Perm())
}
