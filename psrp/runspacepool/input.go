package runspacepool

import (
	"context"

	"github.com/winrmd/winrmd/psrp"
	"github.com/winrmd/winrmd/psrp/clixml"
)

// Send sends objects to the pipeline's input, anything that clixml.Marshal takes,
// and returns when the server has taken them. Objects of one call go in as few
// requests as they fit in. An object is sent whole, even if ctx ends meanwhile.
func (pl *Pipeline) Send(ctx context.Context, objects ...any) error {
	if err := pl.canSend(); err != nil {
		return err
	}
	var requests [][]byte
	for _, o := range objects {
		v, err := clixml.Marshal(o)
		if err != nil {
			return err
		}
		content, err := clixml.Append(nil, v)
		if err != nil {
			return err
		}
		requests = append(requests, pl.encode(psrp.MessagePipelineInput, content)...)
	}
	return pl.send(ctx, requests)
}

// CloseInput says that no more objects come (END_OF_PIPELINE_INPUT, 2.2.2.18).
// Again it does nothing.
func (pl *Pipeline) CloseInput(ctx context.Context) error {
	if err := pl.canSend(); err != nil {
		if _, ok := err.(*StateError); ok {
			return nil
		}
		return err
	}
	if err := pl.send(ctx, pl.encode(psrp.MessageEndOfPipelineInput, nil)); err != nil {
		return err
	}
	pl.mu.Lock()
	defer pl.mu.Unlock()
	pl.openInput = false
	return nil
}

func (pl *Pipeline) canSend() error {
	pl.mu.Lock()
	defer pl.mu.Unlock()
	switch {
	case pl.state == psrp.PSInvocationDisconnected:
		return pl.reason
	case !pl.openInput:
		return &StateError{Operation: "Send", State: pl.state.String() + " without input"}
	}
	return nil
}

func (pl *Pipeline) encode(kind psrp.MessageType, content []byte) [][]byte {
	pl.mu.Lock()
	id := pl.wireID
	pl.mu.Unlock()
	return pl.pool.encode(kind, id, content)
}

func (pl *Pipeline) send(ctx context.Context, requests [][]byte) error {
	return pl.pool.send(ctx, pl.input, pack(requests, pl.pool.config.MaxRequestSize), func(ctx context.Context, fragments []byte) error {
		return pl.command.Send(ctx, streamInput, fragments)
	})
}

// pack puts requests together as long as they fit.
func pack(requests [][]byte, most int) (packed [][]byte) {
	for _, r := range requests {
		if last := len(packed) - 1; last >= 0 && len(packed[last])+len(r) <= most {
			packed[last] = append(packed[last], r...)
			continue
		}
		packed = append(packed, append([]byte(nil), r...))
	}
	return packed
}
