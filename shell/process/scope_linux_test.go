package process

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func empty(t *testing.T, s *Scope) bool {
	t.Helper()
	is, err := s.Empty()
	require.NoError(t, err)
	return is
}

func TestScopeKill(t *testing.T) {
	tests := []struct {
		name string
		kill func(*Scope) error
	}{
		{"at once", (*Scope).Kill},
		{"one by one", (*Scope).killEach},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s, scope := newSleepers(t), newScope(t)
			assert.True(t, empty(t, scope))
			c := s.command("i=0; while [ $i -lt 200 ]; do (env -i setsid zzz &); i=$((i+1)); done; wait; zzz")
			scope.Attach(c)
			var starter Starter
			defer starter.Stop()
			_, err := starter.Start(c)
			require.NoError(t, err)
			s.wait(t, 20)
			assert.False(t, empty(t, scope))

			require.NoError(t, test.kill(scope))
			assert.EqualError(t, c.Wait(), "signal: killed")
			require.NoError(t, scope.Remove(t.Context()))
			assert.Empty(t, s.pids(t))
		})
	}
}

func TestScopeFromTheFirstInstruction(t *testing.T) {
	scope := newScope(t)
	var out bytes.Buffer
	c := exec.Command("cat", "/proc/self/cgroup")
	c.Stdout = &out
	scope.Attach(c)
	_, err := Start(c)
	require.NoError(t, err)
	require.NoError(t, c.Wait())
	assert.Contains(t, out.String(), "/"+filepath.Base(scope.Path())+"\n")
	assert.True(t, c.SysProcAttr.Setsid)
	require.NoError(t, scope.Remove(t.Context()))
}

func TestScopeRemoveNested(t *testing.T) {
	s, scope := newSleepers(t), newScope(t)
	c := s.command("mkdir -p $SCOPE/a/b $SCOPE/a/c $SCOPE/winrmd-d && echo 0 >$SCOPE/a/b/cgroup.procs && (setsid zzz &); zzz")
	c.Env = []string{"SCOPE=" + scope.Path(), "PATH=" + os.Getenv("PATH")}
	scope.Attach(c)
	_, err := Start(c)
	require.NoError(t, err)
	s.wait(t, 2)

	short, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	assert.ErrorIs(t, scope.Remove(short), context.DeadlineExceeded)
	assert.False(t, empty(t, scope))

	removed := make(chan error, 1)
	go func() { removed <- scope.Remove(t.Context()) }()
	other, err := OpenScope(scope.Path())
	require.NoError(t, err)
	require.NoError(t, other.Kill())
	assert.EqualError(t, c.Wait(), "signal: killed")
	require.NoError(t, <-removed)

	assert.True(t, empty(t, other), "it is gone")
	require.NoError(t, other.Kill(), "nobody is there")
	require.NoError(t, other.Remove(t.Context()))
}

// TestScopeOfTheSamePath: who holds a scope that was removed does nothing to
// another one that was made in its place.
func TestScopeOfTheSamePath(t *testing.T) {
	s, first := newSleepers(t), newScope(t)
	held, err := OpenScope(first.Path())
	require.NoError(t, err)
	require.NoError(t, first.Remove(t.Context()))
	name := strings.TrimPrefix(filepath.Base(held.Path()), scopePrefix)
	second, err := NewScope(name)
	require.NoError(t, err)
	_, err = NewScope(name)
	require.ErrorIs(t, err, fs.ErrExist)
	c := s.command("exec zzz")
	second.Attach(c)
	_, err = Start(c)
	require.NoError(t, err)

	require.NoError(t, held.Kill())
	require.NoError(t, held.Remove(t.Context()))
	assert.Len(t, s.wait(t, 1), 1)
	assert.False(t, empty(t, second))
	require.NoError(t, second.Kill())
	assert.Error(t, c.Wait())
	require.NoError(t, second.Remove(t.Context()))
}

// TestScopeBeside: a scope made from within one is not a part of it.
func TestScopeBeside(t *testing.T) {
	if os.Getenv(aloneVariable) == "" {
		around := newScope(t)
		alone(t, around.Attach)
		require.NoError(t, around.Remove(t.Context()))
		return
	}
	groups, err := os.ReadFile("/proc/self/cgroup")
	require.NoError(t, err)
	own, _ := unifiedPath(string(groups))
	require.True(t, isScope(filepath.Base(own)), own)
	scope := newScope(t)
	assert.NotContains(t, scope.Path(), filepath.Base(own))
	assert.DirExists(t, filepath.Join(filepath.Dir(scope.Path()), filepath.Base(own)))
	require.NoError(t, scope.Remove(t.Context()))
}

func TestScopeNames(t *testing.T) {
	for _, name := range []string{"", ".", "..", "a/b", "../a", "a.service", "a b", "ä", strings.Repeat("a", 249)} {
		_, err := NewScope(name)
		require.Error(t, err, name)
		assert.NotErrorIs(t, err, ErrNoCgroup)
	}
}

func TestOpenScopeRefuses(t *testing.T) {
	scope := newScope(t)
	name := fmt.Sprint(os.Getpid())
	within := filepath.Join(scope.Path(), "winrmd-"+name)
	require.NoError(t, os.Mkdir(within, 0o755))
	temporary := t.TempDir()
	plain, link := filepath.Join(temporary, "winrmd-plain"), filepath.Join(temporary, "winrmd-link")
	require.NoError(t, os.Mkdir(plain, 0o755))
	require.NoError(t, os.Symlink(scope.Path(), link))
	tests := []struct{ name, path string }{
		{"empty", ""},
		{"relative", filepath.Base(scope.Path())},
		{"root", "/"},
		{"all of them", unified(t)},
		{"another name", makeGroup(t, "other-"+name)},
		{"only the prefix", makeGroup(t, "winrmd-")},
		{"a unit", makeGroup(t, "winrmd-"+name+".service")},
		{"within a scope", within},
		{"a directory", plain},
		{"a link", link},
		{"a file", filepath.Join(scope.Path(), "cgroup.procs")},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := OpenScope(test.path)
			assert.ErrorIs(t, err, ErrForeign)
		})
	}
	_, err := OpenScope(scope.Path() + "x")
	assert.ErrorIs(t, err, fs.ErrNotExist)
	require.NoError(t, scope.Remove(t.Context()))
}
