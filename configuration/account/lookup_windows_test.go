package account

import (
	"os/user"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestOwn(t *testing.T) {
	t.Parallel()
	a, err := Service{}.Own(t.Context())
	require.NoError(t, err)
	u, err := user.Current()
	require.NoError(t, err)
	assert.Equal(t, u.Uid, a.SID)
	assert.NotEmpty(t, a.Name)
	assert.Equal(t, []int{-1, -1}, []int{a.UID, a.GID})
	assert.False(t, a.Superuser())
}

func TestLookUpOwn(t *testing.T) {
	t.Parallel()
	own, err := Service{}.Own(t.Context())
	require.NoError(t, err)
	found, err := LookUp(t.Context(), own.Name)
	require.NoError(t, err)
	assert.True(t, found.same(own), "%+v and %+v", found, own)
	assert.Equal(t, own.Home, found.Home)
	_, err = LookUp(t.Context(), `NO-SUCH-DOMAIN\`+own.Name)
	assert.Error(t, err, "a domain's is another")
}

func TestLookUpNobody(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"no-such-account-here", "0", ""} {
		_, err := LookUp(t.Context(), name)
		var notFound *NotFoundError
		require.ErrorAs(t, err, &notFound, "%q", name)
	}
}

// TestLookUpGroups: what is no user's is refused, with what it is.
func TestLookUpGroups(t *testing.T) {
	t.Parallel()
	for name, because := range map[string]string{
		`BUILTIN\Users`: "a local group", "Everyone": "a group", `NT AUTHORITY\SYSTEM`: "account of the system",
	} {
		_, err := LookUp(t.Context(), name)
		assert.ErrorContains(t, err, because, name)
	}
}
