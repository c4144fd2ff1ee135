package runspace

import (
	"context"

	"github.com/winrmd/winrmd/psrp/clixml"
	"github.com/winrmd/winrmd/shell/runspace/value"
)

// merge says which streams become output, or nothing (2.2.3.31): error, warning,
// verbose, debug and information, in this order.
type merge struct {
	toOutput [5]bool
	toNull   [5]bool
	// errors, if not nil, is where errors go that become output: a later command
	// that asks for those of all before it, which may not be the next one.
	errors sink
}

// mergePlaces are the places of the streams.
var mergePlaces = map[Stream]int{StreamError: 0, StreamWarning: 1, StreamVerbose: 2, StreamDebug: 3, StreamInformation: 4}

func (m merge) any() bool { return m.toOutput != [5]bool{} || m.toNull != [5]bool{} }

// claimed gives the errors to a later command, unless something was said of them.
func (m merge) claimed(by sink) merge {
	if by != nil && !m.toOutput[0] && !m.toNull[0] {
		m.toOutput[0], m.errors = true, by
	}
	return m
}

// give puts a record of a stream that becomes output in its place, which is next
// where no other is known.
func (m merge) give(ctx context.Context, s Stream, v clixml.Value, next sink) error {
	if s == StreamError && m.errors != nil {
		return m.errors(ctx, v)
	}
	return next(ctx, merged(s, v))
}

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
		return m.merge.give(ctx, s, v, m.next)
	}
	return m.client.put(ctx, s, v)
}

// merged is a record of a stream as an object of the output: one of information
// then has its type, which it has not in a message of its own.
func merged(s Stream, v clixml.Value) clixml.Value {
	o, ok := v.(*clixml.Object)
	if !ok || s != StreamInformation || len(o.TypeNames) > 0 {
		return v
	}
	data, _ := o.Property("MessageData")
	text := value.String(data)
	return &clixml.Object{
		TypeNames: []string{"System.Management.Automation.InformationRecord", "System.Object"}, ToString: &text, Adapted: o.Extended,
	}
}
