package main

import (
	"context"
	"time"
)

// maxOpenAbove is the aim for opening, in milliseconds above the pipe.
const maxOpenAbove = 30

// measureOpen opens and closes sessions.
func (b *bench) measureOpen(ctx context.Context) error {
	return b.withSides(func(sides []*side) error {
		values := make([]samples, len(sides))
		for round := range 2*b.rounds + 1 {
			for i, one := range sides {
				began := time.Now()
				session, err := one.open(ctx)
				if err != nil {
					return err
				}
				took := time.Since(began)
				if err := session.Close(ctx); err != nil {
					return err
				}
				if round > 0 { // the first fills caches and meets the password's hash
					values[i] = append(values[i], milliseconds(took))
				}
			}
		}
		b.title("open a session, ms")
		for i, one := range sides {
			b.line(one.name, "%s   %+.1f", values[i].text("%.1f"), values[i].median()-values[sidePipe].median())
		}
		above := values[sideHTTP].median() - values[sidePipe].median()
		b.aim(above <= maxOpenAbove, "open at most 30 ms above the pipe", "%+.1f ms", above)
		return nil
	})
}
