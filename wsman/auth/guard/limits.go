package guard

import (
	"cmp"
	"time"
)

// Limits are the numbers of a Guard. A field that is 0 has its default.
type Limits struct {
	// Failures is how many failures a source or an account may have at once.
	// The first half costs nothing; with the second half each attempt waits
	// longer, up to MaxDelay; after the last one it is refused for Block.
	// Default 20, at least 2.
	Failures int
	// Forgive is after how long one failure is forgotten. Default 30 s, so that who waits as long as he has to is refused, too.
	Forgive time.Duration
	// MaxDelay is the longest that an attempt waits. Default 4 s.
	MaxDelay time.Duration
	// Block is for how long a source or an account is refused. Default 1 min.
	Block time.Duration
	// Strangers is how many attempts a source has at an account that is
	// refused to others, if the account has not logged on from it lately.
	// Default 3.
	Strangers int
	// StrangerForgive is after how long a stranger has one attempt more.
	// Default 1 min.
	StrangerForgive time.Duration
	// Trust is how long a logon of an account from a source counts. Default
	// 24 h.
	Trust time.Duration
	// MaxWaiting is how many attempts of one source may wait until others of it
	// are through; more are refused. Default 64.
	MaxWaiting int
	// MaxEntries is how many sources, accounts and pairs of them are kept, of
	// each kind. An entry takes about 300 bytes. Default 16,384.
	MaxEntries int
}

func (l Limits) withDefaults() Limits {
	return Limits{
		Failures:        max(2, cmp.Or(l.Failures, 20)),
		Forgive:         cmp.Or(l.Forgive, 30*time.Second),
		MaxDelay:        cmp.Or(l.MaxDelay, 4*time.Second),
		Block:           cmp.Or(l.Block, time.Minute),
		Strangers:       cmp.Or(l.Strangers, 3),
		StrangerForgive: cmp.Or(l.StrangerForgive, time.Minute),
		Trust:           cmp.Or(l.Trust, 24*time.Hour),
		MaxWaiting:      cmp.Or(l.MaxWaiting, 64),
		MaxEntries:      cmp.Or(l.MaxEntries, 16384),
	}
}
