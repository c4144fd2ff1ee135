package runspace

import (
	"errors"
	"strings"
	"time"
)

// HistoryEntry is a pipeline that its client wanted to be remembered, as consoles
// do of what is typed.
type HistoryEntry struct {
	ID          int64
	CommandLine string
	Status      string // Completed, Failed or Stopped
	Start, End  time.Time
}

// What a runspace remembers at most.
const (
	maxHistory     = 4096 // as in PowerShell
	maxHistoryText = 1 << 20
)

// history is what a runspace remembers, the oldest first.
type history struct {
	last    int64
	size    int // of the texts
	entries []HistoryEntry
}

func (h *history) add(e HistoryEntry) {
	h.last++
	e.ID = h.last
	h.size += len(e.CommandLine)
	h.entries = append(h.entries, e)
	for len(h.entries) > maxHistory || len(h.entries) > 0 && h.size > maxHistoryText {
		h.size -= len(h.entries[0].CommandLine)
		h.entries = h.entries[1:]
	}
}

// remember enters a pipeline that has ended into the history of its runspace, if
// the client has asked for that.
func (r *run) remember(c *createPipeline, began time.Time, err error) {
	if !c.remember {
		return
	}
	e := HistoryEntry{CommandLine: c.commandLine(), Status: "Completed", Start: began, End: time.Now()}
	switch {
	case errors.Is(err, errStopped):
		e.Status = "Stopped"
	case err != nil:
		e.Status = "Failed"
	}
	r.rs.history.add(e)
}

// commandLine is what the user has typed, as far as that is known.
func (c *createPipeline) commandLine() string {
	if c.history != "" {
		return c.history
	}
	var statements []string
	for _, calls := range c.statements {
		var names []string
		for _, one := range calls {
			names = append(names, one.text)
		}
		statements = append(statements, strings.Join(names, " | "))
	}
	return strings.Join(statements, "; ")
}

// History is what is remembered of the pipelines before this one, the oldest first.
func (io *IO) History() []HistoryEntry { return io.run.rs.history.entries }
