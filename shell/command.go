package shell

import "time"

// Command is one command of a shell: a pipeline, or a command line.
type Command struct {
	target
	id, line string
	created  time.Time
	finished bool
	exitCode int
	pending  bool // it waits for an answer of its client

	doneAnswered  time.Time // when an answer said Done; zero: none has
	doneConfirmed bool
}

// ID is the command's identifier, an upper-case GUID.
func (c *Command) ID() string { return c.id }

// Line is the command line's first element, as the client sent it.
func (c *Command) Line() string { return c.line }

// Stream is one of the command's output streams; nil if it has none of that
// name.
func (c *Command) Stream(name string) *Stream { return c.stream(name) }

// Finish says that the command has ended and puts nothing more. Calling it
// again changes nothing.
func (c *Command) Finish(exitCode int) {
	c.sh.mu.Lock()
	defer c.sh.mu.Unlock()
	if c.finished {
		return
	}
	c.finished, c.exitCode, c.pending = true, exitCode, false
	c.urgent = true
	c.notify()
	c.sh.noteRemains()
}

// SetPending says whether the command waits for an answer of its client.
func (c *Command) SetPending(pending bool) {
	c.sh.mu.Lock()
	defer c.sh.mu.Unlock()
	c.pending = pending && !c.finished
}

// describe adds to an answer what is to be said of the command. fits says
// whether the ends of the streams have room in it.
func (c *Command) describe(a *Answer, streams []*Stream, fits bool) {
	a.CommandID = c.id
	drained := true
	for _, st := range streams {
		drained = drained && !st.waiting()
	}
	console := c.sh.cfg.Traits.Console
	switch {
	case c.finished && drained && (fits || !console):
		if console {
			for _, st := range streams {
				a.Parts = append(a.Parts, Part{Stream: st.name, End: true})
			}
		}
		a.State, a.ExitCode = CommandDone, c.exitCode
		c.doneAnswered = time.Now()
	case len(a.Parts) == 0:
	case c.pending && drained:
		a.State = CommandPending
	case console:
		a.State = CommandRunning
	}
}

// delivered reports whether the client is known to have been told of the end.
func (c *Command) delivered() bool { return c.doneConfirmed && c.drained() }

// told reports whether an answer has told of the end.
func (c *Command) told() bool { return !c.doneAnswered.IsZero() && c.drained() }

// drained reports whether answers have taken everything: a client that asks
// for one stream is told of the end while the other still holds something.
func (c *Command) drained() bool {
	for _, st := range c.streams {
		if st.waiting() {
			return false
		}
	}
	return true
}

// running reports whether the command counts for the quota.
func (c *Command) running() bool { return !c.finished }
