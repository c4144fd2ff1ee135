package guard

import (
	"net/netip"
	"time"
)

// maxTrustedAccounts is how many accounts are kept for one source.
const maxTrustedAccounts = 64

// trust is who has logged on from one source. Only logons make entries, so no
// attacker can drive them out.
type trust struct{ accounts *lru[string, *trustedAccount] }

type trustedAccount struct {
	last     time.Time
	failures *record // its own: those of others at the same source do not count
}

// remember notes a logon.
func (g *Guard) remember(p pair, now time.Time) {
	t := g.trusted.orNew(p.source, func() *trust { return &trust{newLRU[string, *trustedAccount](maxTrustedAccounts)} })
	t.accounts.orNew(p.account, func() *trustedAccount {
		return &trustedAccount{failures: newRecord(&g.limits)}
	}).last = now
}

// knows finds the record of an account that has logged on from a source lately.
func (g *Guard) knows(p pair, now time.Time) (*record, bool) {
	t, ok := g.trusted.get(p.source)
	if !ok {
		return nil, false
	}
	a, ok := t.accounts.get(p.account)
	if !ok || now.Sub(a.last) > g.limits.Trust || now.Before(a.failures.blocked) {
		return nil, false
	}
	return a.failures, true
}

// knowsAnybody reports whether somebody has logged on from a source lately.
func (g *Guard) knowsAnybody(source netip.Prefix, now time.Time) bool {
	t, ok := g.trusted.get(source)
	if !ok {
		return false
	}
	for e := t.accounts.order.Front(); e != nil; e = e.Next() {
		if now.Sub(e.Value.(*lruEntry[string, *trustedAccount]).value.last) <= g.limits.Trust {
			return true
		}
	}
	return false
}
