package winapi

import "github.com/winrmd/winrmd/wsman/wsmanclient"

// Disconnect leaves the shell at the server. idle is the idle timeout in
// milliseconds; 0 and ServerDefault mean what was said before.
func (sh *Shell) Disconnect(flags, idle uint32, done Completion) {
	sh.ask(done, func() error {
		shell, err := sh.known()
		if err != nil {
			return err
		}
		// What is received ends when the server has done it, and must not be
		// asked for again.
		var open []*Command
		for _, c := range sh.allCommands() {
			if c.gate.isOpen() {
				open = append(open, c)
			}
		}
		sh.pause()
		err = shell.Disconnect(sh.ctx, wsmanclient.DisconnectOptions{IdleTimeout: idleTimeout(idle), BufferMode: bufferMode(flags)})
		if err != nil {
			sh.gate.set(true)
			for _, c := range open {
				c.gate.set(true)
			}
		}
		return err
	})
}

// Reconnect comes back to a shell that was left by Disconnect, or because its
// network was lost. Its commands are reconnected one by one.
func (sh *Shell) Reconnect(flags uint32, done Completion) {
	sh.ask(done, func() error {
		shell, err := sh.known()
		if err != nil {
			return err
		}
		err = shell.Reconnect(sh.ctx, wsmanclient.ReconnectOptions{BufferMode: bufferMode(flags)})
		if err == nil {
			sh.gate.set(true)
		}
		return err
	})
}

// ask runs what is an operation without a Handle.
func (sh *Shell) ask(done Completion, f func() error) {
	started := sh.session.start(func() {
		err := f()
		done(Event{Flags: FlagEndOfOperation, Err: asError(err), Shell: sh.handle})
	})
	if !started {
		refuse(done, Event{Shell: sh.handle})
	}
}
