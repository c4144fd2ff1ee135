package starter

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	known "github.com/winrmd/winrmd/configuration/account"
	"github.com/winrmd/winrmd/shell/process"
	"github.com/winrmd/winrmd/test/account"
)

// TestMain is also the starter that tests ask, and the hosts that it starts.
func TestMain(m *testing.M) {
	if len(os.Args) > 4 && os.Args[1] == "winrmd-test-starter" {
		minID, _ := strconv.Atoi(os.Args[3])
		policy := Policy{
			Directory: os.Args[2], Service: os.Args[4], Admission: known.Admission{MinID: minID, Names: os.Args[5:]},
			Command: []string{"/proc/self/exe", "winrmd-test-host"},
		}
		syscall.CloseOnExec(3)
		if err := Serve(os.NewFile(3, "socket"), policy, slog.New(slog.NewTextHandler(os.Stderr, nil))); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	if len(os.Args) > 1 && os.Args[1] == "winrmd-test-host" {
		host()
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// told is what a host says of itself.
type told struct {
	UID, EUID, GID int
	Groups         []int
	Directory      string
	Environment    []string
	Files          []string
	Umask          string
	Child          int
}

// host says what it is, leaves a child behind that has left its session, and waits
// for the end of its standard input.
func host() {
	t := told{UID: os.Getuid(), EUID: os.Geteuid(), GID: os.Getgid(), Environment: os.Environ()}
	t.Groups, _ = os.Getgroups()
	t.Directory, _ = os.Getwd()
	t.Umask = fmt.Sprintf("%#o", syscall.Umask(0o22))
	files, _ := os.ReadDir("/proc/self/fd")
	for _, f := range files {
		if target, err := os.Readlink("/proc/self/fd/" + f.Name()); err == nil {
			t.Files = append(t.Files, target)
		}
	}
	child := exec.Command("/bin/sleep", "1000")
	child.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if child.Start() == nil {
		t.Child = child.Process.Pid
	}
	text, _ := json.Marshal(t)
	fmt.Println(string(text))
	_, _ = io.Copy(io.Discard, os.Stdin)
}

// world is a starter with a directory that it makes others in.
type world struct {
	*testing.T
	*Client
	directory string
}

func newWorld(t *testing.T, minID int, accounts ...string) *world {
	t.Helper()
	return newWorldOf(t, "", minID, accounts...)
}

// newWorldOf is newWorld for a daemon with an account of its own.
func newWorldOf(t *testing.T, service string, minID int, accounts ...string) *world {
	t.Helper()
	directory, err := os.MkdirTemp("", "winrmd-starter-")
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, os.RemoveAll(directory)) })
	require.NoError(t, os.Chmod(directory, 0o711))
	own, its, err := Pair()
	require.NoError(t, err)
	cmd := exec.Command("/proc/self/exe", append([]string{"winrmd-test-starter", directory, strconv.Itoa(minID), service}, accounts...)...)
	cmd.ExtraFiles = []*os.File{its}
	var log strings.Builder
	cmd.Stderr = &log
	require.NoError(t, cmd.Start())
	its.Close()
	t.Cleanup(func() {
		own.Close()
		ended := make(chan error, 1)
		go func() { ended <- cmd.Wait() }()
		select {
		case err := <-ended:
			assert.NoError(t, err, "it ends when nobody can ask it any more")
		case <-time.After(time.Minute):
			assert.Fail(t, "the starter does not end")
			_ = cmd.Process.Kill()
		}
		if t.Failed() {
			t.Log(log.String())
		}
	})
	return &world{T: t, Client: NewClient(own, slog.New(slog.DiscardHandler)), directory: directory}
}

func newID() string { return strings.ToUpper(uuid.NewString()) }

// host starts a host and returns what it says, and what ends it.
func (w *world) host(id, name string) (told, func()) {
	w.Helper()
	stdin, tells, err := os.Pipe()
	require.NoError(w, err)
	hears, stdout, err := os.Pipe()
	require.NoError(w, err)
	defer stdin.Close()
	defer hears.Close()
	require.NoError(w, w.Start(id, name, process.Limits{}, stdin, stdout))
	stdout.Close()
	w.Cleanup(func() { tells.Close() })
	require.NoError(w, hears.SetReadDeadline(time.Now().Add(time.Minute)))
	line, err := bufio.NewReader(hears).ReadBytes('\n')
	require.NoError(w, err)
	var t told
	require.NoError(w, json.Unmarshal(line, &t))
	return t, func() { tells.Close() }
}

func lives(pid int) bool { return syscall.Kill(pid, 0) == nil }

func (w *world) eventuallyGone(pid int) {
	w.Helper()
	assert.Eventually(w, func() bool { return !lives(pid) }, time.Minute, 10*time.Millisecond, "process %d", pid)
}

// TestHost: a host is its account's in everything, and of everything nothing is
// left.
func TestHost(t *testing.T) {
	t.Parallel()
	ann, bob := account.New(t), account.New(t)
	require.NoError(t, account.Change("usermod", "--append", "--groups", "games", ann.Name))
	ann, err := known.LookUp(t.Context(), ann.Name)
	require.NoError(t, err)
	w := newWorld(t, min(ann.UID, bob.UID))
	id := newID()
	uid, err := w.Make(id, ann.Name)
	require.NoError(t, err)
	assert.Equal(t, ann.UID, uid)
	info, err := os.Stat(filepath.Join(w.directory, id))
	require.NoError(t, err)
	assert.Equal(t, fs.ModeDir|fs.ModeSetgid|0o770, info.Mode())
	assert.EqualValues(t, ann.UID, info.Sys().(*syscall.Stat_t).Uid)
	assert.EqualValues(t, 0, info.Sys().(*syscall.Stat_t).Gid, "the daemon's")
	_, err = w.Make(id, bob.Name)
	require.ErrorIs(t, err, fs.ErrExist)

	said, end := w.host(id, ann.Name)
	slices.Sort(said.Groups)
	groups := slices.Sorted(slices.Values(ann.Groups))
	assert.Equal(t, []int{ann.UID, ann.UID, ann.GID}, []int{said.UID, said.EUID, said.GID})
	assert.Equal(t, groups, said.Groups)
	assert.Len(t, groups, 2, "its own and games")
	assert.Equal(t, ann.Home, said.Directory)
	for _, variable := range []string{"HOME=" + ann.Home, "USER=" + ann.Name, "LOGNAME=" + ann.Name, "SHELL=/bin/sh", "PATH=" + userPath, MarkName + "=" + id} {
		assert.Contains(t, said.Environment, variable)
	}
	for _, variable := range said.Environment {
		assert.NotContains(t, variable, "HOME=/root")
		assert.False(t, strings.HasPrefix(variable, "CI="), "what is not a login's: %s", variable)
	}
	for _, file := range said.Files {
		assert.NotContains(t, file, "socket:", "the starter's own")
	}
	require.Error(t, w.Start(id, ann.Name, process.Limits{}, os.Stdin, os.Stderr), "it has a host")
	require.ErrorContains(t, w.Remove(id), "lives")
	assert.True(t, lives(said.Child))
	end()
	w.eventuallyGone(said.Child)

	assert.Eventually(t, func() bool { return w.Remove(id) == nil }, time.Minute, 10*time.Millisecond)
	assert.NoDirExists(t, filepath.Join(w.directory, id))
	require.NoError(t, w.Remove(id), "it has gone already")
}

// TestClear: a host that does not end, and everything of it, is ended; output of
// finished commands is told of.
func TestClear(t *testing.T) {
	t.Parallel()
	ann := account.New(t)
	w := newWorld(t, ann.UID)
	id := newID()
	_, err := w.Make(id, ann.Name)
	require.NoError(t, err)
	said, _ := w.host(id, ann.Name)
	remains, err := w.Clear(id)
	require.NoError(t, err)
	assert.False(t, remains)
	w.eventuallyGone(said.Child)
	require.NoError(t, os.MkdirAll(filepath.Join(w.directory, id, "spool"), 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(w.directory, id, "spool", "index"), []byte("x"), 0o600))
	remains, err = w.Clear(id)
	require.NoError(t, err)
	assert.True(t, remains)
	said, end := w.host(id, ann.Name)
	assert.Equal(t, ann.UID, said.UID, "another host for what the first has left")
	end()
	w.eventuallyGone(said.Child)
}

// TestOtherAccounts is the table of attempts to become who one must not be.
func TestOtherAccounts(t *testing.T) {
	t.Parallel()
	ann, bob := account.New(t), account.New(t)
	system, allowed := account.New(t, "--system"), account.New(t, "--system")
	w := newWorld(t, min(ann.UID, bob.UID), allowed.Name, "root")
	victim := filepath.Join(t.TempDir(), "victim")
	require.NoError(t, os.MkdirAll(filepath.Join(victim, "sub"), 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(victim, "sub", "file"), nil, 0o600))

	anns := newID()
	_, err := w.Make(anns, ann.Name)
	require.NoError(t, err)
	linked := newID()
	require.NoError(t, os.Symlink(victim, filepath.Join(w.directory, linked)))
	made := func(f func(id string) error) func() error {
		return func() error {
			id := newID()
			err := f(id)
			assert.NoDirExists(t, filepath.Join(w.directory, id))
			return err
		}
	}
	make := func(name string) func() error {
		return made(func(id string) error { _, err := w.Make(id, name); return err })
	}
	start := func(id, name string) func() error {
		return func() error { return w.Start(id, name, process.Limits{}, os.Stdin, os.Stderr) }
	}
	for name, test := range map[string]struct {
		try     func() error
		because string
	}{
		"the superuser":                        {make("root"), "superuser"},
		"one of the system":                    {make(system.Name), "from"},
		"nobody's":                             {make("wrt-no-such-account"), "no account"},
		"a number":                             {make("0"), "number"},
		"an option of getent":                  {make("--service=files"), "begins with -"},
		"a host without a directory":           {start(newID(), ann.Name), "no such file"},
		"another's directory":                  {start(anns, bob.Name), "no directory of account"},
		"the superuser in another's directory": {start(anns, "root"), "superuser"},
		"a link for a directory":               {start(linked, ann.Name), "no directory of account"},
		"a directory that is there, as a link": {func() error { _, err := w.Make(linked, ann.Name); return err }, fs.ErrExist.Error()},
		"a start without descriptors": {func() error {
			_, err := w.ask(&request{Operation: operationStart, ShellID: anns, Account: ann.Name})
			return err
		}, "0 descriptors"},
		"a start with one descriptor": {func() error {
			_, err := w.ask(&request{Operation: operationStart, ShellID: anns, Account: ann.Name}, os.Stdin)
			return err
		}, "1 descriptors"},
		"a removal with descriptors": {func() error {
			_, err := w.ask(&request{Operation: operationRemove, ShellID: anns}, os.Stdin)
			return err
		}, "1 descriptors"},
		"too many descriptors": {func() error {
			_, err := w.ask(&request{Operation: operationRemove, ShellID: anns}, os.Stdin, os.Stdin, os.Stdin, os.Stdin)
			return err
		}, "does not answer"},
	} {
		t.Run(name, func(t *testing.T) {
			err := test.try()
			require.Error(t, err)
			assert.Contains(t, err.Error(), test.because)
		})
	}
	_, err = w.Make(newID(), allowed.Name)
	require.NoError(t, err, "an account of the system that is allowed by name")

	// What is removed is what lies there, and not what it points to.
	require.NoError(t, os.Symlink(victim, filepath.Join(w.directory, anns, "link")))
	require.NoError(t, w.Remove(anns))
	require.NoError(t, w.Remove(linked))
	assert.FileExists(t, filepath.Join(victim, "sub", "file"))
	assert.NoFileExists(t, filepath.Join(w.directory, linked))
}

// TestServiceAccount is the table of attempts around the daemon's own account, as
// which hosts run for users who have none: it is that one, and no other.
func TestServiceAccount(t *testing.T) {
	t.Parallel()
	service, other, ann := account.New(t, "--system"), account.New(t, "--system"), account.New(t)
	alias := account.New(t, "--non-unique", "--uid", strconv.Itoa(service.UID))
	w := newWorldOf(t, service.Name, ann.UID)
	assert.Equal(t, service.Name, w.Service())
	id, anns := newID(), newID()
	uid, err := w.Make(id, service.Name)
	require.NoError(t, err)
	assert.Equal(t, service.UID, uid)
	said, end := w.host(id, service.Name)
	defer end()
	assert.Equal(t, []int{service.UID, service.UID, service.GID}, []int{said.UID, said.EUID, said.GID})
	assert.Contains(t, said.Environment, "HOME="+service.Home)
	_, err = w.Make(anns, ann.Name)
	require.NoError(t, err)
	without, superusers := newWorld(t, ann.UID), newWorldOf(t, "root", 0, "root")
	assert.Empty(t, without.Service())
	for name, test := range map[string]struct {
		w             *world
		name, because string
	}{
		"another of the system":          {w, other.Name, "from"},
		"another name of its number":     {w, alias.Name, "from"},
		"its number":                     {w, strconv.Itoa(service.UID), "number"},
		"its name in capitals":           {w, strings.ToUpper(service.Name), "no account"},
		"its name with a domain":         {w, service.Name + "@" + service.Name, "no account"},
		"where the daemon has none":      {without, service.Name, "from"},
		"the superuser":                  {w, "root", "superuser"},
		"the superuser, as the daemon's": {superusers, "root", "superuser"},
	} {
		t.Run(name, func(t *testing.T) {
			id := newID()
			_, err := test.w.Make(id, test.name)
			require.ErrorContains(t, err, test.because)
			require.NoError(t, os.Mkdir(filepath.Join(test.w.directory, id), 0o700))
			require.ErrorContains(t, test.w.Start(id, test.name, process.Limits{}, os.Stdin, os.Stderr), test.because)
		})
	}
	require.ErrorContains(t, w.Start(anns, service.Name, process.Limits{}, os.Stdin, os.Stderr), "no directory of account")
	require.ErrorContains(t, w.Start(id, ann.Name, process.Limits{}, os.Stdin, os.Stderr), "no directory of account")
}

// TestNoSense: packets that say nothing are not answered with more than an error,
// and the starter serves on.
func TestNoSense(t *testing.T) {
	t.Parallel()
	ann := account.New(t)
	w := newWorld(t, ann.UID)
	for name, test := range attempts {
		if test.packet == "" {
			continue
		}
		t.Run(name, func(t *testing.T) {
			ours, theirs, err := pair()
			require.NoError(t, err)
			defer ours.Close()
			err = send(w.File(), []byte(test.packet), theirs)
			theirs.Close()
			require.NoError(t, err)
			a, err := receiveAnswer(ours, time.Now().Add(time.Minute))
			require.NoError(t, err)
			assert.Contains(t, a.Error, test.because)
		})
	}
	require.NoError(t, send(w.File(), []byte("nobody to answer")))
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	require.NoError(t, err)
	require.NoError(t, send(w.File(), []byte("an answer to a file that is no socket"), null))
	null.Close()
	_, err = w.Make(newID(), ann.Name)
	require.NoError(t, err)
}
