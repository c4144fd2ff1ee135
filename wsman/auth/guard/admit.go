package guard

import (
	"context"
	"time"
)

// enter looks at the source of an attempt whose account is not known yet. A
// source from which somebody has logged on lately may not be refused here: it
// may be the same one again.
func (a *attempt) enter(ctx context.Context) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	g := a.guard
	g.mu.Lock()
	later := g.knowsAnybody(a.source, time.Now())
	g.mu.Unlock()
	if later {
		return nil
	}
	return a.enterSource(ctx)
}

// enterAccount looks at the account, and at the source if nobody has yet.
func (a *attempt) enterAccount(ctx context.Context, name string) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	g := a.guard
	a.account = accountOf(name)
	p := pair{a.source, a.account}
	g.mu.Lock()
	own, known := g.knows(p, time.Now())
	g.mu.Unlock()
	if known {
		a.own = own
		return a.hold(ctx, own, SubjectAccount)
	}
	if err := a.enterSource(ctx); err != nil {
		return err
	}
	delay, err := g.pressure(p)
	if err != nil {
		return err
	}
	return g.sleep(ctx, delay)
}

// enterSource waits as long as the source's failures demand it.
func (a *attempt) enterSource(ctx context.Context) error {
	if a.admitted {
		return nil
	}
	a.admitted = true
	g := a.guard
	if !a.source.IsValid() {
		return nil // a local socket
	}
	g.mu.Lock()
	r := g.sources.orNew(a.source, func() *record { return newRecord(&g.limits) })
	g.mu.Unlock()
	return a.hold(ctx, r, SubjectSource)
}

// hold makes the attempt one that is under way in a record. There are never
// more of them than failures that are left: the others wait their turn.
func (a *attempt) hold(ctx context.Context, r *record, s Subject) error {
	g := a.guard
	for {
		g.mu.Lock()
		now := time.Now()
		if now.Before(r.blocked) {
			until := r.blocked
			g.mu.Unlock()
			return g.refuse(s, until)
		}
		if r.left(now) >= 1 || r.underway == 0 {
			delay := r.delay(now)
			r.begin()
			g.mu.Unlock()
			a.held = append(a.held, r)
			return g.sleep(ctx, delay)
		}
		if r.waiting >= g.limits.MaxWaiting {
			g.mu.Unlock()
			return g.refuse(SubjectQueue, time.Time{})
		}
		decided := r.wait()
		r.waiting++
		g.mu.Unlock()
		var err error
		select {
		case <-decided:
		case <-ctx.Done():
			err = context.Cause(ctx)
		}
		g.mu.Lock()
		r.waiting--
		g.mu.Unlock()
		if err != nil {
			return err
		}
	}
}

// pressure is how long an attempt at an account waits because of what others
// have failed at it. Where it is refused to those, a stranger still has
// attempts of its own: an account under attack must not be out of reach.
func (g *Guard) pressure(p pair) (time.Duration, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := time.Now()
	account, ok := g.accounts.get(p.account)
	if !ok {
		return 0, nil
	}
	if !now.Before(account.blocked) {
		return account.delay(now), nil
	}
	stranger := g.strangers.orNew(p, func() *record { return newRecord(&g.stranger) })
	if !stranger.failures.AllowN(now, 1) {
		return 0, g.refuse(SubjectAccount, account.blocked)
	}
	return g.limits.MaxDelay, nil
}
