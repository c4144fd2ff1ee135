package shell

import "context"

// Close ends the shell for its owner or an administrator: its commands, its
// processes, and the Receives that wait, with ErrClosed. It returns when all
// of it is gone, CloseTimeout after it began at the latest.
func (sh *Shell) Close(c Client) error {
	if !c.Administrator {
		if err := sh.allow(c); err != nil {
			return err
		}
	}
	sh.shut()
	return nil
}

// shut ends the shell. Of several calls one does it and the others wait.
func (sh *Shell) shut() {
	sh.mu.Lock()
	if sh.closing {
		sh.mu.Unlock()
		<-sh.closed
		return
	}
	sh.closing = true
	_ = sh.step(eventClose, true) // allowed in every state
	if sh.clock.timer != nil {
		sh.clock.timer.Stop()
	}
	sh.eachTarget((*target).end)
	sh.buffer.changed()
	instance, saving := sh.instance, sh.saving
	sh.mu.Unlock()
	if saving.running {
		<-saving.done
	}

	if instance != nil {
		ctx, cancel := context.WithTimeout(context.Background(), CloseTimeout)
		defer cancel()
		_ = instance.Close(ctx) // it is gone either way
	}
	sh.gone(sh)
	close(sh.closed)
}
