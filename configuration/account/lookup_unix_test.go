//go:build unix && !darwin

package account

import (
	"context"
	"os"
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

func TestOwn(t *testing.T) {
	t.Parallel()
	a, err := Own(t.Context())
	require.NoError(t, err)
	assert.Equal(t, os.Geteuid(), a.UID)
}

// TestRenamed has what the name service was asked by, and what it said.
func TestRenamed(t *testing.T) {
	t.Parallel()
	a, err := renamed(t.Context(), `CORP\root`, &Account{Name: "root", UID: 70001})
	require.NoError(t, err)
	assert.Equal(t, `CORP\root`, a.Name, "the machine's own root is another")
	a, err = renamed(t.Context(), "ROOT", &Account{Name: "root"})
	require.NoError(t, err)
	assert.Equal(t, "root", a.Name)
	_, err = renamed(t.Context(), "ann", &Account{Name: "root"})
	assert.Error(t, err)
}
