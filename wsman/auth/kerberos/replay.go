package kerberos

import (
	"crypto/sha256"
	"sync"
	"time"
)

// DefaultMaxReplays is how many requests are remembered in one period, where
// Config says nothing else: 400 logons per second at a skew of 5 minutes, in at
// most 32 MB.
const DefaultMaxReplays = 1 << 18

// replayCache remembers authenticators for as long as they would be accepted
// again (RFC 4120 section 3.2.3). One that is accepted at all was made at most
// skew before or after, so it is dead after twice the skew, and nothing is
// remembered for longer than two such periods.
//
// It is asked only about authenticators that a ticket's owner made, so that
// nobody else can fill it. When it is full it lets no one in: to forget
// early would be to accept a replay.
type replayCache struct {
	period time.Duration
	max    int

	mu      sync.Mutex
	began   time.Time // when now began
	now     map[replayKey]struct{}
	earlier map[replayKey]struct{}
}

type replayKey [16]byte

func newReplayCache(skew time.Duration, limit int) *replayCache {
	return &replayCache{period: 2 * skew, max: limit}
}

// add remembers an authenticator as it is on the wire. There are no two cipher
// texts of one authenticator: encryption with a key is a permutation, and the
// confounder is part of what is protected.
func (r *replayCache) add(cipher []byte, at time.Time) error {
	sum := sha256.Sum256(cipher)
	key := replayKey(sum[:16])
	r.mu.Lock()
	defer r.mu.Unlock()
	r.turn(at)
	if _, seen := r.now[key]; seen {
		return ErrReplay
	}
	if _, seen := r.earlier[key]; seen {
		return ErrReplay
	}
	if len(r.now) >= r.max {
		return ErrReplayCacheFull
	}
	r.now[key] = struct{}{}
	return nil
}

// turn begins a new period if the present one is over.
func (r *replayCache) turn(at time.Time) {
	since := at.Sub(r.began)
	switch {
	case r.now == nil, since >= 2*r.period:
		r.earlier = nil
	case since >= r.period:
		r.earlier = r.now
	default:
		return
	}
	r.began, r.now = at, make(map[replayKey]struct{})
}
