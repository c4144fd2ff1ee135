package usertoken

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/windows"

	"github.com/winrmd/winrmd/configuration/account"
	"github.com/winrmd/winrmd/shell/process"
)

// TestDescriptorsParse: the system takes the descriptors as they are meant.
func TestDescriptorsParse(t *testing.T) {
	for _, text := range []string{directoryDescriptor(serviceID, annID), stateDescriptor(serviceID), sessionsDescriptor(serviceID), jobDescriptor(serviceID, annID)} {
		sd, err := windows.SecurityDescriptorFromString(text)
		require.NoError(t, err, text)
		control, _, err := sd.Control()
		require.NoError(t, err)
		assert.NotZero(t, control&windows.SE_DACL_PROTECTED, "nothing comes from above")
	}
	sd, err := windows.SecurityDescriptorFromString(directoryDescriptor(serviceID, annID))
	require.NoError(t, err)
	named, err := names(sd, annID)
	require.NoError(t, err)
	assert.True(t, named)
	named, err = names(sd, annID+"1")
	require.NoError(t, err)
	assert.False(t, named)
}

// TestDirectory: a directory is one account's, and of its making.
func TestDirectory(t *testing.T) {
	service, err := ownSID()
	require.NoError(t, err)
	parent := t.TempDir()
	id := strings.ToUpper(uuid.NewString())
	path := filepath.Join(parent, id)
	// For this account itself, since tests have no other.
	require.NoError(t, makeDirectory(path, directoryDescriptor(service, service)))
	require.ErrorIs(t, makeDirectory(path, directoryDescriptor(service, service)), fs.ErrExist)
	require.NoError(t, checkDirectory(path, service, service))
	require.ErrorContains(t, checkDirectory(path, service, annID), "no directory of account")
	require.ErrorContains(t, checkDirectory(path, "S-1-5-19", service), "no directory of account")
	require.ErrorIs(t, checkDirectory(path+"0", service, service), fs.ErrNotExist)
	file := filepath.Join(parent, "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	require.ErrorContains(t, checkDirectory(file, service, service), "is no directory")

	assert.False(t, hasRemains(parent, id))
	require.NoError(t, os.MkdirAll(filepath.Join(path, "spool"), 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(path, "spool", "index"), []byte("x"), 0o600))
	assert.True(t, hasRemains(parent, id))
	require.NoError(t, removeDirectory(parent, id))
	assert.NoDirExists(t, path)
	require.NoError(t, removeDirectory(parent, id), "it has gone already")
}

func TestGuard(t *testing.T) {
	state := t.TempDir()
	sessions := filepath.Join(state, "shells")
	require.NoError(t, os.Mkdir(sessions, 0o700))
	require.NoError(t, Guard(state, sessions))
	require.NoError(t, os.WriteFile(filepath.Join(state, "users.toml"), nil, 0o600), "this account is let in")
	require.NoError(t, os.WriteFile(filepath.Join(sessions, "file"), nil, 0o600))
	require.Error(t, Guard(filepath.Join(state, "none"), sessions))
	require.ErrorContains(t, Guard(filepath.VolumeName(state)+`\`, sessions), "cannot be a state directory")
}

// TestPrivileges: what is missing is named; who has all may go on.
func TestPrivileges(t *testing.T) {
	err := Enable()
	if missing := (*PrivilegeError)(nil); errors.As(err, &missing) {
		assert.NotEmpty(t, missing.Missing)
		for _, name := range missing.Missing {
			assert.Contains(t, needed, name)
		}
		return
	}
	assert.NoError(t, err)
}

// newStarter makes a Starter whose hosts are this program's TestHostRole, and whose
// logons give this process's own token.
func newStarter(t *testing.T) (*Starter, string) {
	t.Helper()
	directory := t.TempDir()
	s, err := NewStarter(Config{
		Directory: directory, Command: []string{os.Args[0], "-test.run=^TestHostRole$"}, Log: slog.New(slog.DiscardHandler),
	})
	require.NoError(t, err)
	s.logOn = func(*account.Account) (windows.Token, error) {
		var own windows.Token
		if err := windows.OpenProcessToken(windows.CurrentProcess(), windows.TOKEN_ALL_ACCESS, &own); err != nil {
			return 0, err
		}
		defer own.Close()
		return primary(own)
	}
	return s, directory
}

// TestHostRole is a host: it says what it is and ends with its input.
func TestHostRole(t *testing.T) {
	id := os.Getenv(MarkName)
	if id == "" {
		return
	}
	sid, err := ownSID()
	require.NoError(t, err)
	directory, err := os.Getwd()
	require.NoError(t, err)
	use, err := process.UseOf(id)
	fmt.Printf("%s|%s|%d|%v|%s\n", sid, directory, use.Processes, err, os.Getenv("USERPROFILE"))
	_, _ = io.Copy(io.Discard, os.Stdin)
}

// runHost starts a host of this account and returns what it says, and its input.
func runHost(t *testing.T, s *Starter, id string) (said []string, stdin io.Closer) {
	t.Helper()
	own, err := account.Service{}.Own(t.Context())
	require.NoError(t, err)
	if _, err := s.Make(id, own.Name); !errors.Is(err, fs.ErrExist) {
		require.NoError(t, err)
	}
	in, tells, err := os.Pipe()
	require.NoError(t, err)
	hears, out, err := os.Pipe()
	require.NoError(t, err)
	defer hears.Close()
	t.Cleanup(func() { tells.Close() })
	require.NoError(t, s.Start(id, own.Name, process.Limits{Processes: 20}, in, out))
	require.Error(t, s.Start(id, own.Name, process.Limits{}, in, out), "it has a host")
	in.Close()
	out.Close()
	line, err := bufio.NewReader(hears).ReadString('\n')
	require.NoError(t, err)
	return strings.Split(strings.TrimSpace(line), "|"), tells
}

// TestStart: a host has the token, a home, and is in its job before it does
// anything; when it ends nothing is left.
func TestStart(t *testing.T) {
	s, directory := newStarter(t)
	id := strings.ToUpper(uuid.NewString())
	said, stdin := runHost(t, s, id)
	own, err := account.Service{}.Own(t.Context())
	require.NoError(t, err)
	require.Len(t, said, 5)
	assert.Equal(t, own.SID, said[0])
	assert.True(t, strings.EqualFold(said[4], said[1]), "%s is at home in %s", said[1], said[4])
	assert.Equal(t, []string{"1", "<nil>"}, said[2:4], "its job, as it sees it")
	assert.NotEmpty(t, said[4])
	require.ErrorContains(t, s.Remove(id), "lives")
	require.NoError(t, stdin.Close())
	assert.Eventually(t, func() bool { return s.Remove(id) == nil }, time.Minute, 10*time.Millisecond)
	assert.NoDirExists(t, filepath.Join(directory, id))
}

// TestClear: a host that does not end is ended, also one that another Starter has
// started, and output that lies there is told of.
func TestClear(t *testing.T) {
	s, directory := newStarter(t)
	id := strings.ToUpper(uuid.NewString())
	runHost(t, s, id)
	remains, err := s.Clear(id)
	require.NoError(t, err)
	assert.False(t, remains)
	require.NoError(t, os.MkdirAll(filepath.Join(directory, id, "spool"), 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(directory, id, "spool", "index"), []byte("x"), 0o600))
	runHost(t, s, id)
	other, _ := newStarter(t)
	other.config.Directory = directory
	remains, err = other.Clear(id)
	require.NoError(t, err)
	assert.True(t, remains)
	assert.Eventually(t, func() bool { return s.Remove(id) == nil }, time.Minute, 10*time.Millisecond)
}

// TestOtherToken: a token of somebody else than asked for starts nothing.
func TestOtherToken(t *testing.T) {
	s, _ := newStarter(t)
	token, err := s.logOn(nil)
	require.NoError(t, err)
	defer token.Close()
	own, err := ownSID()
	require.NoError(t, err)
	require.NoError(t, checkToken(token, own))
	require.Error(t, checkToken(token, annID))
}

// TestNobodyLogsOn: whoever is not there is not logged on, with and without the
// right to.
func TestNobodyLogsOn(t *testing.T) {
	for _, p := range []principal{{name: "no-such-account"}, {"NOSUCHDOMAIN", "ann"}, {name: "a\x00b"}, {}} {
		_, err := withoutPassword(p)
		assert.Error(t, err, "%+v", p)
	}
	_, err := withPassword(principal{name: "ann"}, "pass\x00word")
	assert.Error(t, err)
}

// TestRefused is the table of attempts that fail before anything is made.
func TestRefused(t *testing.T) {
	s, directory := newStarter(t)
	id := strings.ToUpper(uuid.NewString())
	for name, because := range map[string]string{
		`NT AUTHORITY\SYSTEM`: "account of the system", `BUILTIN\Administrators`: "a local group", "Everyone": "a group",
		"no-such-account-here": "no account", "1000": "no account",
	} {
		_, err := s.Make(id, name)
		require.ErrorContains(t, err, because, name)
		require.ErrorContains(t, s.Start(id, name, process.Limits{}, os.Stdin, os.Stdout), because, name)
		assert.NoDirExists(t, filepath.Join(directory, id))
	}
	remains, err := s.Clear(id)
	require.NoError(t, err, "nothing is left of what never was")
	assert.False(t, remains)
	require.NoError(t, s.Remove(id))
}
