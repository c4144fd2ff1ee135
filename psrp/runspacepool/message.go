package runspacepool

import (
	"context"

	"github.com/winrmd/winrmd/psrp"
	"github.com/winrmd/winrmd/psrp/clixml"
)

// clientVersion is the protocol's version that this client speaks.
const clientVersion = psrp.ServerVersion

// bag is an object with properties and without a type, as messages are.
func bag(properties ...clixml.Property) *clixml.Object {
	return &clixml.Object{Extended: properties}
}

func property(name string, v clixml.Value) clixml.Property {
	return clixml.Property{Name: name, Value: v}
}

func systemEnum(typeName, name string, n int32) clixml.Value {
	return clixml.NewEnum(typeName, name, clixml.Int32(n))
}

// encode makes the fragments of a message to the server, as many bytes of whole
// fragments a request as requests may have.
func (p *RunspacePool) encode(kind psrp.MessageType, pipeline psrp.GUID, content []byte) [][]byte {
	m := psrp.Message{MessageHeader: psrp.MessageHeader{
		Destination: psrp.DestinationServer, Type: kind, RunspacePoolID: p.ID(), PipelineID: pipeline,
	}, Data: content}
	size := min(p.config.MaxRequestSize-psrp.FragmentHeaderSize, psrp.DefaultMaxBlob)
	return split(psrp.AppendFragments(nil, p.objects.Add(1), m.Append(nil), size), p.config.MaxRequestSize)
}

// split divides whole fragments into requests.
func split(fragments []byte, most int) (requests [][]byte) {
	from, to := 0, 0
	for f := range psrp.Fragments(fragments) { // our own: they are well
		next := to + psrp.FragmentHeaderSize + len(f.Blob)
		if next-from > most && to > from {
			requests = append(requests, fragments[from:to])
			from = to
		}
		to = next
	}
	return append(requests, fragments[from:])
}

// send sends messages of one stream, the whole of them, whoever waits for it.
func (p *RunspacePool) send(ctx context.Context, t turn, requests [][]byte, one func(ctx context.Context, fragments []byte) error) error {
	if err := t.take(ctx); err != nil {
		return err
	}
	return request(ctx, p, func(ctx context.Context) error {
		defer t.give()
		for _, fragments := range requests {
			if err := one(ctx, fragments); err != nil {
				return err
			}
		}
		return nil
	})
}

// tell sends a message to the pool itself.
func (p *RunspacePool) tell(ctx context.Context, kind psrp.MessageType, content clixml.Value) error {
	data, err := clixml.Append(nil, content)
	if err != nil {
		return err
	}
	requests := p.encode(kind, psrp.GUID{}, data)
	return p.send(ctx, p.input, requests, func(ctx context.Context, fragments []byte) error {
		return p.transport.Send(ctx, streamInput, fragments)
	})
}

// parse reads the content of a message; an empty one is null.
func (p *RunspacePool) parse(data []byte) (clixml.Value, error) {
	if len(data) == 0 {
		return nil, nil
	}
	return p.config.limits().Parse(data)
}

// parseObject reads a content that has to be an object.
func (p *RunspacePool) parseObject(m psrp.Message) (*clixml.Object, error) {
	v, err := p.parse(m.Data)
	if err != nil {
		return nil, err
	}
	if o, ok := v.(*clixml.Object); ok {
		return o, nil
	}
	return nil, &psrp.MessageError{Reason: m.Type.String() + " is not an object"}
}

// reasonOf reads why a state is what it is; nil if that is not said.
func reasonOf(o *clixml.Object) *clixml.ErrorRecord {
	v, ok := o.Property("ExceptionAsErrorRecord")
	if !ok || v == nil {
		return nil
	}
	record, err := clixml.ReadErrorRecord(v)
	if err != nil {
		record = &clixml.ErrorRecord{Message: clixml.Text(v)}
	}
	return record
}
