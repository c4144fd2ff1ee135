//go:build unix && !darwin

package account

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestLookUpTheSuperuser(t *testing.T) {
	t.Parallel()
	a, err := LookUp(t.Context(), "root")
	require.NoError(t, err)
	assert.Equal(t, "root", a.Name)
	assert.True(t, a.Superuser())
	assert.Contains(t, a.Groups, 0)
	assert.NotEmpty(t, a.Home)
}

func TestLookUpNobody(t *testing.T) {
	t.Parallel()
	// A number is no name: getent would find the superuser by it.
	for _, name := range []string{"0", "-s", "no-such-account-here", "", `CORP\root`} {
		_, err := LookUp(t.Context(), name)
		var notFound *NotFoundError
		require.ErrorAs(t, err, &notFound, "%q", name)
	}
}

func TestLookUpEnds(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := LookUp(ctx, "root")
	require.ErrorIs(t, err, context.Canceled)
}

// TestStart: every program is started by whoever knows which children are ours.
func TestStart(t *testing.T) {
	t.Parallel()
	started := 0
	names := Service{Start: func(c *exec.Cmd) error { started++; return c.Start() }}
	_, err := names.LookUp(t.Context(), "root")
	require.NoError(t, err)
	assert.Equal(t, 2, started, "getent and id")
	_, err = names.Own(t.Context())
	require.NoError(t, err)
	assert.Equal(t, 3, started)
	names.Start = func(*exec.Cmd) error { return errors.New("no more processes") }
	_, err = names.LookUp(t.Context(), "root")
	require.ErrorContains(t, err, "no more processes")
}

func TestOwn(t *testing.T) {
	t.Parallel()
	a, err := Service{}.Own(t.Context())
	require.NoError(t, err)
	assert.Equal(t, os.Geteuid(), a.UID)
}

// TestRenamed has what the name service was asked by, and what it said.
func TestRenamed(t *testing.T) {
	t.Parallel()
	a, err := Service{}.renamed(t.Context(), `CORP\root`, &Account{Name: "root", UID: 70001})
	require.NoError(t, err)
	assert.Equal(t, `CORP\root`, a.Name, "the machine's own root is another")
	a, err = Service{}.renamed(t.Context(), "ROOT", &Account{Name: "root"})
	require.NoError(t, err)
	assert.Equal(t, "root", a.Name)
	_, err = Service{}.renamed(t.Context(), "ann", &Account{Name: "root"})
	assert.Error(t, err)
}
