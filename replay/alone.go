package replay

import (
	"context"
	"strings"
	"time"

	"github.com/winrmd/winrmd/wsman"
)

// What becomes of a shell that is left alone takes its idle timeout. A recording
// without times does not say that its client waited, but its answer does: then
// the Get is asked again until it is so. A Get is no use of a shell.
const (
	askAloneEvery = time.Second
	// maxAlone is the longest idle timeout that is waited for.
	maxAlone = 3 * time.Minute
	// moreAlone is for servers that look at their clocks from time to time.
	moreAlone = 30 * time.Second
)

// alone reports whether an exchange is a Get of a shell that this conversation
// has made, and that had ended or was disconnected by then, without anybody's
// asking for it; and its idle timeout.
func (r *run) alone(x *exchange) (idle time.Duration, ok bool) {
	if x.request.about.Action != wsman.ActionGet || x.shell == "" || !x.deserted() {
		return 0, false
	}
	for _, before := range r.exchanges[:x.number-1] {
		if before.answer == nil || before.answer.about.Fault {
			continue
		}
		switch about := before.answer.about; before.request.about.Action {
		case wsman.ActionCreate:
			if strings.EqualFold(about.ShellID, x.shell) {
				shell := bodyOf(before.answer).Child(wsman.NamespaceShell, "Shell")
				d, err := wsman.ParseDuration(shell.Child(wsman.NamespaceShell, "IdleTimeOut").Value())
				idle, ok = d, err == nil && d > 0 && d <= maxAlone
			}
		case wsman.ActionDelete, wsman.ActionDisconnect:
			if before.shell == x.shell {
				return 0, false
			}
		}
	}
	return idle, ok
}

// deserted reports whether the recorded answer is about a shell that has ended
// or that is disconnected.
func (x *exchange) deserted() bool { return deserted(x.answer) }

func deserted(e *envelope) bool {
	if e.about.Fault {
		return e.about.FaultSubcode == "InvalidSelectors"
	}
	return bodyOf(e).Child(wsman.NamespaceShell, "Shell").Child(wsman.NamespaceShell, "State").Value() == "Disconnected"
}

// await asks until the shell is left alone as long as the recorded one was.
func (r *run) await(ctx context.Context, x *exchange, idle time.Duration) {
	timer := time.NewTicker(askAloneEvery)
	defer timer.Stop()
	for begun := time.Now(); ; {
		got, status, ok := r.ask(ctx, x)
		if !ok {
			return
		}
		if deserted(got) || time.Since(begun) > idle+moreAlone {
			r.compare(x, got, status)
			return
		}
		r.anew(x)
		select {
		case <-timer.C:
		case <-ctx.Done():
			return
		}
	}
}
