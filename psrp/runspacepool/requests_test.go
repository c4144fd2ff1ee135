package runspacepool

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/psrp"
	"github.com/winrmd/winrmd/psrp/clixml"
)

// available answers requests with a call id.
func (f *fake) available(v clixml.Value) {
	f.answer = func(m psrp.Message) {
		id, ok := psrp.CallID(m.Data)
		if !ok {
			f.greet(m)
			return
		}
		f.give(f.message(psrp.MessageRunspaceAvailability, psrp.GUID{}, bag(property("SetMinMaxRunspacesResponse", v), property("ci", clixml.Int64(id+100)))))
		f.give(f.message(psrp.MessageRunspaceAvailability, psrp.GUID{}, bag(property("SetMinMaxRunspacesResponse", v), property("ci", clixml.Int64(id)))))
	}
}

func TestRequests(t *testing.T) {
	f := newFake(t)
	p := open(t, f, Config{})
	f.available(clixml.Bool(true))
	done, err := p.SetMaxRunspaces(bounded(t), 7)
	require.NoError(t, err)
	assert.True(t, done)
	done, err = p.SetMinRunspaces(bounded(t), 2)
	require.NoError(t, err)
	assert.True(t, done)
	done, err = p.ResetRunspaceState(bounded(t))
	require.NoError(t, err)
	assert.True(t, done)
	f.available(clixml.Bool(false))
	done, err = p.SetMaxRunspaces(bounded(t), 1)
	require.NoError(t, err)
	assert.False(t, done)
	minimum, maximum := p.Limits()
	assert.Equal(t, []int{2, 7}, []int{minimum, maximum})
	f.available(clixml.Int32(3))
	n, err := p.AvailableRunspaces(bounded(t))
	require.NoError(t, err)
	assert.Equal(t, 3, n)
	_, err = p.SetMaxRunspaces(bounded(t), 1<<40)
	require.ErrorContains(t, err, "out of range")

	sent := f.messages()[2:]
	var kinds []psrp.MessageType
	for _, m := range sent {
		kinds = append(kinds, m.Type)
	}
	assert.Equal(t, []psrp.MessageType{
		psrp.MessageSetMaxRunspaces, psrp.MessageSetMinRunspaces, psrp.MessageResetRunspaceState, psrp.MessageSetMaxRunspaces,
		psrp.MessageGetAvailableRunspaces,
	}, kinds)
	r, err := psrp.ParseMinMaxRequest(sent[0].Data)
	require.NoError(t, err)
	assert.True(t, r.Max)
	assert.Equal(t, 7, r.Value)

	f.answer = func(psrp.Message) {}
	ctx, cancel := context.WithTimeout(bounded(t), time.Millisecond)
	defer cancel()
	_, err = p.AvailableRunspaces(ctx)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	assert.Empty(t, p.calls.waiting)
}

func TestMetadata(t *testing.T) {
	f := newFake(t)
	p := open(t, f, Config{})
	f.started = func(c *fakeCommand) {
		c.out.put(Received{Fragments: c.output(bag(property("Count", clixml.Int32(2))), bag(property("Name", clixml.String("a"))), bag(property("Name", clixml.String("b"))))}, nil)
		c.out.put(Received{Fragments: c.end(), Done: true}, nil)
		m := c.messages()[0]
		assert.Equal(t, psrp.MessageGetCommandMetadata, m.Type)
		o := object(t, m)
		assert.EqualValues(t, 511, mustGet[clixml.Int32](t, o, "CommandType"))
		assert.Equal(t, clixml.List{clixml.String("a*")}, mustGet[clixml.List](t, o, "Name"))
	}
	var names []string
	for o, err := range p.CommandMetadata(bounded(t), MetadataQuery{Names: []string{"a*"}}) {
		require.NoError(t, err)
		names = append(names, string(mustGet[clixml.String](t, o, "Name")))
	}
	assert.Equal(t, []string{"a", "b"}, names)
	for _, err := range p.CommandMetadata(bounded(t), MetadataQuery{Names: []string{"a*"}, Arguments: []any{make(chan int)}}) {
		require.Error(t, err)
	}
}

func TestEvents(t *testing.T) {
	events := make(chan UserEvent, 1)
	f := newFake(t)
	open(t, f, Config{Event: func(e UserEvent) { events <- e }})
	f.give(f.message(psrp.MessageUserEvent, psrp.GUID{}, clixml.Int32(1))) // not one
	id := clixml.GUID{1}
	when := clixml.NewDateTime(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC))
	f.give(f.message(psrp.MessageUserEvent, psrp.GUID{}, bag(
		property("PSEventArgs.EventIdentifier", clixml.Int32(4)), property("PSEventArgs.SourceIdentifier", clixml.String("s")),
		property("PSEventArgs.TimeGenerated", when), property("PSEventArgs.MessageData", clixml.Int32(5)),
		property("PSEventArgs.ComputerName", clixml.String("c")), property("PSEventArgs.RunspaceId", id),
	)))
	e := <-events
	assert.Equal(t, UserEvent{
		Identifier: 4, SourceIdentifier: "s", TimeGenerated: when.Time(), MessageData: clixml.Int32(5), ComputerName: "c", RunspaceID: id,
	}, e)
}
