//go:build !linux

package process

import "context"

// BecomeReaper does nothing: only on Linux can a process become the new parent of
// descendants whose own has died. Elsewhere they go to init, or stay in their job.
func BecomeReaper() error { return nil }

// ResignReaper does nothing either.
func ResignReaper() error { return nil }

// Reaper has nothing to do where no orphans come to a process.
type Reaper struct{}

// NewReaper makes a Reaper.
func NewReaper() *Reaper { return &Reaper{} }

// Close ends it.
func (*Reaper) Close() error { return nil }

// KillOrphans does nothing: no orphans come to a process here.
func KillOrphans(context.Context) error { return nil }
