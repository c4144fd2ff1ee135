package runspace

import (
	"context"
	"errors"
	"log/slog"
	"sync"

	"github.com/winrmd/winrmd/psrp"
	"github.com/winrmd/winrmd/psrp/clixml"
	"github.com/winrmd/winrmd/shell"
)

// Script is what a script has put out.
type Script struct {
	Streams map[Stream][]clixml.Value
	Err     error // why it has ended before its end
}

// Texts are the texts of its output, or of another stream.
func (s *Script) Texts(stream Stream) []string {
	all := []string{}
	for _, v := range s.Streams[stream] {
		all = append(all, clixml.Text(v))
	}
	return all
}

// Errors are the ids of its errors, that which ended it as the last.
func (s *Script) Errors() []string {
	all := []string{}
	for _, v := range s.Streams[StreamError] {
		r, err := clixml.ReadErrorRecord(v)
		if err != nil {
			return []string{err.Error()}
		}
		all = append(all, r.FullyQualifiedErrorID)
	}
	if s.Err != nil {
		all = append(all, record(s.Err, "").FullyQualifiedErrorID)
	}
	return all
}

// put implements client. What is put out must have a form in CLIXML.
func (s *Script) put(ctx context.Context, stream Stream, v clixml.Value) error {
	if ctx.Err() != nil {
		return stopped(ctx)
	}
	if _, err := clixml.Append(nil, v); err != nil {
		return err
	}
	s.Streams[stream] = append(s.Streams[stream], v)
	return nil
}

func (s *Script) call(context.Context, hostMethod, []clixml.Value) (clixml.Value, error) {
	return nil, ErrNoHost
}
func (s *Script) exchange(context.Context) error { return nil }
func (s *Script) host() hostInfo                 { return hostInfo{} }

// RunScript runs a script in a runspace of its own, without a client.
func (p *Plugin) RunScript(ctx context.Context, text string) *Script {
	s := &session{plugin: p, owner: "tester", log: slog.New(slog.DiscardHandler)}
	s.keys.init()
	rs := newRunspace(s)
	out := &Script{Streams: map[Stream][]clixml.Value{}}
	r := &run{rs: rs, client: out, config: &p.config, table: p.commands, scope: rs.global}
	out.Err = r.request(ctx, &createPipeline{statements: [][]commandCall{{{text: text, script: true}}}}, nil)
	return out
}

// Full is a shell.Host without room until Room is closed. Waiting is told of each
// that waits.
type Full struct {
	shell.Host
	Room, Waiting chan struct{}
}

// WaitRoom implements shell.Host.
func (f *Full) WaitRoom() {
	f.Waiting <- struct{}{}
	<-f.Room
}

// WaitRoom waits as a pipeline does that has something to put out, and runs what
// is nested in it.
func WaitRoom(ctx context.Context, host shell.Host, nested chan func()) error {
	s := &session{host: host}
	return (&pipeline{s: s, runspace: &Runspace{nested: nested}}).waitRoom(ctx)
}

// Running is a pipeline that runs, for OuterOf.
type Running struct {
	Runspace int    // which one it has, from 1; 0: none
	Guest    bool   // it is nested itself
	Asks     bool   // it waits for its client's host
	Active   uint64 // when it has begun, or asked
}

// OuterOf is the place of the pipeline that another would be nested in; -1 if
// there is none. runspace is that in which it would run.
func OuterOf(all []Running) (owner, runspace int) {
	s := &session{pipelines: map[psrp.GUID]*pipeline{}}
	runspaces := map[int]*Runspace{}
	pipelines := make([]*pipeline, len(all))
	for i, one := range all {
		if one.Runspace > 0 && runspaces[one.Runspace] == nil {
			runspaces[one.Runspace] = &Runspace{}
		}
		p := &pipeline{runspace: runspaces[one.Runspace], guest: one.Guest, active: one.Active}
		if one.Asks {
			p.calls.all = []*call{{}}
		}
		pipelines[i], s.pipelines[psrp.GUID{byte(i + 1)}] = p, p
	}
	found, at := s.outerOf(&pipeline{})
	owner = -1
	for i, p := range pipelines {
		if p == found {
			owner = i
		}
	}
	for n, rs := range runspaces {
		if rs == at {
			runspace = n
		}
	}
	return owner, runspace
}

// Runspaces are those of a pool without sessions.
type Runspaces struct {
	r  runspaces
	mu sync.Mutex
	// Made is how many there have been.
	Made int
}

// NewRunspaces makes a pool.
func NewRunspaces(minimum, maximum int) *Runspaces {
	p := &Runspaces{}
	p.r.min, p.r.max = minimum, maximum
	p.r.make = func() *Runspace {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.Made++
		return &Runspace{}
	}
	return p
}

// Take waits for a runspace.
func (p *Runspaces) Take(ctx context.Context) (*Runspace, error) { return p.r.take(ctx) }

// Give gives one back.
func (p *Runspaces) Give(r *Runspace) { p.r.give(r) }

// Resize changes a limit.
func (p *Runspaces) Resize(maximum bool, n int) bool { return p.r.resize(maximum, n) }

// Reset makes the only one new.
func (p *Runspaces) Reset() bool { return p.r.reset() }

// Available is how many pipelines could begin.
func (p *Runspaces) Available() int { return p.r.available() }

// ReadMessage reads a client's message of any type as the session does. The error
// is a *shell.PluginError.
func ReadMessage(m psrp.Message) error {
	_, err1 := readCreatePipeline(m)
	_, err2 := readMetadataQuery(m)
	o, err3 := parseObject(m)
	if err3 == nil {
		readHostInfo(o)
		answerOf(o)
	}
	_, err4 := readConnect(shell.BytesData(m.Data))
	for _, err := range []error{err1, err2, err3, err4} {
		if _, ok := errors.AsType[*shell.PluginError](err); err != nil && !ok {
			return err
		}
	}
	return nil
}

// EncryptKey makes the blob of a session key for a client's public key.
var EncryptKey = encryptKey
