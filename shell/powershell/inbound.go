package powershell

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/winrmd/winrmd/psrp"
	"github.com/winrmd/winrmd/psrp/outofproc"
	"github.com/winrmd/winrmd/shell"
)

// inbound is one stream of a client's fragments. Objects are given to the
// engine whole: what a client has only half sent when it vanishes must never
// reach it.
type inbound struct {
	turn  chan struct{} // held by the request whose input is being given
	order psrp.Assembler
	held  [][]byte // fragments of the object that is not complete
	first psrp.MessageHeader

	received, limit int64 // bytes of all objects; 0 is no limit
}

// limits are how many bytes a client may send: in one object, and for one
// command.
type limits struct{ object, data int }

func (in *inbound) init(l limits) {
	in.order.MaxObjectSize = int64(l.object)
	in.limit = int64(l.data)
	in.turn = make(chan struct{}, 1)
}

// reset forgets what was half sent.
func (in *inbound) reset() {
	in.order.Reset()
	in.held = nil
}

// maxFragments is the most fragments that one object may have. Their blobs are
// limited too, but a fragment may have none.
const maxFragments = 1 << 16

// packet is what goes to the engine in one Data.
type packet struct {
	text    []byte
	message psrp.MessageHeader // of the first object in it
}

// take adds a client's text and returns what can be given to the engine. see is
// called for each message that begins.
func (in *inbound) take(text []byte, see func(psrp.FragmentText) error) ([]packet, error) {
	if !psrp.ValidText(text) {
		in.reset()
		return nil, refuse(codeInputType, "The input is not base64.", nil)
	}
	var out []packet
	old := len(in.held)
	whole := !in.order.Pending() // the text can go as it came
	for f, err := range psrp.FragmentsText(text) {
		if err != nil {
			in.reset()
			return nil, refuse(codeNullInput, "The input is not made of PSRP fragments.", err)
		}
		complete, err := in.add(f)
		if err == nil {
			err = see(f)
		}
		if err != nil {
			in.reset()
			return nil, err
		}
		if complete {
			for _, one := range in.held {
				out = append(out, packet{one, in.first})
			}
			in.held, old = nil, 0
		}
	}
	if whole && !in.order.Pending() && len(out) > 0 && in.single(out) {
		return []packet{{text, out[0].message}}, nil
	}
	if in.order.Pending() {
		in.keep(old)
	}
	return out, nil
}

// add checks a fragment and holds it.
func (in *inbound) add(f psrp.FragmentText) (complete bool, err error) {
	if in.received += int64(f.Header.BlobLength); in.limit > 0 && in.received > in.limit {
		return false, refuse(codeNullInput, fmt.Sprintf(
			"MaximumReceivedDataSizePerCommandMB allows %d bytes to be sent to one command, and this would be %d; send less, or ask an administrator to raise it.",
			in.limit, in.received), nil)
	}
	complete, err = in.order.Add(f.Header)
	switch {
	case err != nil:
	case f.Header.Start && !f.HasMessage:
		err = fmt.Errorf("fragment 0 of object %d ends within the message header", f.Header.ObjectID)
	case len(in.held) == maxFragments:
		err = fmt.Errorf("object %d has more than %d fragments", f.Header.ObjectID, maxFragments)
	}
	if order, ok := errors.AsType[*psrp.OrderError](err); ok && order.Size > 0 {
		return false, refuse(codeNullInput, fmt.Sprintf(
			"MaximumReceivedObjectSizeMB allows %d bytes for one object, and this would be %d; send less, or ask an administrator to raise it.",
			in.order.MaxObjectSize, order.Size), err)
	}
	if err != nil {
		return false, refuse(codeNullInput, "A fragment of the input is out of order.", err)
	}
	if f.Header.Start {
		in.first = f.Message
	}
	in.held = append(in.held, f.Text)
	return complete, nil
}

// single reports whether all packets go to the same place.
func (in *inbound) single(out []packet) bool {
	for _, p := range out {
		if p.message.PipelineID != out[0].message.PipelineID {
			return false
		}
	}
	return true
}

// keep copies what is held but for the old ones: the text belongs to a request
// that ends.
func (in *inbound) keep(old int) {
	for i, one := range in.held[old:] {
		in.held[old+i] = append([]byte(nil), one...)
	}
}

// Send implements shell.Instance. Without a command, stdin is for the pool and
// pr for the pipeline that the message names: captured clients send responses
// of a pipeline's host calls so.
func (s *session) Send(ctx context.Context, cmd *shell.Command, in shell.Input) error {
	var p *pipeline
	if cmd != nil {
		if p = s.pipelineOf(cmd); p == nil {
			return nil // it has ended; what it would have read is of no use
		}
	}
	switch in.Stream {
	case "stdin":
		if p == nil {
			return s.forward(ctx, &s.pool.input, nil, in.Data)
		}
		return s.forward(ctx, &p.input, p, in.Data)
	case "pr":
		return s.respond(ctx, in.Data)
	}
	return refuse(codeInputStream, fmt.Sprintf("There is no input stream %q; use stdin or pr.", in.Stream), nil)
}

// forward gives stdin of a pipeline, or of the pool, to the engine.
func (s *session) forward(ctx context.Context, in *inbound, p *pipeline, d shell.Data) error {
	return s.give(ctx, in, d, func(f psrp.FragmentText) error { return s.observe(p, f) },
		func(ctx context.Context, one packet) error {
			if p == nil {
				return s.engine.send(ctx, outofproc.StreamDefault, outofproc.SessionID, one.text)
			}
			if err := s.announce(ctx, p); err != nil {
				return err
			}
			return s.engine.send(ctx, outofproc.StreamDefault, p.id, one.text)
		})
}

// respond gives answers of host calls to the engine, each to the pipeline that
// it names.
func (s *session) respond(ctx context.Context, d shell.Data) error {
	return s.give(ctx, &s.pool.responses, d, s.observeResponse,
		func(ctx context.Context, one packet) error {
			// The identifier of zeros is the session's in both.
			return s.engine.send(ctx, outofproc.StreamPromptResponse, psGuid(one.message.PipelineID), one.text)
		})
}

// rest is how long the engine may take for the rest of an object of which it
// has the beginning.
const rest = time.Minute

// give passes what is complete on by send, one request after the other. see is
// called with the lock held.
func (s *session) give(ctx context.Context, in *inbound, d shell.Data, see func(psrp.FragmentText) error, send func(context.Context, packet) error) error {
	select {
	case in.turn <- struct{}{}:
		defer func() { <-in.turn }()
	case <-ctx.Done():
		return waitError(ctx)
	}
	s.mu.Lock()
	packets, err := in.take(text(d), see)
	s.mu.Unlock()
	if err != nil {
		return err
	}
	for i, one := range packets {
		if err := send(ctx, one); err != nil {
			if i > 0 {
				s.engine.kill() // it has half of what it must have whole
			}
			return err
		}
		if i == 0 && len(packets) > 1 {
			// From here on it is all or nothing, whatever becomes of the request.
			var cancel context.CancelFunc
			ctx, cancel = context.WithTimeout(context.WithoutCancel(ctx), rest)
			defer cancel()
		}
	}
	return nil
}

// text is input as base64 text, unchanged where it came so.
func text(d shell.Data) []byte {
	if d.IsBase64() {
		return d.Raw()
	}
	return d.AppendBase64(nil)
}
