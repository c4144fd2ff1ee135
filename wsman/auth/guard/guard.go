package guard

import (
	"context"
	"hash/maphash"
	"log/slog"
	"net/netip"
	"sync"
	"time"
	"weak"

	"github.com/winrmd/winrmd/wsman/auth"
)

// Guard keeps count of who fails. One serves all listeners of a server. It may
// be used by several goroutines.
type Guard struct {
	limits   Limits
	stranger Limits
	log      *slog.Logger
	seed     maphash.Seed
	counters counters

	mu       sync.Mutex
	sources  *lru[netip.Prefix, *record]
	accounts *lru[string, *record]
	// strangers are sources at accounts that are refused to others.
	strangers *lru[pair, *record]
	trusted   *lru[netip.Prefix, *trust]
	// settled holds a hash of the credentials that were right on a connection.
	// The pointers are weak: a connection is not kept for it.
	settled *lru[weak.Pointer[auth.Connection], uint64]
}

// New makes a Guard. It logs each time that a source or an account is refused
// anew; nil for no log.
func New(limits Limits, log *slog.Logger) *Guard {
	limits = limits.withDefaults()
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	stranger := limits
	stranger.Failures, stranger.Forgive = limits.Strangers, limits.StrangerForgive
	return &Guard{
		limits: limits, stranger: stranger, log: log, seed: maphash.MakeSeed(),
		sources:   newLRU[netip.Prefix, *record](limits.MaxEntries),
		accounts:  newLRU[string, *record](limits.MaxEntries),
		strangers: newLRU[pair, *record](limits.MaxEntries),
		trusted:   newLRU[netip.Prefix, *trust](limits.MaxEntries),
		settled:   newLRU[weak.Pointer[auth.Connection], uint64](limits.MaxEntries),
	}
}

// attempt is one request with credentials, on its way through the server.
type attempt struct {
	guard  *Guard
	source netip.Prefix

	mu      sync.Mutex
	account string
	// admitted is true once the source was looked at. At a source from which
	// somebody has logged on lately that waits until the account is known.
	admitted bool
	// held are the records in which the attempt is under way.
	held []*record
	// refused and wrong are what a Verifier has found, whatever becomes of its
	// error on the way back.
	refused, wrong bool
	// own is the record that a failure counts in instead of the source's and
	// the account's: that of an account known at its source.
	own *record
}

type attemptKey struct{}

// attemptOf is the attempt that ctx belongs to. Where a Verifier is asked
// outside of any, it is one from nowhere, and done has to be called with the
// result.
func (g *Guard) attemptOf(ctx context.Context) (a *attempt, done func(error)) {
	if a, ok := ctx.Value(attemptKey{}).(*attempt); ok && a.guard == g {
		return a, func(error) {}
	}
	a = &attempt{guard: g, source: sourceOf(auth.SourceOf(ctx))}
	return a, func(err error) { a.settle(err == nil, "", err) }
}

// sleep waits, or gives up with ctx.
func (g *Guard) sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return nil
	}
	g.counters.delayed.Add(1)
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (g *Guard) refuse(s Subject, until time.Time) error {
	g.counters.refused.Add(1)
	return &Refusal{Subject: s, Until: until}
}
