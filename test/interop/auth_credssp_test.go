package interop

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestAuthCredSSP: messages are cut into pieces and sealed with TLS, which is
// inside HTTP (MS-WSMV 2.2.9.1.3).
func TestAuthCredSSP(t *testing.T) {
	t.Parallel()
	s := start(t, setup{encryptedOnly: true, withoutSlot: true, arguments: []string{"--auth", "credssp"}})
	large := login{"http", "credssp", "auto"} // the one that is tested with much
	for _, l := range sealedLogins("credssp") {
		c := s.client().over(l.scheme).authenticating(l.auth, l.encryption, nil)
		t.Run("pypsrp "+l.String(), func(t *testing.T) {
			t.Parallel()
			takeSlot(t)
			c.ran(t, "pypsrp", "run")
			got := run[invocation](t, c, "psrp_invoke.py", args{"script": "1..5; 'x' * 300000"})
			got.completed(t)
			require.Len(t, got.Output, 6)
			assert.Len(t, got.Output[5], 300_000)
			if l == large {
				pypsrpInput(t, c)
			}
		})
		t.Run("pywinrm "+l.String(), func(t *testing.T) {
			t.Parallel()
			takeSlot(t)
			c.ran(t, "pywinrm", "exit code and stderr")
			pywinrmExitCode(t, c)
			if l == large {
				pywinrmLongOutput(t, c)
				pywinrmInput(t, c)
			}
		})
	}
	t.Run("other processes", func(t *testing.T) {
		t.Parallel()
		takeSlot(t)
		c := s.client().authenticating("credssp", "auto", nil)
		got := c.comeBack(t, c.leave(t, args{"scripts": []string{"1..3"}}), args{"after": "'after'"})
		assert.Equal(t, []any{"after"}, got.Pools[0].After)
	})
	t.Run("refused", func(t *testing.T) {
		t.Parallel()
		takeSlot(t)
		c := s.client().authenticating("credssp", "auto", nil).withPassword("wrong")
		assert.NotEmpty(t, c.fails(t, "login.py", nil).Type)
		assert.NotEmpty(t, s.client().authenticating("ntlm", "auto", nil).fails(t, "login.py", nil).Type, "there is no Negotiate")
	})
}
