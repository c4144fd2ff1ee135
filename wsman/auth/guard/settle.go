package guard

import (
	"errors"
	"time"

	"github.com/winrmd/winrmd/wsman/auth"
)

// settle ends an attempt. Authenticated says that the client was let in; name
// is who it is, or says it is, where no Verifier has told. An error that is not
// the client's fault, or none, leaves everything as it was.
func (a *attempt) settle(authenticated bool, name string, err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	g := a.guard
	if name != "" && (authenticated || a.account == "") {
		a.account = accountOf(name)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, r := range a.held {
		r.end()
	}
	a.held = nil
	now := time.Now()
	switch {
	case authenticated:
		if a.source.IsValid() && a.account != "" {
			g.remember(pair{a.source, a.account}, now)
		}
	case a.refused || errors.Is(err, ErrRefused):
	case a.wrong || errors.Is(err, auth.ErrWrongCredentials):
		g.counters.failures.Add(1)
		a.fail(now)
	}
}

// fail counts a failure where it belongs, under the Guard's lock.
func (a *attempt) fail(now time.Time) {
	g := a.guard
	if a.own != nil {
		if a.own.fail(now) {
			g.blocked("an account at a source where it is known", a)
		}
		return
	}
	if a.source.IsValid() {
		if g.sources.orNew(a.source, func() *record { return newRecord(&g.limits) }).fail(now) {
			g.blocked("a source", a)
		}
	}
	if a.account != "" {
		if g.accounts.orNew(a.account, func() *record { return newRecord(&g.limits) }).fail(now) {
			g.blocked("an account", a)
		}
	}
}

func (g *Guard) blocked(what string, a *attempt) {
	g.counters.blocks.Add(1)
	g.log.Warn("too many failed logons; refused for a while", "what", what,
		"source", a.source.String(), "account", a.account, "for", g.limits.Block)
}
