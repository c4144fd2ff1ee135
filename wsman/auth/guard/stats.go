package guard

import "sync/atomic"

// Stats are a Guard's numbers since it was made.
type Stats struct {
	// Failures is how many attempts had wrong credentials.
	Failures uint64
	// Delayed is how many attempts had to wait.
	Delayed uint64
	// Refused is how many attempts were refused without a look at them.
	Refused uint64
	// Blocks is how often a source or an account was refused anew.
	Blocks uint64
	// Sources, Accounts and Trusted are how many entries are kept: sources and
	// accounts with failures, sources with logons.
	Sources, Accounts, Trusted int
}

type counters struct{ failures, delayed, refused, blocks atomic.Uint64 }

// Stats returns the numbers as they are now.
func (g *Guard) Stats() Stats {
	g.mu.Lock()
	defer g.mu.Unlock()
	return Stats{
		Failures: g.counters.failures.Load(), Delayed: g.counters.delayed.Load(),
		Refused: g.counters.refused.Load(), Blocks: g.counters.blocks.Load(),
		Sources: g.sources.len(), Accounts: g.accounts.len(), Trusted: g.trusted.len(),
	}
}
