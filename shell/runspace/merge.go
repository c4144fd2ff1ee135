package runspace

import (
	"context"

	"github.com/winrmd/winrmd/psrp/clixml"
)

// merge says which streams become output, or nothing (2.2.3.31): error, warning,
// verbose, debug and information, in this order.
type merge struct {
	toOutput [5]bool
	toNull   [5]bool
}

// mergePlaces are the places of the streams.
var mergePlaces = map[Stream]int{StreamError: 0, StreamWarning: 1, StreamVerbose: 2, StreamDebug: 3, StreamInformation: 4}

func (m merge) any() bool { return m != merge{} }

// of is what becomes of a stream.
func (m merge) of(s Stream) (toOutput, toNull bool) {
	place, ok := mergePlaces[s]
	if !ok {
		return false, false
	}
	return m.toOutput[place], m.toNull[place]
}

// merging is the client of a script whose streams are merged into its output.
type merging struct {
	client
	merge merge
	next  sink
}

// put implements client.
func (m *merging) put(ctx context.Context, s Stream, v clixml.Value) error {
	toOutput, toNull := m.merge.of(s)
	switch {
	case toNull:
		return nil
	case toOutput:
		return m.next(ctx, v)
	}
	return m.client.put(ctx, s, v)
}
