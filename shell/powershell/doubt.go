package powershell

import (
	"context"
	"crypto/rand"
	"sync"
	"time"

	"github.com/winrmd/winrmd/psrp"
	"github.com/winrmd/winrmd/psrp/outofproc"
)

// doubtful is how long an engine that has reported a transport error may take to
// show that it still answers, and how long after a Signal an error may be one of
// those that do no harm.
const doubtful = 10 * time.Second

// doubts says whether an engine is being looked at. The zero value is ready.
type doubts struct {
	mu       sync.Mutex
	signaled time.Time // when a pipeline was sent a Signal last
	looking  bool
	again    bool // it has cried once more meanwhile
}

// noteSignal is called before a Signal is sent.
func (d *doubts) noteSignal() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.signaled = time.Now()
}

// doubt is what follows when an engine has reported a transport error. It is
// killed: the pipeline that was meant never ends (measured with a CREATE_PIPELINE
// that cannot be read). But an engine also reports one, about one time in ten,
// when a Signal reaches the first pipeline of a session in the moment in which it
// begins; the pipeline stops all the same, and everything after it is served
// (measured). Stop-Job right after Invoke-Command -AsJob does that, and must not
// cost the session. So soon after a Signal an engine is killed only if it does
// not answer.
func (e *engine) doubt() {
	e.doubts.mu.Lock()
	defer e.doubts.mu.Unlock()
	switch {
	case e.doubts.signaled.IsZero() || time.Since(e.doubts.signaled) > doubtful:
		e.kill()
	case e.doubts.looking:
		e.doubts.again = true
	default:
		e.doubts.looking = true
		go e.look()
	}
}

// look asks the engine until it has answered after its last error.
func (e *engine) look() {
	for more := true; more; {
		if err := e.answers(); err != nil {
			if !isClosed(e.dead) {
				e.log.Warn("engine killed: it does not answer after an error", "error", err, "stderr", e.stderr.String())
			}
			e.kill()
		} else {
			e.log.Info("engine has reported an error and goes on", "stderr", e.stderr.String())
		}
		e.doubts.mu.Lock()
		more = e.doubts.again && !isClosed(e.dead)
		e.doubts.looking, e.doubts.again = more, false
		e.doubts.mu.Unlock()
	}
}

// answers waits until the engine has acknowledged every Data that it was sent,
// and a Signal to a pipeline that does not exist, which changes nothing.
func (e *engine) answers() error {
	ctx, cancel := context.WithTimeout(context.Background(), doubtful)
	defer cancel()
	if err := e.settle(ctx); err != nil {
		return err
	}
	var nobody psrp.GUID
	rand.Read(nobody[:])
	return e.ask(ctx, outofproc.SignalAck, psGuid(nobody), func(w *outofproc.Writer) error { return w.Signal(psGuid(nobody)) })
}
