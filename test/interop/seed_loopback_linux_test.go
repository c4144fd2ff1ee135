package interop

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// place is where a client is: on the server's machine, which it calls by an
// address of loopback or by one that others call it by too, or on another.
type place struct {
	name   string
	client client
	away   *network // the client's; nil: the server's own
}

// run runs f where the place is.
func (p place) run(t *testing.T, f func(c client)) {
	t.Helper()
	if p.away == nil {
		f(p.client)
		return
	}
	p.away.do(t, func() { f(p.client) })
}

// left is what seed_token.py has left.
type left struct {
	departure
	Session, Command string
}

// leave makes a session with a pipeline and leaves it. token is the value of
// the header UseInteractiveToken; nil leaves it out.
func (p place) leave(t *testing.T, token any) (l left) {
	t.Helper()
	p.run(t, func(c client) {
		l = run[left](t, c, "seed_token.py", args{"do": "leave", "token": token})
	})
	require.Len(t, l.Pools, 1)
	assert.Equal(t, []any{1.0}, l.Pools[0].Seen)
	return l
}

// refused checks that nothing can be done with a session from a place, under
// the SessionId of the client that made it, nor by another client of its user;
// and that it is seen there all the same.
func (p place) refused(t *testing.T, l left) {
	t.Helper()
	id := l.ids()[0]
	p.run(t, func(c client) {
		codes := run[access](t, c, "seed_token.py", args{
			"do": "access", "shell_id": id, "session": l.Session, "command": l.Command,
		}).Codes
		require.Len(t, codes, 11)
		for operation, code := range codes {
			want := uint32(accessDenied)
			if operation == "Get" {
				want = 0
			}
			assert.Equal(t, want, code, "%s, %s", p.name, operation)
		}
		denied := c.fails(t, "psrp_connect_pool.py", args{"shell_id": id})
		assert.Equal(t, uint32(accessDenied), denied.Code, denied.Text)
		assert.Contains(t, denied.Text, "interactive token")
		var listed []string
		for _, shell := range run[listing](t, c, "psrp_list.py", nil).Shells {
			listed = append(listed, shell.ShellID)
		}
		assert.Contains(t, listed, id)
	})
}

// fetches connects to a session from a place, gets what is to come, and removes
// it.
func (p place) fetches(t *testing.T, l left) {
	t.Helper()
	p.run(t, func(c client) {
		got := c.comeBack(t, l.departure, nil).onlyPipeline(t)
		got.completed(t)
		assert.Contains(t, [][]any{{1.0, 2.0}, {2.0}}, got.Output, p.name)
	})
}

// TestSeedLoopbackSessions has the rules of about_Remote_Disconnected_Sessions
// for loopback sessions, with a client on another machine.
func TestSeedLoopbackSessions(t *testing.T) {
	t.Parallel()
	away := newNetwork(t)
	s := start(t, setup{arguments: []string{"--http", "0.0.0.0:0"}})
	places := func() (loopback, own, elsewhere place) {
		at := func(address string) client { return s.client().with("WINRMD_HOST=" + address) }
		return place{name: "loopback", client: at("127.0.0.1")},
			place{name: "own address", client: at(away.here.String())},
			place{name: "elsewhere", client: at(away.here.String()), away: away}
	}
	loopback, own, elsewhere := places()

	// "You can reconnect to loopback sessions that have a network security token
	// from any session on the local computer or a remote computer."
	t.Run("network token", func(t *testing.T) {
		elsewhere.fetches(t, loopback.leave(t, nil))
		elsewhere.fetches(t, own.leave(t, "false"))
	})

	// "However, to prevent malicious access, you can reconnect to loopback sessions
	// with interactive tokens only from the computer on which they were created."
	t.Run("interactive token", func(t *testing.T) {
		for _, maker := range []place{loopback, own} {
			for _, fetcher := range []place{loopback, own} {
				l := maker.leave(t, "true")
				elsewhere.refused(t, l)
				fetcher.fetches(t, l) // unharmed
			}
		}
	})

	// A client that is attached is not disturbed either, nor overheard.
	t.Run("attached", func(t *testing.T) {
		holder := loopback.client.begin(t, "seed_token.py", args{"do": "leave", "token": "1", "hold": true})
		l := next[left](t, holder)
		elsewhere.refused(t, l)
		holder.say(t)
		assert.Equal(t, []any{1.0, 2.0}, finish[struct{ After []any }](t, holder).After)
	})

	// "Loopback sessions, or local sessions, are PSSessions that originate and
	// terminate on the same computer." From elsewhere the wish has no meaning.
	t.Run("wish from elsewhere", func(t *testing.T) {
		elsewhere.fetches(t, elsewhere.leave(t, "true"))
		loopback.fetches(t, elsewhere.leave(t, "true"))
	})

	t.Run("removed by its owner from elsewhere", func(t *testing.T) {
		id := loopback.leave(t, "true").ids()[0]
		elsewhere.run(t, func(c client) {
			type result struct{ Delete, Get uint32 }
			assert.Equal(t, result{Delete: 0, Get: unexpectedSelectors}, run[result](t, c, "shell_delete.py", args{"shell_id": id}))
		})
	})

	t.Run("malformed", func(t *testing.T) {
		failed := loopback.client.fails(t, "seed_token.py", args{"do": "leave", "token": "perhaps"})
		assert.Equal(t, uint32(invalidHeader), failed.Code, failed.Text)
		assert.Contains(t, failed.Text, "UseInteractiveToken")
	})

	// The wish is the session's, whatever becomes of the server.
	t.Run("after a restart", func(t *testing.T) {
		l := loopback.leave(t, "true")
		s.kill(t)
		s.restart(t)
		loopback, _, elsewhere := places()
		elsewhere.refused(t, l)
		loopback.fetches(t, l)
	})
}

// invalidHeader is the code for a header whose value is wrong.
const invalidHeader = 0x8033800F
