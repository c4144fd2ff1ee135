package main

import (
	"fmt"
	"time"

	"github.com/winrmd/winrmd/psrp"
	"github.com/winrmd/winrmd/shell"
)

// tailEntry is one thing that `session tail` shows.
type tailEntry struct {
	Time      time.Time `json:",omitzero"` // zero: it was held before
	CommandID string    `json:"CommandId,omitempty"`
	Stream    string    `json:",omitempty"`
	Kind      string
	Text      string
	Type      string `json:",omitempty"` // the PSRP message's
	Missed    int    `json:",omitempty"` // pieces
}

// The kinds that are of no message.
const (
	kindMissed     = "missed"
	kindUnreadable = "unreadable"
)

// missedEntry says that pieces are not shown.
func missedEntry(o shell.Output) tailEntry {
	return tailEntry{
		Time: o.Time, Kind: kindMissed, Missed: o.Missed,
		Text: fmt.Sprintf("%d pieces of output are not shown: they came too fast, or the client has taken them", o.Missed),
	}
}

// psrpTail makes messages of what a PowerShell session puts out.
type psrpTail struct {
	// begun has the messages of which only a part has come. What belongs to
	// none of them and starts none is the rest of something whose beginning was
	// not seen.
	begun map[streamName]*psrp.Defragmenter
}

type streamName struct{ commandID, stream string }

func (t *psrpTail) read(o shell.Output) []tailEntry {
	if o.Missed > 0 {
		t.begun = nil // what was missed may be a part of any
		return []tailEntry{missedEntry(o)}
	}
	if o.Following {
		return nil
	}
	var entries []tailEntry
	for f, err := range psrp.FragmentsText(o.Data) {
		e := tailEntry{Time: o.Time, CommandID: o.CommandID, Stream: o.Stream}
		var complete bool
		if err == nil {
			complete, err = t.take(streamName{o.CommandID, o.Stream}, f, &e)
		}
		switch {
		case err != nil:
			e.Kind, e.Text = kindUnreadable, err.Error()
			entries = append(entries, e)
		case complete:
			entries = append(entries, e)
		}
	}
	return entries
}

// take takes one fragment, and fills the entry with the message that it
// completes.
func (t *psrpTail) take(name streamName, f psrp.FragmentText, e *tailEntry) (complete bool, err error) {
	d := t.begun[name]
	if f.Header.Start {
		d = &psrp.Defragmenter{} // one that was not complete never will be
	}
	if d == nil {
		return false, nil
	}
	m, complete, err := d.AddText(f)
	if complete || err != nil {
		delete(t.begun, name)
	} else {
		t.keep(name, d)
	}
	if !complete {
		return false, err
	}
	text, err := psrp.ReadPlainText(m)
	e.Kind, e.Type, e.Text = text.Kind, m.Type.String(), text.Text
	if err != nil {
		return false, err
	}
	return true, nil
}

func (t *psrpTail) keep(name streamName, d *psrp.Defragmenter) {
	if t.begun == nil {
		t.begun = map[streamName]*psrp.Defragmenter{}
	}
	t.begun[name] = d
}
