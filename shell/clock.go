package shell

import "time"

// clock tells how long nothing was heard of a shell's client. It is guarded
// by the shell's lock. The timer is not set anew at each request: it fires at
// the earliest time that could matter and then looks.
type clock struct {
	heard time.Time // when the last request of the attached client began or ended
	busy  int       // requests under way
	timer *time.Timer
	fires time.Time
	ends  time.Time // when a shell ends whose client knows that it is dead; zero: never
}

// endedGrace is how long a shell whose instance has ended is kept once its
// client was told: for its other requests to hear the reason too.
const endedGrace = 5 * time.Second

// told is the reason why the instance has ended, for the attached client. With
// it the shell has served its purpose, unless a command still has output for
// the client. The caller holds the lock.
func (sh *Shell) told() error {
	if sh.clock.ends.IsZero() && !sh.unfetched() {
		sh.clock.ends = time.Now().Add(endedGrace)
		sh.arm()
	}
	return sh.ended
}

// unfetched reports whether a command has output that no answer has taken.
func (sh *Shell) unfetched() bool {
	for _, cmd := range sh.commands {
		for _, st := range cmd.streams {
			if st.waiting() {
				return true
			}
		}
	}
	return false
}

func (k *clock) begin(sh *Shell) {
	k.busy++
	k.heard = time.Now()
}

func (k *clock) end(sh *Shell) {
	k.busy--
	k.heard = time.Now()
	sh.arm()
}

// silence is how long nothing was heard.
func (k *clock) silence() time.Duration {
	if k.busy > 0 {
		return 0
	}
	return time.Since(k.heard)
}

// robust is how long the client may be silent before its shell counts as
// disconnected; 0 means for ever. A shell that every session of its owner uses
// has no client to lose.
func (sh *Shell) robust() time.Duration {
	if sh.cfg.Traits.AnySession {
		return 0
	}
	return sh.cfg.RobustConnectionTimeout
}

// due is when the clock must look again; zero means not before a request ends.
func (sh *Shell) due() time.Time {
	var at time.Time
	earlier := func(t time.Time) {
		if at.IsZero() || t.Before(at) {
			at = t
		}
	}
	if sh.spec.Lifetime > 0 {
		earlier(sh.created.Add(sh.spec.Lifetime))
	}
	if !sh.clock.ends.IsZero() {
		earlier(sh.clock.ends)
	}
	if sh.clock.busy > 0 {
		return at
	}
	earlier(sh.clock.heard.Add(sh.idleTimeout))
	if robust := sh.robust(); sh.state == Connected && robust > 0 {
		earlier(sh.clock.heard.Add(robust))
	}
	return at
}

// arm sets the timer if it would fire too late or not at all.
func (sh *Shell) arm() {
	at := sh.due()
	if sh.state == Closed || at.IsZero() || !sh.clock.fires.IsZero() && !at.Before(sh.clock.fires) {
		return
	}
	sh.clock.fires = at
	if sh.clock.timer == nil {
		sh.clock.timer = time.AfterFunc(time.Until(at), sh.tick)
		return
	}
	sh.clock.timer.Reset(time.Until(at))
}

// tick does what the time has come for.
func (sh *Shell) tick() {
	sh.mu.Lock()
	sh.clock.fires = time.Time{}
	if sh.state == Closed {
		sh.mu.Unlock()
		return
	}
	now := time.Now()
	expired := sh.spec.Lifetime > 0 && !now.Before(sh.created.Add(sh.spec.Lifetime))
	expired = expired || !sh.clock.ends.IsZero() && !now.Before(sh.clock.ends)
	if sh.clock.busy == 0 {
		silent := now.Sub(sh.clock.heard)
		expired = expired || silent >= sh.idleTimeout
		if robust := sh.robust(); robust > 0 && silent >= robust && sh.state == Connected {
			sh.eachTarget((*target).lose)
			_ = sh.step(eventSilence, true) // allowed in every state but Closed
		}
	}
	if !expired {
		sh.arm()
	}
	sh.mu.Unlock()
	if expired {
		sh.shut()
	}
}
