package runspacepool

import (
	"context"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/psrp"
	"github.com/winrmd/winrmd/psrp/clixml"
)

// play is one recorded pool, which a client goes through.
type play struct {
	t         *testing.T
	exchanges []exchange
	want      []psrp.Message // what the recorded client has sent
	host      bool           // it had one

	mu       sync.Mutex
	received map[string]int // answers that were given, by command
	commands int            // commands that were started
	reader   map[string]*psrp.Defragmenter
	got      []psrp.Message
	requests int           // what the pool was asked for
	more     chan struct{} // closed when it is asked for more
	key      clixml.Value  // our own, in place of the recorded one
	call     int64         // the number of the last request
	compared []psrp.MessageType

	notes    []string // what the host was called for
	outcomes []outcome
	left     int           // how often the pool was left
	gone     chan struct{} // closed while it is
}

func newPlay(t *testing.T, exchanges []exchange) *play {
	p := &play{t: t, exchanges: exchanges, received: map[string]int{}, reader: map[string]*psrp.Defragmenter{}, more: make(chan struct{}), gone: make(chan struct{})}
	readers := map[string]*psrp.Defragmenter{}
	for _, x := range exchanges {
		if x.action == "Receive" {
			continue
		}
		if readers[x.command] == nil {
			readers[x.command] = &psrp.Defragmenter{}
		}
		p.want = append(p.want, messages(t, readers[x.command], x.sent)...)
	}
	return p
}

// nextCommand is the id of the next recorded command.
func (p *play) nextCommand() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := 0
	for _, x := range p.exchanges {
		if x.action == "Command" {
			if n == p.commands {
				p.commands++
				return x.command
			}
			n++
		}
	}
	p.t.Error("more commands than were recorded")
	return ""
}

// took takes what the client has sent.
func (p *play) took(command string, fragments []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.reader[command] == nil {
		p.reader[command] = &psrp.Defragmenter{}
	}
	for _, m := range messages(p.t, p.reader[command], fragments) {
		p.got = append(p.got, m)
		if command == "" && m.Type != psrp.MessageSessionCapability && m.Type != psrp.MessageInitRunspacePool && m.Type != psrp.MessageConnectRunspacePool {
			p.requests++
			close(p.more)
			p.more = make(chan struct{})
		}
		if id, ok := psrp.CallID(m.Data); ok && m.Type == psrp.MessageResetRunspaceState {
			p.call = id
		}
		if m.Type == psrp.MessagePublicKey {
			p.key = clixml.String(encryptKey(p.t, m, make([]byte, 32)))
		}
	}
}

// receive gives the next recorded answer, and at the recording's end waits for
// the client's end.
func (p *play) receive(ctx context.Context, command string) (Received, error) {
	p.mu.Lock()
	n := 0
	for i, x := range p.exchanges {
		if x.action != "Receive" || x.command != command || x.fault {
			continue
		}
		if n < p.received[command] {
			n++
			continue
		}
		p.received[command]++
		p.mu.Unlock()
		if command == "" {
			if err := p.asked(ctx, i); err != nil {
				return Received{}, err
			}
		}
		return Received{Fragments: p.adapt(x.answer), Done: x.done}, nil
	}
	gone := p.gone
	p.mu.Unlock()
	select {
	case <-gone:
		return Received{}, ErrDisconnected
	case <-ctx.Done():
		return Received{}, context.Cause(ctx)
	}
}

// asked waits until the client has asked the pool for what it had asked for
// before an exchange.
func (p *play) asked(ctx context.Context, before int) error {
	var d psrp.Defragmenter
	want := 0
	for _, x := range p.exchanges[:before] {
		if x.action == "Send" && x.command == "" {
			for _, m := range messages(p.t, &d, x.sent) {
				if m.Type != psrp.MessagePipelineHostResponse {
					want++
				}
			}
		}
	}
	for {
		p.mu.Lock()
		have, more := p.requests, p.more
		p.mu.Unlock()
		if have >= want {
			return nil
		}
		select {
		case <-more:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// adapt puts what only this client can read in the place of what was recorded:
// the session key, and the number of its request.
func (p *play) adapt(fragments []byte) []byte {
	if len(fragments) == 0 {
		return fragments
	}
	h, err := psrp.ParseFragmentHeader(fragments)
	if err != nil || !h.Start || !h.End {
		return fragments
	}
	var d psrp.Defragmenter
	m, complete, err := d.Add(h, fragments[psrp.FragmentHeaderSize:psrp.FragmentHeaderSize+int(h.BlobLength)])
	if err != nil || !complete {
		return fragments
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	switch m.Type {
	case psrp.MessageEncryptedSessionKey:
		m.Data, err = clixml.Append(nil, bag(property("EncryptedSessionKey", p.key)))
	case psrp.MessageRunspaceAvailability:
		m.Data, err = clixml.Append(nil, bag(property("SetMinMaxRunspacesResponse", clixml.Bool(false)), property("ci", clixml.Int64(p.call))))
	default:
		return fragments
	}
	assert.NoError(p.t, err)
	return psrp.AppendFragments(nil, h.ObjectID, m.Append(nil), 0)
}

// run does what was recorded.
func (p *play) run() {
	t := p.t
	ctx := bounded(t)
	config, id := p.config()
	transport := captureTransport{play: p}
	attach := Open
	if p.exchanges[0].action == "Connect" {
		attach = Connect
	}
	pool, err := attach(ctx, transport, id, config)
	require.NoError(t, err)
	defer func() { assert.NoError(t, pool.Close(context.Background())) }()
	p.results(ctx, p.perform(ctx, pool))
	p.leave(ctx, pool)
	p.compare()
}

// perform does with a pool what the recorded client has done, and returns the
// pipelines that it has started.
func (p *play) perform(ctx context.Context, pool *RunspacePool) (pipelines []*Pipeline) {
	t := p.t
	var err error
	for _, m := range p.want {
		o, _ := p.parse(m).(*clixml.Object)
		switch m.Type {
		case psrp.MessagePublicKey:
			if p.answered(psrp.MessageEncryptedSessionKey) {
				_, err = pool.SessionKey(ctx)
			} else { // the server says nothing: see README.md of the captures
				pool.exchangeKey(ctx)
			}
		case psrp.MessageResetRunspaceState:
			var done bool
			done, err = pool.ResetRunspaceState(ctx)
			assert.False(t, done, "as it was recorded")
		case psrp.MessageGetCommandMetadata:
			p.metadata(ctx, pool, o)
		case psrp.MessageCreatePipeline:
			var pl *Pipeline
			pl, err = pool.Start(ctx, p.pipelineConfig(o))
			pipelines = append(pipelines, pl)
		case psrp.MessagePipelineInput:
			err = pipelines[len(pipelines)-1].Send(ctx, p.parse(m))
		case psrp.MessageEndOfPipelineInput:
			err = pipelines[len(pipelines)-1].CloseInput(ctx)
		}
		require.NoError(t, err, "%v", m.Type)
	}
	return pipelines
}

// answered reports whether the recorded server has sent a message of a type.
func (p *play) answered(kind psrp.MessageType) bool {
	var d psrp.Defragmenter
	for _, x := range p.exchanges {
		if x.action == "Receive" && x.command == "" {
			for _, m := range messages(p.t, &d, x.answer) {
				if m.Type == kind {
					return true
				}
			}
		}
	}
	return false
}

func (p *play) parse(m psrp.Message) clixml.Value {
	if len(m.Data) == 0 {
		return nil
	}
	v, err := clixml.Parse(m.Data)
	require.NoError(p.t, err)
	return v
}

// compare compares what was sent with what was recorded, stream by stream the
// order of the client.
func (p *play) compare() {
	p.mu.Lock()
	defer p.mu.Unlock()
	var got, want []psrp.MessageType
	for _, m := range p.got {
		got = append(got, m.Type)
	}
	for _, m := range p.want {
		want = append(want, m.Type)
	}
	require.ElementsMatch(p.t, want, got)
	taken := make([]bool, len(p.got))
	for _, m := range p.want {
		for i, other := range p.got {
			if taken[i] || other.Type != m.Type {
				continue
			}
			taken[i] = true
			p.compared = append(p.compared, m.Type)
			p.same(m, other)
			break
		}
	}
}

// same compares two messages. A key is another each time, and what was encrypted
// with it, and pypsrp says of a pool without a host that it uses the runspace's.
func (p *play) same(want, got psrp.Message) {
	assert.Equal(p.t, want.Destination, got.Destination)
	w, g := canonical(p.parse(want)), canonical(p.parse(got))
	switch want.Type {
	case psrp.MessagePublicKey:
		return
	case psrp.MessageResetRunspaceState:
		return // a number of the client's own
	case psrp.MessageInitRunspacePool, psrp.MessageCreatePipeline:
		for _, v := range []any{w, g} {
			delete(v.(map[string]any)["hostinfo"].(map[string]any), "_userunspacehost")
		}
	case psrp.MessagePipelineHostResponse:
		for _, v := range []any{w, g} {
			answer := v.(map[string]any)
			if _, secret := answer["mr"].(clixml.SecureString); secret {
				answer["mr"] = "a secret"
			}
			if o, ok := answer["mr"].(map[string]any); ok && o["password"] != nil {
				o["password"] = "a secret"
			}
		}
	}
	assert.Equal(p.t, w, g, "%v", want.Type)
}
