package kerberos

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/wsman/auth/spnego"
)

var (
	_ spnego.Mechanism          = (*Context)(nil)
	_ spnego.InitiatorMechanism = (*Initiator)(nil)
)

// Kerberos in SPNEGO, with MIT as the client of both. In DCE style both sides sign
// the list of mechanisms.
func TestMITClientInSPNEGO(t *testing.T) {
	k := kdc(t)
	m := startMIT(t, k, k.login(t))
	for _, dce := range []bool{false, true} {
		for e, host := range hosts {
			if dce && e == RC4 {
				continue
			}
			t.Run(e.String(), func(t *testing.T) {
				m.t = t
				flags := usualFlags
				if dce {
					flags = append([]string{"dce_style"}, usualFlags...)
				}
				m.ask(request{Op: "open", Side: "client", Service: "HTTP", Hostname: host, Protocol: "negotiate", Flags: flags})
				kc := k.acceptor(t, allowRC4).Begin()
				s := spnego.NewAcceptor(kc)
				token := m.ask(request{Op: "step"})
				for {
					reply, done, err := s.Accept(ctx, token.Data)
					require.NoError(t, err)
					if len(reply) > 0 {
						token = m.ask(request{Op: "step", Data: reply})
					}
					if done {
						break
					}
				}
				assert.True(t, token.Done)
				m.exchange(kc.Session())
			})
		}
	}
}
