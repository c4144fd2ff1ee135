package runspacepool

import (
	"context"
	"time"

	"github.com/winrmd/winrmd/psrp"
	"github.com/winrmd/winrmd/psrp/clixml"
)

// UserEvent is an event that a runspace has forwarded, with Register-EngineEvent
// -Forward and New-Event for example (USER_EVENT, 2.2.2.12).
type UserEvent struct {
	Identifier       int32
	SourceIdentifier string
	TimeGenerated    time.Time
	Sender           clixml.Value
	SourceArgs       clixml.Value
	MessageData      clixml.Value
	ComputerName     string
	RunspaceID       clixml.GUID
}

// takeEvent takes USER_EVENT. One that cannot be read is nobody's loss but its
// own.
func (u pump) takeEvent(ctx context.Context, m psrp.Message) error {
	if u.pool.config.Event == nil {
		return nil
	}
	o, err := u.pool.parseObject(m)
	if err != nil {
		u.pool.config.Log.Debug("an event that cannot be read", "error", err)
		return nil
	}
	e := readEvent(o)
	return u.call(ctx, func(context.Context) { u.pool.config.Event(e) })
}

func readEvent(o *clixml.Object) UserEvent {
	const prefix = "PSEventArgs."
	value := func(name string) clixml.Value {
		v, _ := o.Property(prefix + name)
		return v
	}
	e := UserEvent{Sender: value("Sender"), SourceArgs: value("SourceArgs"), MessageData: value("MessageData")}
	if n, ok := clixml.Base(value("EventIdentifier")).(clixml.Int32); ok {
		e.Identifier = int32(n)
	}
	if t, ok := clixml.Base(value("TimeGenerated")).(clixml.DateTime); ok {
		e.TimeGenerated = t.Time()
	}
	if id, ok := clixml.Base(value("RunspaceId")).(clixml.GUID); ok {
		e.RunspaceID = id
	}
	e.SourceIdentifier = text(value("SourceIdentifier"))
	e.ComputerName = text(value("ComputerName"))
	return e
}

// text is a string; empty for anything else.
func text(v clixml.Value) string {
	s, _ := clixml.Base(v).(clixml.String)
	return string(s)
}
