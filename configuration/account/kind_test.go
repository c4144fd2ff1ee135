package account

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestKind(t *testing.T) {
	t.Parallel()
	for k, because := range map[kind]string{
		kindUser: "", kindGroup: "a group", kindDomain: "a domain", kindAlias: "a local group",
		kindWellKnownGroup: "account of the system", kindDeleted: "deleted", kindComputer: "a computer", 0: "kind 0", 8: "kind 8",
	} {
		err := k.check("ann")
		if because == "" {
			assert.NoError(t, err)
			continue
		}
		assert.ErrorContains(t, err, "ann is ")
		assert.ErrorContains(t, err, because)
	}
}

// TestSame: a name alone does not make two one account.
func TestSame(t *testing.T) {
	t.Parallel()
	a := Account{Name: "ann", UID: -1, SID: "S-1-5-21-1-2-3-1001"}
	assert.True(t, a.same(&Account{Name: "ann", UID: -1, SID: "S-1-5-21-1-2-3-1001"}))
	assert.False(t, a.same(&Account{Name: "ann", UID: -1, SID: "S-1-5-21-1-2-3-1002"}))
	assert.False(t, a.same(&Account{Name: "ann", UID: -1}))
	assert.False(t, (&Account{UID: -1}).same(&Account{UID: -1}), "nameless")
}

func TestSuperuser(t *testing.T) {
	t.Parallel()
	assert.True(t, (&Account{Name: "toor"}).Superuser())
	assert.True(t, (&Account{Name: `NT AUTHORITY\SYSTEM`, UID: -1, SID: "S-1-5-18"}).Superuser())
	assert.False(t, (&Account{Name: "ann", UID: -1, SID: "S-1-5-21-1-2-3-1001"}).Superuser())
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	for asked, want := range map[string]bool{"ann": true, `HOST\ann`: true, `host\ann`: true, `.\ann`: true, "ann@corp": true, `CORP\ann`: false} {
		assert.Equal(t, want, answers(asked, "ann", "HOST"), asked)
	}
	assert.True(t, answers(`corp.example\ann`, `CORP\ann`, "HOST"))
}
