//go:build unix

package winrs

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/shell"
)

func TestCommand(t *testing.T) {
	sh := openDefault(t)
	tests := []struct {
		name string
		in   shell.CommandRequest
		want result
	}{
		{"stdout", line("echo hi"), result{stdout: "hi\n"}},
		{"stderr", line("echo oops >&2; exit 3"), result{stderr: "oops\n", exitCode: 3}},
		{"exit code 255", line("exit 255"), result{exitCode: 255}},
		{"arguments are joined", line("echo", "a", "b  c", "|", "tr", "a-z", "A-Z"), result{stdout: "A B C\n"}},
		{"no quoting is added", line("printf", "'%s,'", "1 2", `"3 4"`), result{stdout: "1,2,3 4,"}},
		{"an empty argument", line("printf '<%s>'", "", "x"), result{stdout: "<x>"}},
		{"leading dash", line("-nothing 2>/dev/null || echo none"), result{stdout: "none\n"}},
		{"killed by a signal", line("kill -9 $$"), result{exitCode: 137}},
		{"several lines", line("echo 1\necho 2"), result{stdout: "1\n2\n"}},
		{"not text", line(`printf '\377\000\001'`), result{stdout: "\xff\x00\x01"}},
		{"direct", direct("/bin/echo", "a  b", "", "$HOME", "'"), result{stdout: "a  b  $HOME '\n"}},
		{"session leader", line(`[ "$(ps -o sid= -p $$ | tr -d ' ')" = $$ ] && echo yes`), result{stdout: "yes\n"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			assert.Equal(t, test.want, finish(t, sh, run(t, sh, test.in)))
		})
	}
}

func TestCommandRefused(t *testing.T) {
	sh := openDefault(t)
	noExec := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(noExec, []byte("echo"), 0o600))
	noProgram := filepath.Join(t.TempDir(), "rubbish")
	require.NoError(t, os.WriteFile(noProgram, []byte("\x01\x02\x03"), 0o700))
	tests := []struct {
		name string
		in   shell.CommandRequest
		code uint32
	}{
		{"empty", line(""), 87},
		{"blanks", line("  ", ""), 87},
		{"zero byte", line("echo \x00"), 87},
		{"direct without a program", direct("", "x"), 87},
		{"too long", line("echo " + strings.Repeat("a", maxLine)), codeTooLong},
		{"too long with arguments", direct("/bin/echo", strings.Repeat("ä", maxLine)), codeTooLong},
		{"no such program", direct("/no/such"), codeFileNotFound},
		{"PATH is not searched", direct("sh", "-c", "true"), codeFileNotFound},
		{"not even for powershell", direct("powershell.exe", "Write-Host", "hi"), codeFileNotFound},
		{"a directory", direct("/"), codeAccessDenied},
		{"not executable", direct(noExec), codeAccessDenied},
		{"no program", direct(noProgram), codeBadFormat},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := sh.Command(t.Context(), alice, "", &test.in)
			assertCode(t, test.code, err)
		})
	}
	_, err := sh.Command(t.Context(), alice, "", &shell.CommandRequest{Line: "/no/such", Options: direct("").Options})
	assert.ErrorContains(t, err, "The system cannot find the file specified.")
	list, err := sh.Commands(alice)
	require.NoError(t, err)
	assert.Empty(t, list)
}

func TestLongestLine(t *testing.T) {
	sh := openDefault(t)
	text := strings.Repeat("ä", maxLine-len("echo "))
	assert.Equal(t, result{stdout: text + "\n"}, finish(t, sh, run(t, sh, line("echo "+text))))
}

func TestDirectRelativeToDirectory(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "tool"), []byte("#!/bin/sh\necho tool \"$@\"\n"), 0o700))
	sh := open(t, configuration(Config{}), shell.OpenRequest{WorkingDirectory: dir})
	assert.Equal(t, result{stdout: "tool a b\n"}, finish(t, sh, run(t, sh, direct("tool", "a", "b"))))
}

func TestWorkingDirectory(t *testing.T) {
	home := t.TempDir()
	t.Setenv("HOME", home)
	require.NoError(t, os.Mkdir(filepath.Join(home, "sub"), 0o700))
	file := filepath.Join(home, "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	for _, test := range []struct{ asked, want string }{
		{"", home}, {"sub", filepath.Join(home, "sub")}, {"/", "/"},
	} {
		sh := open(t, configuration(Config{}), shell.OpenRequest{WorkingDirectory: test.asked})
		assert.Equal(t, result{stdout: test.want + "\n" + test.want + "\n"},
			finish(t, sh, run(t, sh, line(`/bin/pwd -P; echo $PWD`))), test.asked)
	}
	for _, asked := range []string{"/no/such", file, `C:\Windows`} {
		_, err := create(t, configuration(Config{}), shell.OpenRequest{WorkingDirectory: asked})
		assertCode(t, codeDirectory, err)
		assert.ErrorContains(t, err, asked)
	}
	_, err := create(t, configuration(Config{}), shell.OpenRequest{WorkingDirectory: "a\x00"})
	assertCode(t, 87, err)
}

func TestWorkingDirectoryGone(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "gone")
	require.NoError(t, os.Mkdir(dir, 0o700))
	sh := open(t, configuration(Config{}), shell.OpenRequest{WorkingDirectory: dir})
	require.NoError(t, os.Remove(dir))
	r := line("true")
	_, err := sh.Command(t.Context(), alice, "", &r)
	assertCode(t, codeDirectory, err)
}

func TestNoHome(t *testing.T) {
	t.Setenv("HOME", "/no/such")
	sh := openDefault(t)
	assert.Equal(t, "/\n", finish(t, sh, run(t, sh, line("pwd"))).stdout)
}

// TestEnvironment gives the variables of a captured session of pypsrp.
func TestEnvironment(t *testing.T) {
	t.Setenv("WINRMD_SECRET", "x")
	t.Setenv("NOTIFY_SOCKET", "x")
	t.Setenv("WINRMD", "kept")
	t.Setenv("TWICE", "server")
	t.Setenv("HOME", t.TempDir())
	odd := "_-(){}[]<>*+-/\\?\"!@#$^&|;:i,.`~0"
	sh := open(t, configuration(Config{}), shell.OpenRequest{Environment: []shell.Variable{
		{Name: "env1", Value: "var1"}, {Name: "1234", Value: "5678"}, {Name: odd, Value: odd},
		{Name: "LINES", Value: "a\nb=c"}, {Name: "EMPTY"}, {Name: "TWICE", Value: "1"}, {Name: "TWICE", Value: "2"},
		{Name: "ünï", Value: "☃"},
	}})
	out := finish(t, sh, run(t, sh, direct("/usr/bin/env", "-0")))
	require.Zero(t, out.exitCode, out.stderr)
	got := strings.Split(strings.TrimSuffix(out.stdout, "\x00"), "\x00")
	for _, want := range []string{
		"env1=var1", "1234=5678", odd + "=" + odd, "LINES=a\nb=c", "EMPTY=", "TWICE=2", "ünï=☃", "WINRMD=kept",
		"PWD=" + os.Getenv("HOME"),
	} {
		assert.Contains(t, got, want)
	}
	assert.NotContains(t, out.stdout, "WINRMD_SECRET")
	assert.NotContains(t, out.stdout, "NOTIFY_SOCKET")
	assert.Equal(t, 1, strings.Count(out.stdout, "TWICE="))
	assert.Equal(t, "var1\n", finish(t, sh, run(t, sh, line("echo $env1"))).stdout)
}

func TestEnvironmentRefused(t *testing.T) {
	for _, v := range []shell.Variable{{Name: ""}, {Name: "a=b"}, {Name: "a\x00"}, {Name: "a", Value: "\x00"}} {
		_, err := create(t, configuration(Config{}), shell.OpenRequest{Environment: []shell.Variable{v}})
		assertCode(t, 87, err)
	}
}

// TestUnwantedStream: what a client left out at Create fills no buffer.
func TestUnwantedStream(t *testing.T) {
	t.Parallel()
	cfg := configuration(Config{})
	cfg.BufferSize, cfg.SpoolSize = 64<<10, 0
	sh := open(t, cfg, shell.OpenRequest{OutputStreams: []string{"stdout", "other"}})
	cmd := run(t, sh, line("head -c 1000000 /dev/zero >&2; echo end"))
	assert.Equal(t, result{stdout: "end\n"}, finish(t, sh, cmd))
}

// TestBlock: with mode Block a command stands still while nobody receives, and
// loses nothing.
func TestBlock(t *testing.T) {
	t.Parallel()
	cfg := configuration(Config{})
	cfg.BufferSize, cfg.SpoolSize = 256<<10, 0
	sh := open(t, cfg, shell.OpenRequest{})
	progress := filepath.Join(t.TempDir(), "progress")
	const total = 8 << 20
	cmd := run(t, sh, line(`i=0; while [ $i -lt 128 ]; do head -c 65536 /dev/zero; i=$((i+1)); echo $i >`+progress+`; done`))
	count := func() string { b, _ := os.ReadFile(progress); return string(b) }
	require.Eventually(t, func() bool { return count() != "" }, wait, 10*time.Millisecond)
	var before string
	require.Eventually(t, func() bool { // it has come to a stop
		last := before
		before = count()
		return last == before
	}, wait, 300*time.Millisecond)
	assert.Less(t, len(strings.TrimSpace(before)), 2, "wrote %s blocks of 64 KiB into 256 KiB", before)
	out := finish(t, sh, cmd)
	assert.Len(t, out.stdout, total)
	assert.Zero(t, out.exitCode)
	assert.Equal(t, "128\n", count())
}

// TestEndedWhileBlocked: output that lies in the pipe when the command ends,
// and finds the buffers full, is delivered.
func TestEndedWhileBlocked(t *testing.T) {
	t.Parallel()
	cfg := configuration(Config{})
	cfg.BufferSize, cfg.SpoolSize = 64<<10, 0
	sh := open(t, cfg, shell.OpenRequest{})
	cmd := run(t, sh, line("head -c 100000 /dev/zero; echo end"))
	<-time.After(2 * grace)
	out := finish(t, sh, cmd)
	assert.Len(t, out.stdout, 100004)
	assert.True(t, strings.HasSuffix(out.stdout, "end\n"))
}

func TestManyCommands(t *testing.T) {
	sh := openDefault(t)
	var cmds []*shell.Command
	for range 50 {
		cmds = append(cmds, run(t, sh, line("cat; echo $$ >&2; exit 7")))
	}
	seen := map[string]bool{}
	for i, cmd := range cmds {
		text := strings.Repeat("x", i)
		require.NoError(t, send(t, sh, cmd, text, true))
		out := finish(t, sh, cmd)
		assert.Equal(t, text, out.stdout)
		assert.Equal(t, 7, out.exitCode)
		seen[out.stderr] = true
	}
	assert.Len(t, seen, 50)
}

func TestConnect(t *testing.T) {
	sh := openDefault(t)
	cmd := run(t, sh, line("echo one; cat; echo two"))
	require.Equal(t, "one", firstLine(t, sh, cmd))
	require.NoError(t, sh.Disconnect(t.Context(), alice, shell.DisconnectRequest{}))
	other := shell.Client{User: "alice", Session: "T"}
	out, err := sh.Connect(t.Context(), other, nil, shell.Data{})
	require.NoError(t, err)
	assert.True(t, out.Empty())
	require.NoError(t, sh.ConnectCommand(t.Context(), other, cmd.ID()))
	require.NoError(t, send(t, sh, cmd, "x\n", true))
	assert.Contains(t, finish(t, sh, cmd).stdout, "x\ntwo\n")
	info, err := sh.Info(alice)
	require.NoError(t, err)
	assert.Zero(t, info.ProcessID)
}
