package process

import (
	"context"
	"os"
)

// KillOrphans kills and reaps all orphans that have come to this process, with
// all of their descendants, until a look finds nobody. So after BecomeReaper it
// kills what a program has left behind that was started here and has ended.
// Programs that were started here and run, and what is below them, are spared.
//
// An error says who is left: some could not be killed, or ctx has ended.
func KillOrphans(ctx context.Context) error {
	return hunt(ctx, func() (found []info, err error) {
		ours.judge(func() { found, err = ours.orphans() })
		return found, err
	})
}

// orphans reaps who has ended and lists the others. The caller holds mu.
func (r *registry) orphans() ([]info, error) {
	r.reap()
	t, err := look()
	if err != nil {
		return nil, err
	}
	self := os.Getpid()
	var found []info
	for _, p := range t.below(t.children[self], r.has) {
		// The next look reaps who has died since. A zombie of another parent
		// is that one's to reap, or comes here when that one has died.
		if !p.dead() || p.parent == self {
			found = append(found, p)
		}
	}
	return found, nil
}
