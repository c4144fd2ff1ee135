package runspacepool

import (
	"context"
	"fmt"

	"github.com/winrmd/winrmd/psrp"
	"github.com/winrmd/winrmd/psrp/clixml"
)

// hostCall is a call of the host (2.2.2.15, 2.2.2.27).
type hostCall struct {
	id         int64 // psrp.NoAnswer: nobody waits
	method     methodID
	parameters []clixml.Value
	answer     []byte // what the host has said, to be sent
}

// readHostCall reads a call. Where it cannot be read but says who waits, the call
// is returned, too, to be answered.
func (p *RunspacePool) readHostCall(m psrp.Message) (*hostCall, error) {
	o, err := p.parseObject(m)
	if err != nil {
		return nil, err
	}
	id, err := clixml.Get[clixml.Int64](o, "ci")
	if err != nil {
		return nil, err
	}
	c := &hostCall{id: int64(id)}
	v, _ := o.Property("mi")
	n, ok := clixml.Base(v).(clixml.Int32)
	if !ok {
		return c, &clixml.PropertyError{Name: "mi", Want: "I32", Missing: v == nil}
	}
	c.method = methodID(n)
	if v, _ := o.Property("mp"); v != nil {
		c.parameters, ok = elements(v)
		if !ok {
			return c, &clixml.PropertyError{Name: "mp", Want: "LST"}
		}
	}
	return c, nil
}

// elements are those of any list.
func elements(v clixml.Value) ([]clixml.Value, bool) {
	switch list := clixml.Base(v).(type) {
	case clixml.List:
		return list, true
	case clixml.Enumerable:
		return list, true
	}
	return nil, false
}

// takeCall takes PIPELINE_HOST_CALL; it is answered before anything else.
func (pl *Pipeline) takeCall(m psrp.Message) error {
	c, err := pl.pool.readHostCall(m)
	if err != nil && c == nil {
		return &ObjectError{m.Type, err}
	}
	if err != nil {
		c.parameters, c.method = nil, 0 // a method that there is not
	}
	pl.call = c
	return nil
}

// answerCall calls the host and sends what it says. A call that was cut short by
// the end of ctx stays, and so does an answer that the server did not get.
func (pl *Pipeline) answerCall(ctx context.Context) error {
	if pl.call.answer == nil {
		answer, err := pl.pool.callHost(ctx, pl.host, pl.call)
		if err != nil {
			return err
		}
		pl.call.answer = answer
	}
	if pl.call.answer != nil {
		requests := pl.encode(psrp.MessagePipelineHostResponse, pl.call.answer)
		if err := pl.pool.send(ctx, pl.responses, requests, func(ctx context.Context, fragments []byte) error {
			return pl.command.Send(ctx, streamPromptResponse, fragments)
		}); err != nil {
			return err
		}
	}
	pl.call = nil
	return nil
}

// takeHostCall takes RUNSPACEPOOL_HOST_CALL.
func (u pump) takeHostCall(ctx context.Context, m psrp.Message) error {
	p := u.pool
	c, err := p.readHostCall(m)
	if c == nil {
		p.config.Log.Debug("a call of the host that cannot be read", "error", err)
		return nil
	}
	if err != nil {
		c.parameters, c.method = nil, 0
	}
	return u.call(ctx, func(ctx context.Context) {
		answer, err := p.callHost(ctx, p.config.Host, c)
		if err != nil || answer == nil {
			return
		}
		err = p.send(ctx, p.responses, p.encode(psrp.MessageRunspacePoolHostResponse, psrp.GUID{}, answer), func(ctx context.Context, fragments []byte) error {
			return p.transport.Send(ctx, streamPromptResponse, fragments)
		})
		if err != nil {
			p.config.Log.Debug("a call of the host is not answered", "error", err)
		}
	})
}

// callHost calls the host and returns the answer (2.2.2.16, 2.2.2.28), nil if
// nobody waits for one. The error is that of ctx.
func (p *RunspacePool) callHost(ctx context.Context, h Host, c *hostCall) ([]byte, error) {
	result, err := p.invoke(ctx, h, c)
	if err != nil && ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if c.id == psrp.NoAnswer {
		if err != nil {
			p.config.Log.Debug("a call of the host has failed", "method", c.method, "error", err)
		}
		return nil, nil
	}
	if err == nil {
		var answer []byte
		if answer, err = c.response("mr", result); err == nil {
			return answer, nil
		}
	}
	record := clixml.NewErrorRecord(err, "RemoteHostExecutionException", clixml.NotSpecified)
	return c.response("me", record.Object())
}

// response is the content of the answer. Null is not said: a server takes what is
// missing as null, and a null as broken.
func (c *hostCall) response(name string, v clixml.Value) ([]byte, error) {
	o := bag(
		property("ci", clixml.Int64(c.id)),
		property("mi", systemEnum("System.Management.Automation.Remoting.RemoteHostMethodId", c.method.String(), int32(c.method))),
	)
	if v != nil {
		o.Extended = append(o.Extended, property(name, v))
	}
	return clixml.Append(nil, o)
}

// invoke calls the method of the host.
func (p *RunspacePool) invoke(ctx context.Context, h Host, c *hostCall) (clixml.Value, error) {
	if h == nil {
		h = NoHost{}
	}
	a := &arguments{values: c.parameters}
	switch {
	case c.method < methodReadLine:
		return invokeHost(ctx, h, c.method, a)
	case c.method <= methodPromptForChoice, c.method == methodPromptForChoiceMultipleSelection:
		ui := h.UI()
		if ui == nil {
			return nil, ErrNotSupported
		}
		return p.invokeUI(ctx, ui, c.method, a)
	case c.method <= methodScrollBufferContents:
		ui := h.UI()
		if ui == nil || ui.RawUI() == nil {
			return nil, ErrNotSupported
		}
		return invokeRawUI(ctx, ui.RawUI(), c.method, a)
	}
	return nil, fmt.Errorf("%v: %w", c.method, ErrNotSupported)
}
