//go:build unix

package powershell

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/psrp"
	"github.com/winrmd/winrmd/shell"
)

func TestOpen(t *testing.T) {
	dir := t.TempDir()
	w := newWorld(t, func(w *world) {
		w.spec.WorkingDirectory = dir
		w.spec.Environment = []shell.Variable{{Name: "WINRMD_TEST", Value: "a=b c"}}
	})
	c, err := w.create(t, patience)
	require.NoError(t, err)
	messages := c.until(t, "", isOpened)
	assert.Equal(t, []psrp.MessageType{
		psrp.MessageSessionCapability, psrp.MessageApplicationPrivateData, psrp.MessageRunspacePoolState,
	}, types(messages))
	info, err := c.sh.Info(c.who)
	require.NoError(t, err)
	assert.Equal(t, w.process(), info.ProcessID)
	c.start(t, "$env:WINRMD_TEST; [Environment]::CurrentDirectory; $PID").
		completes(t, "a=b c", dir, itoa(w.process()))
	require.NoError(t, c.sh.Close(c.who))
	assert.ErrorIs(t, syscall.Kill(w.process(), 0), syscall.ESRCH)
}

func TestOpenArguments(t *testing.T) {
	seen := filepath.Join(t.TempDir(), "arguments")
	w := newWorld(t, fake(t, acknowledge+`echo "$@" > `+seen+"\nacknowledge"), arguments("-NoLogo"), func(w *world) {
		w.config.ConfigurationFile = "some.pssc"
	})
	_, err := w.create(t, patience)
	require.NoError(t, err)
	got, err := os.ReadFile(seen)
	require.NoError(t, err)
	assert.Equal(t, "-s -NoLogo -ConfigurationFile some.pssc\n", string(got))
}

func TestOpenWithoutEngine(t *testing.T) {
	plain := filepath.Join(t.TempDir(), "plain")
	require.NoError(t, os.WriteFile(plain, nil, 0o644))
	for name, path := range map[string]string{
		"not in PATH": "no-such-engine", "no such file": "/no/such/engine", "not executable": plain,
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, func(w *world) { w.config.Engine = path })
			_, err := w.create(t, patience)
			refusal := assertRefused(t, err, codeSessionFailed)
			assert.Contains(t, refusal.Message, path)
			assert.Contains(t, refusal.Message, "Install PowerShell 7")
			assert.Contains(t, refusal.Message, "--powershell")
			assert.Contains(t, refusal.Message, "EnginePath")
		})
	}
}

func TestOpenInMissingDirectory(t *testing.T) {
	w := newWorld(t, fake(t, acknowledge+"acknowledge"), func(w *world) { w.spec.WorkingDirectory = "/no/such/directory" })
	_, err := w.create(t, patience)
	assertRefused(t, err, codeSessionFailed)
}

// TestOpenBadEngine checks that what an engine does wrong while a session is
// opened is told to the client, soon.
func TestOpenBadEngine(t *testing.T) {
	tests := map[string]struct {
		script string
		want   []string
	}{
		"exits at once":       {"exit 3", []string{"exit status 3"}},
		"exits well":          {"exit 0", []string{"ended"}},
		"says why":            {"echo 'cannot find a library' >&2; exit 1", []string{"exit status 1", "cannot find a library"}},
		"kills itself":        {"kill -9 $$", []string{"killed"}},
		"writes rubbish":      {"echo rubbish; exec sleep 60", []string{"not its protocol", "rubbish"}},
		"writes half a line":  {"printf '<Data Stream='; exit 1", []string{"exit status 1"}},
		"writes an odd line":  {"printf '<Data Stream='; exit 0", []string{"not its protocol"}},
		"writes no fragments": {"echo \"<Data Stream='Default' PSGuid='00000000-0000-0000-0000-000000000000'>QUJD</Data>\"; exec sleep 60", []string{"not its protocol", "fragment"}},
		"endless line":        {"tr '\\0' x < /dev/zero", []string{"not its protocol", "longer than"}},
		"transport error":     {"echo 'Remote transport error: no such luck' >&2; exec sleep 60", []string{"Remote transport error: no such luck"}},
		"closes its output":   {"exec >&-; exec sleep 60", []string{"ended"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, fake(t, tt.script))
			begin := time.Now()
			_, err := w.create(t, patience)
			refusal := assertRefused(t, err, codeSessionFailed)
			for _, want := range tt.want {
				assert.Contains(t, refusal.Message, want)
			}
			assert.Less(t, len(refusal.Message), 4096)
			assert.Less(t, time.Since(begin), 10*time.Second)
		})
	}
}

// TestOpenSilentEngine checks that Open ends with its context, and the engine
// with it.
func TestOpenSilentEngine(t *testing.T) {
	number := filepath.Join(t.TempDir(), "number")
	w := newWorld(t, fake(t, "echo $$ > "+number+"\nsleep 60 & sleep 60"))
	begin := time.Now()
	_, err := w.create(t, 500*time.Millisecond)
	require.ErrorIs(t, err, shell.ErrTimedOut)
	assert.Less(t, time.Since(begin), 5*time.Second)
	pid := readNumber(t, number)
	assert.ErrorIs(t, syscall.Kill(pid, 0), syscall.ESRCH, "the engine is left")
	assert.Eventually(t, func() bool { return syscall.Kill(-pid, 0) != nil }, patience, tick,
		"what it has started is left")
	assert.Empty(t, w.dir.List(shell.Client{Administrator: true}))
}

// TestOpenFloodingEngine checks that an engine that puts out more than a shell
// may hold, before it has said anything, does not keep Open.
func TestOpenFloodingEngine(t *testing.T) {
	c := newClient(0)
	line := "<Data Stream='Default' PSGuid='00000000-0000-0000-0000-000000000000'>" +
		string(wire(c.fragment(c.message(psrp.MessageUserEvent, psrp.GUID{}, strings.Repeat("x", 1000)))).Raw()) + "</Data>"
	w := newWorld(t, fake(t, `exec yes "`+line+`"`), buffers(1<<16), func(w *world) { w.cfg.SpoolSize = 1 << 16 })
	_, err := w.create(t, 500*time.Millisecond)
	require.ErrorIs(t, err, shell.ErrTimedOut)
}

func TestOpenRefused(t *testing.T) {
	option := func(value string) func(*world) {
		return func(w *world) { w.spec.Options = map[string]string{"PROTOCOLVERSION": value} }
	}
	capability := func(version string) func(*world) {
		return func(w *world) {
			c := newClient(0)
			w.creation = c.fragment(c.message(psrp.MessageSessionCapability, psrp.GUID{},
				strings.Replace(document(t, "session_capability.xml"), ">2.3<", ">"+version+"<", 1)))
		}
	}
	creation := func(b string) func(*world) { return func(w *world) { w.creation = []byte(b) } }
	runspaces := func(minimum, maximum int) func(*world) {
		return func(w *world) { w.minimum, w.maximum = minimum, maximum }
	}
	tests := map[string]struct {
		change func(*world)
		code   uint32
	}{
		"no version":            {func(w *world) { w.spec.Options = nil }, codeVersionMissing},
		"version 1":             {option("1.1"), codeVersionMismatch},
		"version 3":             {option("3.0"), codeVersionMismatch},
		"version without minor": {option("2"), codeVersionMismatch},
		"version that is none":  {option("2.x"), codeVersionMismatch},
		"empty version":         {option(""), codeVersionMismatch},
		"capability 1.0":        {capability("1.0"), codeVersionMismatch},
		"capability 3.0":        {capability("3.0"), codeVersionMismatch},
		"capability of none":    {capability("x"), codeVersionMismatch},
		"no runspaces":          {runspaces(0, 0), codeNullInput},
		"negative":              {runspaces(-1, 1), codeNullInput},
		"more least than most":  {runspaces(3, 2), codeNullInput},
		"no creationXml":        {creation(""), codeNullInput},
		"no fragments":          {creation("this is not what a client sends"), codeNullInput},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, fake(t, acknowledge+"acknowledge"), tt.change)
			_, err := w.create(t, patience)
			refusal := assertRefused(t, err, tt.code)
			if tt.code == codeVersionMismatch {
				assert.Contains(t, refusal.Message, "<PSProtocolVersionError ServerProtocolVersion=\"2.3\"")
			}
		})
	}
	for _, version := range []string{"2.0", "2.1", "2.2", "2.3", "2.4"} {
		t.Run(version+" is accepted", func(t *testing.T) {
			w := newWorld(t, fake(t, acknowledge+"acknowledge"), option(version), capability(version))
			_, err := w.create(t, patience)
			assert.NoError(t, err)
		})
	}
}
