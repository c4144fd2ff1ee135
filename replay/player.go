package replay

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/capture"
)

// Player plays the server's side of a conversation. Each request is answered
// with the recorded answer to the first one like it that was not asked yet, with
// the client's ids in the place of the recorded ones. A Receive waits until what
// was recorded before it has been asked.
//
// It may be used by several goroutines, by one client at a time.
type Player struct {
	// Wait is how long a Receive waits at most for which there is nothing; 0
	// means its OperationTimeout.
	Wait time.Duration
	// Placeholder stands in SecureStrings; "" means DefaultPlaceholder.
	Placeholder string

	mu        sync.Mutex
	exchanges []*playing
	ids       *ids
	keys      map[string]*keys
	public    map[string][]byte // PUBLIC_KEY of each shell
	sent      assembly
	changed   chan struct{} // is closed when an exchange was asked
	unknown   []string
}

// playing is a recorded exchange and whether it was asked.
type playing struct {
	*exchange
	asked bool
}

// NewPlayer plays a conversation.
func NewPlayer(c *capture.Conversation) *Player {
	r := &run{}
	r.open(c)
	p := &Player{ids: newIDs(), keys: map[string]*keys{}, public: map[string][]byte{}, changed: make(chan struct{})}
	for _, x := range r.exchanges {
		p.exchanges = append(p.exchanges, &playing{exchange: x, asked: x.notPlayed() != ""})
	}
	return p
}

// Asked is how many exchanges were asked, of how many that can be, and Unknown
// what was asked that is not in the recording.
func (p *Player) Asked() (asked, of int, unknown []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, x := range p.exchanges {
		if x.notPlayed() == "" {
			of++
			if x.asked {
				asked++
			}
		}
	}
	return asked, of, append([]string(nil), p.unknown...)
}

// RoundTrip answers a request. The error is the context's cause.
func (p *Player) RoundTrip(ctx context.Context, body []byte, timeout time.Duration) (answer []byte, status int, err error) {
	e := openRequest(string(body))
	if e.root == nil {
		return fault(wsman.NewFault(wsman.CodeInvalidXML, ""), nil)
	}
	if p.Wait > 0 {
		timeout = p.Wait
	}
	timer := time.NewTimer(timeout)
	defer timer.Stop()
	for {
		x, changed := p.next(e)
		if x != nil {
			return p.answer(x, e)
		}
		if e.about.Action != wsman.ActionReceive {
			return p.refuse(e, body)
		}
		select {
		case <-changed:
		case <-timer.C:
			return fault(wsman.NewFault(wsman.CodeOperationTimedOut, ""), body)
		case <-ctx.Done():
			return nil, 0, context.Cause(ctx)
		}
	}
}

// next finds the exchange that a request is, and takes what it says of ids.
func (p *Player) next(e *envelope) (x *playing, changed <-chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, candidate := range p.exchanges {
		if candidate.asked {
			continue
		}
		if p.matches(candidate, e) {
			candidate.asked = true
			p.take(candidate.exchange, e)
			close(p.changed)
			p.changed = make(chan struct{})
			return candidate, nil
		}
		// What a Receive brings is there when what was asked before it is; another
		// Receive may wait meanwhile.
		if e.about.Action == wsman.ActionReceive && candidate.request.about.Action != wsman.ActionReceive {
			break
		}
	}
	return nil, p.changed
}

// matches reports whether a request is the one of a recorded exchange. The lock
// is held.
func (p *Player) matches(x *playing, e *envelope) bool {
	want := x.request.about
	if !strings.EqualFold(want.Operation(), e.about.Operation()) || !strings.EqualFold(want.ResourceURI, e.about.ResourceURI) {
		return false
	}
	if e.about.Action == wsman.ActionCreate {
		return true
	}
	if !p.same(want.ShellID, e.about.ShellID) {
		return false
	}
	return e.about.Action == wsman.ActionCommand || p.same(want.CommandID, e.about.CommandID)
}

// same reports whether an id is what stands for a recorded one.
func (p *Player) same(recorded, now string) bool {
	return (recorded == "") == (now == "") && (!p.ids.knows(recorded) || strings.EqualFold(p.ids.text(recorded), now))
}

// take notes the ids and the key that a client has chosen. The lock is held.
func (p *Player) take(x *exchange, e *envelope) {
	switch e.about.Action {
	case wsman.ActionCreate, wsman.ActionCommand:
		p.ids.set(x.request.about.ShellID, e.about.ShellID)
		p.ids.set(x.request.about.CommandID, e.about.CommandID)
		if e.about.Action == wsman.ActionCreate && x.request.about.ShellID == "" && x.answer != nil {
			p.ids.set(x.answer.about.ShellID, x.answer.about.ShellID)
		}
	}
	// The shell that a client calls by the id in the answer is the recorded one's.
	shell := x.shell
	for _, o := range p.sent.add(shell, e) {
		if m, ok := o.message(); ok {
			p.message(shell, x, m)
		}
	}
}

// refuse answers what is not in the recording.
func (p *Player) refuse(e *envelope, body []byte) ([]byte, int, error) {
	operation := e.about.Operation()
	p.mu.Lock()
	p.unknown = append(p.unknown, operation+" of "+e.about.ResourceURI)
	p.mu.Unlock()
	return fault(wsman.NewFault(wsman.CodeInternalError, fmt.Sprintf(
		"The recording that is played has no %.100s (any more) of this resource, shell and command.", operation)), body)
}

// fault renders a fault that is not recorded.
func fault(f *wsman.Fault, body []byte) ([]byte, int, error) {
	request, _ := wsman.ParseRequest(body, wsman.Limits{MaxEnvelopeSize: capture.MaxBody, MaxTimeout: time.Hour})
	return f.AppendEnvelope(nil, request, "capture"), http.StatusInternalServerError, nil
}
