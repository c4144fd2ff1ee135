package guard

import (
	"context"
	"errors"
	"net/netip"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/wsman/auth"
	"github.com/winrmd/winrmd/wsman/auth/ntlm"
)

type netipPrefix = netip.Prefix

func TestSourceOf(t *testing.T) {
	for address, want := range map[string]string{
		"192.0.2.1":            "192.0.2.1/32",
		"::ffff:192.0.2.1":     "192.0.2.1/32",
		"2001:db8:1:2:3:4:5:6": "2001:db8:1:2::/64",
		"fe80::1%eth0":         "fe80::/64",
		"::1":                  "::/64",
	} {
		assert.Equal(t, want, sourceOf(netip.MustParseAddr(address)).String(), address)
	}
	assert.False(t, sourceOf(netip.Addr{}).IsValid())
}

func TestAccountOf(t *testing.T) {
	for _, name := range []string{"Alice", "ALICE", `DOMAIN\alice`, "alice@REALM", `.\alice`, "alice@a@b", `a\b\alice`} {
		assert.Equal(t, accountOf("alice"), accountOf(name), name)
	}
	assert.Equal(t, accountOf("ſ\u212A"), accountOf("sk"), "all that strings.EqualFold takes for the same")
	assert.NotEqual(t, accountOf("alice"), accountOf("alic"))
	assert.Empty(t, accountOf(""))
	assert.Len(t, accountOf(string(make([]byte, 1000))), maxAccount)
}

func TestLRU(t *testing.T) {
	l := newLRU[int, string](2)
	l.put(1, "a")
	l.put(2, "b")
	l.get(1)
	l.put(3, "c")
	_, ok := l.get(2)
	assert.False(t, ok, "the one that was not used for longest")
	v, ok := l.get(1)
	assert.True(t, ok)
	assert.Equal(t, "a", v)
	l.put(1, "A")
	v, _ = l.get(1)
	assert.Equal(t, "A", v)
	assert.Equal(t, 2, l.len())
	l.remove(1)
	l.remove(1)
	assert.Equal(t, 1, l.len())
}

// answer is an ntlm.Verifier that says the same to everybody.
type answer struct {
	err   error
	asked int
}

func (a *answer) Verify(context.Context, *ntlm.Attempt) (ntlm.Verified, error) {
	a.asked++
	return ntlm.Verified{}, a.err
}

// TestNTLM: responses count as passwords do, also where there is no Guard in
// front of the scheme.
func TestNTLM(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, next := New(Limits{}, nil), &answer{err: ntlm.ErrLogonFailed}
		v := g.NTLM(next)
		ctx := auth.WithSource(t.Context(), netip.MustParseAddr("192.0.2.1"))
		var err error
		for range 1000 {
			_, err = v.Verify(ctx, &ntlm.Attempt{User: "alice", Domain: "X"})
		}
		require.ErrorIs(t, err, ErrRefused)
		assert.ErrorIs(t, err, ntlm.ErrLogonFailed, "for who does not know a Guard")
		assert.ErrorIs(t, err, auth.ErrWrongCredentials)
		assert.Less(t, next.asked, 100)

		next.err = nil
		_, err = v.Verify(auth.WithSource(t.Context(), netip.MustParseAddr("192.0.2.2")), &ntlm.Attempt{User: "bob"})
		assert.NoError(t, err)
		next.err = errors.New("no domain controller")
		_, err = v.Verify(t.Context(), &ntlm.Attempt{User: "bob"})
		assert.ErrorIs(t, err, next.err)
	})
}

func BenchmarkRefusal(b *testing.B) {
	w := newWorld(Limits{MaxDelay: 1})
	for range 30 {
		_, _ = w.try(attacker, "alice", "wrong")
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := w.try(attacker, "alice", "wrong"); !errors.Is(err, ErrRefused) {
			b.Fatal(err)
		}
	}
}

func BenchmarkWarm(b *testing.B) {
	w, c, r := newWorld(Limits{}), new(auth.Connection), request(home, "alice", "right")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := w.server.Authenticate(c, r); err != nil {
			b.Fatal(err)
		}
	}
}
