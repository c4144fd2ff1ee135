package main

import (
	"context"
	"log/slog"
	"time"

	"github.com/winrmd/winrmd/wsman/auth"
	"github.com/winrmd/winrmd/wsman/auth/audit"
	gate "github.com/winrmd/winrmd/wsman/auth/guard"
	"github.com/winrmd/winrmd/wsman/wsmanserver"
)

// entrance is what all listeners for clients have in common: one count of who
// fails, and one audit trail. The socket for the administration has neither:
// there it is the file system that lets somebody in.
type entrance struct {
	guard *gate.Guard
	audit *audit.Auditor
	log   *slog.Logger
}

func newEntrance(log *slog.Logger) *entrance {
	return &entrance{guard: gate.New(gate.Limits{}, log), audit: audit.New(audit.NewLog(log)), log: log}
}

// authenticator is what a listener asks about each request.
func (e *entrance) authenticator(schemes []auth.Scheme) wsmanserver.Authenticator {
	return e.audit.Authenticator(e.guard.Authenticator(&auth.Authenticator{Schemes: schemes}))
}

// watch records the end of a listener's connections.
func (e *entrance) watch(l *listener) *listener {
	e.audit.Attach(l.server)
	return l
}

// reportPause is how often the guard's numbers are told.
const reportPause = time.Minute

// report tells the guard's numbers while somebody fails, until ctx ends.
func (e *entrance) report(ctx context.Context) {
	ticker := time.NewTicker(reportPause)
	defer ticker.Stop()
	for told := uint64(0); ; {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		s := e.guard.Stats()
		if s.Failures+s.Refused == told {
			continue
		}
		told = s.Failures + s.Refused
		e.log.Info("guard", "failures", s.Failures, "delayed", s.Delayed, "refused", s.Refused, "blocks", s.Blocks,
			"sources", s.Sources, "accounts", s.Accounts)
	}
}
