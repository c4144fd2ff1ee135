package guard

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/wsman/auth"
)

// schedule is how long each attempt of a source takes until it is refused.
func schedule(t *testing.T, user string) (times []time.Duration, last error) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(Limits{Forgive: 1000 * time.Hour})
		for !errors.Is(last, ErrRefused) {
			start := time.Now()
			var o auth.Outcome
			o, last = w.try(attacker, user, "wrong")
			times = append(times, time.Since(start))
			require.Equal(t, auth.Outcome{Lines: []string{`Basic realm="WSMAN"`}}, o)
			require.ErrorIs(t, last, auth.ErrWrongCredentials)
		}
		assert.Equal(t, len(times)-1, w.accounts.count(), "the refused one cost nothing")
		assert.Equal(t, Stats{Failures: 20, Delayed: 20, Refused: 1, Blocks: 2, Sources: 1, Accounts: 1}, w.Stats())
	})
	return times, last
}

// TestSchedule: ten attempts for nothing, ten ever slower ones, refusal; and the
// same for a user that there is not.
func TestSchedule(t *testing.T) {
	known, err := schedule(t, "alice")
	require.Len(t, known, 21)
	for i, took := range known {
		switch {
		case i < 10 || i == 20:
			assert.Zero(t, took, i)
		default: // the source's wait, and then the account's, which has as many failures
			assert.InDelta(t, 2*400*time.Millisecond*time.Duration(i-9), took, float64(time.Millisecond), i)
		}
	}
	assert.InDelta(t, 8*time.Second, known[19], float64(time.Millisecond))
	unknown, other := schedule(t, "nobody")
	assert.Equal(t, known, unknown)
	assert.Equal(t, err, other)

	var e *auth.Error
	require.ErrorAs(t, err, &e)
	assert.Equal(t, "Basic", e.Scheme)
	assert.Equal(t, "192.0.2.1", e.Source.String())
	var refusal *Refusal
	require.ErrorAs(t, err, &refusal)
	assert.Equal(t, SubjectSource, refusal.Subject)
	assert.EqualError(t, refusal, "refused for a while after too many failures: source")
}

func TestRefusalEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(Limits{})
		for {
			if _, err := w.try(attacker, "alice", "wrong"); errors.Is(err, ErrRefused) {
				break
			}
		}
		time.Sleep(time.Minute - time.Nanosecond)
		_, err := w.try(attacker, "alice", "right")
		assert.ErrorIs(t, err, ErrRefused)
		time.Sleep(time.Nanosecond)
		o, err := w.try(attacker, "alice", "right")
		require.NoError(t, err)
		assert.True(t, o.Authenticated)
	})
}

// TestHundredThousand: one source tries as many passwords as it can, for a
// user's own account and for others; the user works on, and so does who comes
// from the very same source.
func TestHundredThousand(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(Limits{})
		alice, bob := new(auth.Connection), new(auth.Connection)
		for c, user := range map[*auth.Connection][3]string{alice: {home, "alice", "right"}, bob: {attacker, "bob", "good"}} {
			_, err := w.on(c, user[0], user[1], user[2])
			require.NoError(t, err)
		}
		asked := w.accounts.count()
		start := time.Now()
		var slowest time.Duration
		for i := range 100_000 {
			user := "alice"
			if i%3 == 0 {
				user = fmt.Sprint("user", i)
			}
			o, err := w.try(attacker, user, fmt.Sprint(i))
			require.False(t, o.Authenticated)
			require.ErrorIs(t, err, auth.ErrWrongCredentials)
			if i%100 != 0 {
				continue
			}
			began := time.Now()
			for _, login := range []func() (auth.Outcome, error){
				func() (auth.Outcome, error) { return w.on(alice, home, "alice", "right") },
				func() (auth.Outcome, error) { return w.try(home, "alice", "right") },
				func() (auth.Outcome, error) { return w.on(bob, attacker, "bob", "good") },
				func() (auth.Outcome, error) { return w.try(attacker, "bob", "good") },
			} {
				o, err := login()
				require.NoError(t, err, i)
				require.True(t, o.Authenticated)
			}
			slowest = max(slowest, time.Since(began))
		}
		assert.Zero(t, slowest, "nobody who works has to wait")
		passwords := w.accounts.count() - asked - 2*1000 // two of the four are new connections
		assert.LessOrEqual(t, passwords, 20+int(time.Since(start)/(30*time.Second)))
		t.Logf("%d of 100,000 passwords were checked in %s", passwords, time.Since(start))
	})
}

// TestManySources: an account under attack stays open to where it has been used,
// and to anybody who has not failed much himself.
func TestManySources(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(Limits{})
		_, err := w.try(home, "alice", "right")
		require.NoError(t, err)
		source := func(i int) string { return fmt.Sprintf("10.%d.%d.%d:1", i>>16, i>>8&255, i&255) }
		attack := func(from, to int) (refused int) {
			for i := from; i < to; i++ {
				for range 5 {
					if _, err := w.try(source(i), "ALICE@example.com", "wrong"); errors.Is(err, ErrRefused) {
						refused++
					}
				}
			}
			return refused
		}
		attack(0, 20)
		assert.Positive(t, attack(20, 30), "the account is refused to who fails at it")

		start := time.Now()
		_, err = w.try(home, "alice", "right")
		assert.NoError(t, err)
		assert.Zero(t, time.Since(start), "at once where it is known")

		start = time.Now()
		_, err = w.try(elsewhere, "alice", "rihgt")
		assert.NotErrorIs(t, err, ErrRefused)
		_, err = w.try(elsewhere, `DOMAIN\alice`, "right") // the Basic of this test knows no domains
		assert.NotErrorIs(t, err, ErrRefused)
		o, err := w.try(elsewhere, "alice", "right")
		require.NoError(t, err, "the third attempt from a new source")
		assert.True(t, o.Authenticated)
		assert.Equal(t, 12*time.Second, time.Since(start), "slowed")

		o, err = w.try("198.51.100.8:1", "bob", "good")
		require.NoError(t, err, "another account")
		assert.True(t, o.Authenticated)
	})
}

// TestKnownSourceThatFails: that an account is known at a source is no licence
// to guess there.
func TestKnownSourceThatFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(Limits{})
		_, err := w.try(home, "alice", "right")
		require.NoError(t, err)
		asked, start := w.accounts.count(), time.Now()
		for range 10_000 {
			_, err = w.try(home, "alice", "wrong")
		}
		assert.ErrorIs(t, err, ErrRefused)
		assert.LessOrEqual(t, w.accounts.count()-asked, 2*20+2*int(time.Since(start)/(30*time.Second)))
		time.Sleep(24*time.Hour + time.Minute)
		w.mu.Lock()
		_, known := w.knows(pair{sourceOf(auth.Source(request(home, "", ""))), "ALICE"}, time.Now())
		w.mu.Unlock()
		assert.False(t, known, "after a day it is forgotten")
	})
}

// TestAtOnce: attempts at the same time are no way around the count.
func TestAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(Limits{Forgive: 1000 * time.Hour})
		w.accounts.during = func(context.Context) { time.Sleep(time.Second) }
		var all sync.WaitGroup
		for range 200 {
			all.Go(func() { _, _ = w.try(attacker, "alice", "wrong") })
		}
		all.Wait()
		assert.Equal(t, 20, w.accounts.count())
		assert.Equal(t, uint64(180), w.Stats().Refused)
	})
}

// TestCrowd: a source from which many log on at the same time for the first
// time waits, and nobody is refused.
func TestCrowd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(Limits{})
		w.accounts.during = func(context.Context) { time.Sleep(20 * time.Millisecond) }
		var all sync.WaitGroup
		for range 60 {
			all.Go(func() {
				_, err := w.try(home, "alice", "right")
				assert.NoError(t, err)
			})
		}
		start := time.Now()
		all.Wait()
		assert.Less(t, time.Since(start), 5*time.Second)
	})
}

func TestGivesUpWithTheRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(Limits{})
		w.fail(t, 19, attacker, "x")
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := w.server.Authenticate(new(auth.Connection), request(attacker, "x", "wrong").WithContext(ctx))
		assert.ErrorIs(t, err, context.DeadlineExceeded)
		assert.NotErrorIs(t, err, auth.ErrWrongCredentials)
		r, _ := w.sources.get(sourceOf(auth.Source(request(attacker, "", ""))))
		assert.Zero(t, r.underway)
	})
}

// TestMemory: as many sources and names as an attacker likes.
func TestMemory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(Limits{MaxEntries: 100})
		_, err := w.try(home, "alice", "right")
		require.NoError(t, err)
		for i := range 20_000 {
			_, _ = w.try(fmt.Sprintf("[2001:db8:%x:%x::1]:1", i>>8, i&255), fmt.Sprint("user", i), "wrong")
		}
		s := w.Stats()
		assert.Equal(t, 100, s.Sources)
		assert.Equal(t, 100, s.Accounts)
		assert.Equal(t, 1, s.Trusted, "who has logged on is not driven out")
		assert.LessOrEqual(t, w.strangers.len(), 100)
		assert.LessOrEqual(t, w.settled.len(), 100)
	})
}

func TestWhatIsNoGuess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(Limits{})
		for range 100 {
			o, err := w.server.Authenticate(new(auth.Connection), request(attacker, "", ""))
			require.NoError(t, err)
			require.False(t, o.Authenticated)
			r := request(attacker, "", "")
			r.Header.Set("Authorization", "Negotiate abc")
			_, err = w.server.Authenticate(new(auth.Connection), r)
			require.ErrorIs(t, err, auth.ErrNotOffered)
		}
		w.accounts.err = errors.New("disk on fire")
		for range 100 {
			_, err := w.try(attacker, "alice", "right")
			require.ErrorIs(t, err, w.accounts.err)
		}
		assert.Zero(t, w.Stats().Failures)
		w.accounts.err = nil
		_, err := w.try(attacker, "alice", "right")
		assert.NoError(t, err)
	})
}

// TestChangedPassword: the credentials that were right on a connection are tried
// again without a look at the source, but they count when they are wrong.
func TestChangedPassword(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(Limits{})
		c := new(auth.Connection)
		_, err := w.on(c, home, "alice", "right")
		require.NoError(t, err)
		w.accounts.passwords["alice"] = "other"
		_, err = w.on(new(auth.Connection), home, "alice", "right")
		require.ErrorIs(t, err, auth.ErrWrongCredentials)
		assert.Equal(t, uint64(1), w.Stats().Failures)
	})
}

// TestNothingIsKeptOfARefusedConnection: what was proved on it before is gone.
func TestNothingIsKeptOfARefusedConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := New(Limits{}, nil)
		server := g.Authenticator(&auth.Authenticator{Schemes: []auth.Scheme{&once{}}})
		say := func(c *auth.Connection, token string) (auth.Outcome, error) {
			r := request(attacker, "", "")
			if token != "" {
				r.Header.Set("Authorization", "Once "+token)
			}
			return server.Authenticate(c, r)
		}
		c := new(auth.Connection)
		o, err := say(c, "right")
		require.NoError(t, err)
		require.True(t, o.Authenticated)
		w := g.sources.orNew(sourceOf(auth.Source(request(attacker, "", ""))), func() *record { return newRecord(&g.limits) })
		w.blocked = time.Now().Add(time.Hour)
		g.trusted = newLRU[netipPrefix, *trust](10)
		o, err = say(c, "")
		require.NoError(t, err)
		assert.True(t, o.Authenticated, "bound to the connection")
		o, err = say(c, "other")
		require.ErrorIs(t, err, ErrRefused)
		assert.Equal(t, []string{"Once"}, o.Lines)
		o, err = say(c, "")
		require.NoError(t, err)
		assert.False(t, o.Authenticated)
	})
}

// once is a scheme that binds a connection to who says "right".
type once struct{}

func (*once) Name() string               { return "Once" }
func (*once) Challenge() string          { return "Once" }
func (*once) Offered(*http.Request) bool { return true }
func (s *once) Begin() auth.Context      { return s }
func (*once) Step(_ context.Context, _ *http.Request, token string) (auth.Result, error) {
	if token != "right" {
		return auth.Result{}, auth.ErrWrongCredentials
	}
	r := auth.Result{Done: true, Bound: true}
	r.Principal.User = "alice"
	return r, nil
}
