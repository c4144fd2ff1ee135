package runspacepool

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/psrp"
	"github.com/winrmd/winrmd/psrp/clixml"
)

// patience is for what must not hang.
const patience = 60 * time.Second

func bounded(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	return ctx
}

// fake is a server in memory: it keeps what it was sent, and gives what it is told
// to give.
type fake struct {
	t  *testing.T
	id psrp.GUID

	mu       sync.Mutex
	version  string // of the protocol; "" means 2.3
	objects  uint64
	sent     []psrp.Message // to the pool, and to commands that do not listen themselves
	requests [][]byte       // their fragments
	reader   psrp.Defragmenter
	out      *queue
	commands map[string]*fakeCommand
	calls    []string // what was called, in order
	fail     map[string]error
	gate     chan struct{} // where it is not nil, Command waits for it
	answer   func(m psrp.Message)
	started  func(c *fakeCommand)
}

func newFake(t *testing.T) *fake {
	f := &fake{t: t, id: NewID(), out: newQueue(), commands: map[string]*fakeCommand{}, fail: map[string]error{}}
	f.answer = f.greet
	return f
}

// greet answers what every pool begins with.
func (f *fake) greet(m psrp.Message) {
	if m.Type != psrp.MessageInitRunspacePool {
		return
	}
	version := f.version
	if version == "" {
		version = "2.3"
	}
	f.give(psrp.SessionCapability(psrp.GUID{}, version))
	f.give(f.message(psrp.MessageApplicationPrivateData, psrp.GUID{}, bag(property("ApplicationPrivateData", clixml.NewPrimitiveDictionary()))))
	f.give(psrp.RunspacePoolStateMessage(f.id, psrp.RunspacePoolOpened, ""))
}

func (f *fake) message(kind psrp.MessageType, pipeline psrp.GUID, v clixml.Value) []byte {
	data, err := clixml.Append(nil, v)
	require.NoError(f.t, err)
	return psrp.Message{MessageHeader: psrp.MessageHeader{
		Destination: psrp.DestinationClient, Type: kind, RunspacePoolID: f.id, PipelineID: pipeline,
	}, Data: data}.Append(nil)
}

// fragments makes an object of a message, in pieces.
func (f *fake) fragments(message []byte, size int) []byte {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.objects++
	return psrp.AppendFragments(nil, f.objects, message, size)
}

// give gives a message on the pool's own stream.
func (f *fake) give(message []byte) { f.out.put(Received{Fragments: f.fragments(message, 0)}, nil) }

func (f *fake) note(call string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls = append(f.calls, call)
	return f.fail[call]
}

func (f *fake) called(call string) (n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, c := range f.calls {
		if c == call {
			n++
		}
	}
	return n
}

// take takes what was sent to the pool, and answers.
func (f *fake) take(fragments []byte) {
	f.mu.Lock()
	f.requests = append(f.requests, fragments)
	var whole []psrp.Message
	for fragment, err := range psrp.Fragments(fragments) {
		assert.NoError(f.t, err)
		m, complete, err := f.reader.Add(fragment.Header, fragment.Blob)
		assert.NoError(f.t, err)
		if complete {
			whole = append(whole, m)
		}
	}
	f.sent = append(f.sent, whole...)
	f.mu.Unlock()
	for _, m := range whole {
		f.answer(m)
	}
}

func (f *fake) messages() []psrp.Message {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.sent)
}

func (f *fake) Create(_ context.Context, content []byte) error {
	if err := f.note("Create"); err != nil {
		return err
	}
	f.take(content)
	return nil
}

func (f *fake) Connect(_ context.Context, content []byte) ([]byte, error) {
	if err := f.note("Connect"); err != nil {
		return nil, err
	}
	f.take(content)
	response := f.fragments(psrp.SessionCapability(f.id, "2.3"), 0)
	return append(response, f.fragments(psrp.RunspacePoolInitData(f.id, 5, 1), 0)...), nil
}

func (f *fake) Disconnect(context.Context, DisconnectOptions) error {
	if err := f.note("Disconnect"); err != nil {
		return err
	}
	f.each(func(q *queue) { q.put(Received{}, ErrDisconnected) })
	return nil
}

func (f *fake) each(do func(*queue)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	do(f.out)
	for _, c := range f.commands {
		do(c.out)
	}
}

func (f *fake) Reconnect(context.Context) error {
	if err := f.note("Reconnect"); err != nil {
		return err
	}
	f.each((*queue).clear)
	return nil
}

func (f *fake) Delete(context.Context) error { return f.note("Delete") }

func (f *fake) Send(_ context.Context, stream string, fragments []byte) error {
	if err := f.note("Send " + stream); err != nil {
		return err
	}
	f.take(fragments)
	return nil
}

func (f *fake) Receiver() Receiver { return f.out }

func (f *fake) Commands(context.Context) (all []CommandInfo, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for id := range f.commands {
		all = append(all, CommandInfo{ID: id})
	}
	return all, nil
}

func (f *fake) Command(_ context.Context, id, line string, fragments []byte) (CommandTransport, error) {
	if f.gate != nil {
		<-f.gate
	}
	if err := f.note("Command"); err != nil {
		return nil, err
	}
	c := &fakeCommand{fake: f, id: id, line: line, out: newQueue()}
	f.mu.Lock()
	f.commands[id] = c
	f.mu.Unlock()
	c.take(fragments)
	if f.started != nil {
		f.started(c)
	}
	return c, nil
}

func (f *fake) ConnectCommand(_ context.Context, id string) (CommandTransport, error) {
	if err := f.note("ConnectCommand"); err != nil {
		return nil, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.commands[id], nil
}

// fakeCommand is a command of it.
type fakeCommand struct {
	*fake
	id, line string
	out      *queue

	lock   sync.Mutex
	own    []psrp.Message
	sizes  []int
	defrag psrp.Defragmenter
	heard  func(m psrp.Message)
}

func (c *fakeCommand) pipeline() psrp.GUID {
	id, err := psrp.ParseGUID(c.id)
	assert.NoError(c.t, err)
	return id
}

func (c *fakeCommand) take(fragments []byte) {
	c.lock.Lock()
	c.sizes = append(c.sizes, len(fragments))
	var whole []psrp.Message
	for fragment, err := range psrp.Fragments(fragments) {
		assert.NoError(c.t, err)
		m, complete, err := c.defrag.Add(fragment.Header, fragment.Blob)
		assert.NoError(c.t, err)
		if complete {
			whole = append(whole, m)
		}
	}
	c.own = append(c.own, whole...)
	heard := c.heard
	c.lock.Unlock()
	if heard != nil {
		for _, m := range whole {
			heard(m)
		}
	}
}

func (c *fakeCommand) messages() []psrp.Message {
	c.lock.Lock()
	defer c.lock.Unlock()
	return slices.Clone(c.own)
}

// output makes the fragments of output.
func (c *fakeCommand) output(values ...clixml.Value) (fragments []byte) {
	for _, v := range values {
		fragments = append(fragments, c.fragments(c.message(psrp.MessagePipelineOutput, c.pipeline(), v), 0)...)
	}
	return fragments
}

// end makes those of the state Completed.
func (c *fakeCommand) end() []byte {
	return c.fragments(psrp.PipelineStateMessage(c.fake.id, c.pipeline(), psrp.PSInvocationCompleted, ""), 0)
}

func (c *fakeCommand) Send(_ context.Context, stream string, fragments []byte) error {
	if err := c.note("command Send " + stream); err != nil {
		return err
	}
	c.take(fragments)
	return nil
}

func (c *fakeCommand) Receiver() Receiver { return c.out }

func (c *fakeCommand) Stop(context.Context) error {
	if err := c.note("Stop"); err != nil {
		return err
	}
	c.out.put(Received{Fragments: c.fragments(psrp.PipelineStateMessage(c.fake.id, c.pipeline(), psrp.PSInvocationStopped, "stopped"), 0), Done: true}, nil)
	return nil
}

func (c *fakeCommand) Close(context.Context) error     { return c.note("Close") }
func (c *fakeCommand) Reconnect(context.Context) error { return c.note("command Reconnect") }

// queue is output that waits to be received.
type queue struct {
	mu       sync.Mutex
	all      []func() (Received, error)
	changed  chan struct{}
	receives int
}

func newQueue() *queue { return &queue{changed: make(chan struct{})} }

func (q *queue) put(r Received, err error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.all = append(q.all, func() (Received, error) { return r, err })
	close(q.changed)
	q.changed = make(chan struct{})
}

func (q *queue) clear() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.all = nil
}

func (q *queue) asked() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.receives
}

func (q *queue) Receive(ctx context.Context) (Received, error) {
	q.mu.Lock()
	q.receives++
	q.mu.Unlock()
	for {
		q.mu.Lock()
		if len(q.all) > 0 {
			f := q.all[0]
			q.all = q.all[1:]
			q.mu.Unlock()
			return f()
		}
		changed := q.changed
		q.mu.Unlock()
		select {
		case <-changed:
		case <-ctx.Done():
			return Received{}, context.Cause(ctx)
		}
	}
}

func (q *queue) Poll(ctx context.Context) (Received, error) {
	q.mu.Lock()
	empty := len(q.all) == 0
	q.mu.Unlock()
	if empty {
		return Received{}, nil
	}
	return q.Receive(ctx)
}

// open opens a pool at a fake, and closes it at the end.
func open(t *testing.T, f *fake, c Config) *RunspacePool {
	t.Helper()
	p, err := Open(bounded(t), f, f.id, c)
	require.NoError(t, err)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		_ = p.Close(ctx)
		assert.NoError(t, p.ends(ctx))
	})
	return p
}

// run starts a script and returns it with the fake's side of it.
func run(t *testing.T, p *RunspacePool, f *fake, c PipelineConfig) (*Pipeline, *fakeCommand) {
	t.Helper()
	if c.Commands == nil {
		c.Commands = []Command{Script("1")}
	}
	pl, err := p.Start(bounded(t), c)
	require.NoError(t, err)
	f.mu.Lock()
	defer f.mu.Unlock()
	return pl, f.commands[pl.ID()]
}

// object is the content of a message.
func object(t *testing.T, m psrp.Message) *clixml.Object {
	t.Helper()
	v, err := clixml.Parse(m.Data)
	require.NoError(t, err)
	o, ok := v.(*clixml.Object)
	require.True(t, ok, "%s", m.Data)
	return o
}
