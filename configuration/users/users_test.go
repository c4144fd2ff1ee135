package users

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/configuration"
)

// cheapFile is a users file with one user, "Alice", whose password is
// "password" and cheap to check.
func cheapFile(t testing.TB) (*File, string) {
	path := filepath.Join(t.TempDir(), "users.toml")
	write(t, path, record{Name: "Alice", Password: referenceHash})
	return Open(path), path
}

func write(t testing.TB, path string, users ...record) {
	content, err := document{User: users}.encode()
	require.NoError(t, err)
	require.NoError(t, configuration.WriteFile(path, content, 0o600))
}

func names(t *testing.T, f *File) []string {
	list, err := f.List()
	require.NoError(t, err)
	all := []string{}
	for _, u := range list {
		all = append(all, u.Name)
	}
	return all
}

func TestAddListRemove(t *testing.T) {
	path := filepath.Join(t.TempDir(), "users.toml")
	f := Open(path)
	assert.Empty(t, names(t, f), "no file, no users")

	replaced, err := f.Add("Alice", "one")
	require.NoError(t, err)
	assert.False(t, replaced)
	_, err = f.Add("bob", "two")
	require.NoError(t, err)
	assert.Equal(t, []string{"Alice", "bob"}, names(t, f))
	if runtime.GOOS != "windows" {
		info, err := os.Stat(path)
		require.NoError(t, err)
		assert.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	}
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.NotContains(t, string(content), "one")

	user, _, err := f.Verify(t.Context(), "ALICE", "one")
	require.NoError(t, err)
	assert.Equal(t, User{Name: "Alice"}, user)

	replaced, err = f.Add("aLiCe", "new")
	require.NoError(t, err)
	assert.True(t, replaced)
	assert.Equal(t, []string{"Alice", "bob"}, names(t, f), "the name stays as it was")
	_, _, err = f.Verify(t.Context(), "Alice", "one")
	assert.ErrorIs(t, err, ErrUnknownUserOrPassword)
	_, _, err = f.Verify(t.Context(), "Alice", "new")
	assert.NoError(t, err)

	require.NoError(t, f.Remove("ALICE"))
	assert.Equal(t, []string{"bob"}, names(t, f))
	assert.ErrorIs(t, f.Remove("Alice"), ErrUnknownUser)
	_, _, err = f.Verify(t.Context(), "Alice", "new")
	assert.ErrorIs(t, err, ErrUnknownUserOrPassword)
}

func TestAddRefusesBadNamesAndPasswords(t *testing.T) {
	f := Open(filepath.Join(t.TempDir(), "users.toml"))
	for _, c := range [][2]string{{"", "x"}, {`a\b`, "x"}, {"a", ""}, {"a", strings.Repeat("x", 1025)}} {
		_, err := f.Add(c[0], c[1])
		assert.Error(t, err)
	}
	assert.Empty(t, names(t, f))
}

func TestVerify(t *testing.T) {
	f, _ := cheapFile(t)
	host, err := os.Hostname()
	require.NoError(t, err)
	for _, name := range []string{"Alice", "alice", `.\alice`, host + `\ALICE`} {
		user, credential, err := f.Verify(t.Context(), name, "password")
		require.NoError(t, err, name)
		assert.Equal(t, "Alice", user.Name)
		generation, ok := f.Generation(name)
		assert.True(t, ok)
		assert.Equal(t, generation, credential)
	}
	for _, c := range [][2]string{
		{"Alice", "Password"}, {"Alice", ""}, {"Alice", strings.Repeat("x", 1025)}, {"nobody", "password"}, {"", "password"},
		{`ELSEWHERE\Alice`, "password"}, {"Alice@REALM", "password"}, {"Alice ", "password"},
	} {
		user, credential, err := f.Verify(t.Context(), c[0], c[1])
		assert.Equal(t, ErrUnknownUserOrPassword, err, "%q", c)
		assert.Empty(t, user)
		assert.Empty(t, credential)
	}
}

func TestGenerationChangesWithTheEntry(t *testing.T) {
	f, path := cheapFile(t)
	bob := record{Name: "bob", Password: referenceHash}
	before, ok := f.Generation("alice")
	require.True(t, ok)

	write(t, path, bob, record{Name: "Alice", Password: referenceHash})
	same, ok := f.Generation("alice")
	require.True(t, ok)
	assert.Equal(t, before, same, "another user's change does not matter")

	_, err := f.Add("Alice", "password")
	require.NoError(t, err)
	after, ok := f.Generation("alice")
	require.True(t, ok)
	assert.NotEqual(t, before, after, "the same password, set again")

	write(t, path, bob)
	_, ok = f.Generation("alice")
	assert.False(t, ok)
	require.NoError(t, os.Remove(path))
	_, ok = f.Generation("bob")
	assert.False(t, ok)
}

func TestFileThatOthersCanReadIsRefused(t *testing.T) {
	if runtime.GOOS == "windows" {
		return // no modes there
	}
	f, path := cheapFile(t)
	_, ok := f.Generation("alice")
	require.True(t, ok)
	for _, mode := range []os.FileMode{0o640, 0o604, 0o620} {
		require.NoError(t, os.Chmod(path, mode))
		_, _, err := f.Verify(t.Context(), "alice", "password")
		assert.ErrorContains(t, err, "chmod 600 "+path)
		assert.NotErrorIs(t, err, ErrUnknownUserOrPassword)
		_, ok := f.Generation("alice")
		assert.False(t, ok)
		_, err = f.List()
		assert.ErrorContains(t, err, "chmod 600")
		_, err = f.Add("bob", "x")
		assert.ErrorContains(t, err, "chmod 600")
	}
	require.NoError(t, os.Chmod(path, 0o600))
	_, _, err := f.Verify(t.Context(), "alice", "password")
	assert.NoError(t, err)
}

func TestBrokenFileLetsNobodyIn(t *testing.T) {
	f, path := cheapFile(t)
	_, _, err := f.Verify(t.Context(), "alice", "password")
	require.NoError(t, err)
	for name, c := range map[string]struct{ content, want string }{
		"syntax":      {"[[User]\n", "users.toml:1:"},
		"unknown key": {"[[User]]\nName = \"a\"\nSecret = 1\n", "users.toml:3:1: User.Secret"},
		"twice":       {"[[User]]\nName = \"a\"\nPassword = \"" + referenceHash + "\"\n[[User]]\nName = \"A\"\nPassword = \"" + referenceHash + "\"\n", "User 2 (A): the user is there twice"},
		"bad name":    {"[[User]]\nName = \"a@b\"\nPassword = \"" + referenceHash + "\"\n", "User 1 (a@b): "},
		"clear text":  {"[[User]]\nName = \"a\"\nPassword = \"hunter2\"\n", "User 1 (a): not an argon2id hash"},
	} {
		t.Run(name, func(t *testing.T) {
			require.NoError(t, os.WriteFile(path, []byte(c.content), 0o600))
			for range 2 {
				_, _, err := f.Verify(t.Context(), "alice", "password")
				require.ErrorContains(t, err, c.want)
				assert.NotContains(t, err.Error(), "hunter2")
				assert.NotErrorIs(t, err, ErrUnknownUserOrPassword)
			}
			_, ok := f.Generation("alice")
			assert.False(t, ok)
			assert.ErrorContains(t, f.Remove("a"), c.want, "and is not written over")
		})
	}
}

func TestVerifyWaitsForRoomUntilTheContextEnds(t *testing.T) {
	f, _ := cheapFile(t)
	synctest.Test(t, func(t *testing.T) {
		f := &File{path: f.path, hashing: make(limiter, maxHashes), dummy: f.dummy}
		require.NoError(t, f.hashing.enter(t.Context()))
		require.NoError(t, f.hashing.enter(t.Context()))

		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		start := time.Now()
		_, _, err := f.Verify(ctx, "alice", "password")
		assert.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Equal(t, time.Minute, time.Since(start))

		done := make(chan error, 1)
		go func() {
			_, _, err := f.Verify(t.Context(), "alice", "password")
			done <- err
		}()
		synctest.Wait()
		assert.Empty(t, done)
		f.hashing.leave()
		assert.NoError(t, <-done)
	})
}

// An unknown user costs a hash as dear as a new user's.
func TestUnknownUserCostsAHash(t *testing.T) {
	f, _ := cheapFile(t)
	assert.Equal(t, [3]int{newMemory, newTime, newParallelism}, [3]int{int(f.dummy.memory), int(f.dummy.time), int(f.dummy.parallelism)})
	shortest := func(name string) time.Duration {
		least := time.Hour
		for range 3 {
			start := time.Now()
			_, _, err := f.Verify(t.Context(), name, "wrong")
			least = min(least, time.Since(start))
			require.ErrorIs(t, err, ErrUnknownUserOrPassword)
		}
		return least
	}
	// Alice's own hash costs a hundredth of that, so this is no close call.
	assert.Greater(t, shortest("nobody"), 4*shortest("alice"))
}

// The helper of TestProcessesDoNotLoseChanges: one process that adds users.
func TestAddingProcess(t *testing.T) {
	path := os.Getenv("WINRMD_TEST_USERS_FILE")
	if path == "" {
		return
	}
	f := Open(path)
	for i := range 5 {
		require.NoError(t, f.change(func(d *document) error {
			d.User = append(d.User, record{Name: fmt.Sprintf("u%s-%d", os.Getenv("WINRMD_TEST_PREFIX"), i), Password: referenceHash})
			return nil
		}))
	}
}

func TestProcessesDoNotLoseChanges(t *testing.T) {
	f, path := cheapFile(t)
	var processes []*exec.Cmd
	for i := range 4 {
		p := exec.Command(os.Args[0], "-test.run=^TestAddingProcess$")
		p.Env = append(os.Environ(), "WINRMD_TEST_USERS_FILE="+path, fmt.Sprintf("WINRMD_TEST_PREFIX=%d", i))
		require.NoError(t, p.Start())
		processes = append(processes, p)
	}
	for _, p := range processes {
		require.NoError(t, p.Wait())
	}
	assert.Len(t, names(t, f), 1+4*5)
}

func BenchmarkVerify(b *testing.B) {
	f := Open(filepath.Join(b.TempDir(), "users.toml"))
	for b.Loop() {
		_, _, err := f.Verify(b.Context(), "nobody", "password")
		require.ErrorIs(b, err, ErrUnknownUserOrPassword)
	}
}

func BenchmarkGeneration(b *testing.B) {
	f, path := cheapFile(b)
	old := time.Now().Add(-time.Hour)
	require.NoError(b, os.Chtimes(path, old, old))
	for b.Loop() {
		f.Generation("alice")
	}
}
