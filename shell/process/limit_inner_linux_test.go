package process

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Who is in a scope himself ends what he has started, and not himself.
func TestInnerScope(t *testing.T) {
	const variable = "WINRMD_TEST_SCOPE"
	if os.Getenv(aloneVariable) != t.Name() {
		outer := newScope(t)
		alone(t, func(c *exec.Cmd) {
			outer.Attach(c)
			c.Env = append(c.Env, variable+"="+outer.Path())
		})
		require.NoError(t, outer.Remove(t.Context()))
		return
	}
	path := os.Getenv(variable)
	name := strings.TrimPrefix(filepath.Base(path), scopePrefix)
	_, err := InnerScope("another")
	require.ErrorIs(t, err, ErrNoCgroup)
	inner, err := InnerScope(name)
	require.NoError(t, err)
	assert.Equal(t, path, inner.OuterPath())

	var out bytes.Buffer
	c := exec.Command("/bin/sh", "-c", "cat /proc/self/cgroup; exec sleep 1000")
	c.Stdout = &out
	inner.Attach(c)
	_, err = Start(c)
	require.NoError(t, err)
	assert.False(t, empty(t, inner))
	require.NoError(t, inner.Kill())
	require.EqualError(t, c.Wait(), "signal: killed")
	require.NoError(t, inner.Remove(t.Context()))
}

func TestOffers(t *testing.T) {
	require.NoError(t, Offers(Limits{}))
	require.NoError(t, Offers(Limits{OpenFiles: 5}))
}
