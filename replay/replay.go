package replay

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/winrmd/winrmd/psrp"
	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/capture"
)

// Server is whom a conversation is played to. *wsmanclient.Client is one.
type Server interface {
	RoundTrip(ctx context.Context, envelope []byte, timeout time.Duration) (answer []byte, status int, err error)
}

// Config says how a conversation is played.
type Config struct {
	Server Server
	// URL is what requests call the server (a:To).
	URL string
	// Placeholder stands in SecureStrings; "" means DefaultPlaceholder.
	Placeholder string
	// Content compares kinds of values and ids of errors in PowerShell's messages
	// too.
	Content bool
	// Patience is how long is asked for output that was recorded and does not
	// come; 0 means DefaultPatience.
	Patience time.Duration
	// Progress, if not nil, is told about each exchange that is over.
	Progress func(exchange int, operation string)
}

// Defaults of a Config.
const (
	DefaultPlaceholder = "placeholder"
	DefaultPatience    = time.Minute
)

// exchange is a recorded exchange.
type exchange struct {
	number   int // from 1
	recorded *capture.Exchange
	request  *envelope
	answer   *envelope // nil where none was recorded
	shell    string    // the ShellId in the recording, in upper case
	track    string    // which Receives it belongs to
	greeted  bool      // what it brings begins with what a server says after a Connect
	late     bool      // what came later is older than what it brought
	done     chan struct{}
}

// run is one replay.
type run struct {
	config    Config
	ids       *ids
	exchanges []*exchange

	rewriting sync.Mutex // guards the requests while they are changed

	mu     sync.Mutex // guards all below
	tracks map[string]*track
	keys   map[string]*keys
	shells map[string]string // resource URIs by ShellId of those that this replay made
	report Report
	failed error
}

// Run plays the client's side of a conversation. The error is that of a server
// that was not reached or does not let the client in, or the context's cause;
// everything else is a difference.
func Run(ctx context.Context, c *capture.Conversation, config Config) (*Report, error) {
	if config.Placeholder == "" {
		config.Placeholder = DefaultPlaceholder
	}
	if config.Patience == 0 {
		config.Patience = DefaultPatience
	}
	r := &run{
		config: config, ids: newIDs(), tracks: map[string]*track{},
		keys: map[string]*keys{}, shells: map[string]string{},
	}
	r.open(c)
	r.play(ctx)
	r.finish()
	r.clean(ctx)
	r.report.sort()
	return &r.report, errors.Join(r.failed, context.Cause(ctx))
}

// open takes the recorded exchanges apart.
func (r *run) open(c *capture.Conversation) {
	var sent, received assembly
	connects := map[string]int{} // after a Connect what was sent before comes again
	commands := map[string]int{} // a client may call its next command by the same id
	for i := range c.Exchanges {
		x := &exchange{number: i + 1, recorded: &c.Exchanges[i], done: make(chan struct{})}
		x.request = openRequest(x.recorded.Request.Body)
		powershell := isPowerShell(x.request.about.ResourceURI)
		x.shell = strings.ToUpper(x.request.about.ShellID)
		sent.add(x.shell, x.request)
		if x.recorded.Answered() {
			x.answer = open(x.recorded.Response.Body, powershell)
			received.add(x.shell, x.answer)
		}
		switch x.request.about.Action {
		case wsman.ActionConnect:
			if x.request.about.CommandID == "" {
				connects[x.shell]++
			}
		case wsman.ActionCommand:
			commands[x.command()]++
		}
		x.track = trackName(x, commands[x.command()], connects[x.shell])
		x.greeted = connects[x.shell] > 0 && commandOf(x.request) == ""
		r.exchanges = append(r.exchanges, x)
	}
	r.overtake()
}

// command is the command that an exchange is about: that of its request, or the
// one that its answer names.
func (x *exchange) command() string {
	id := commandOf(x.request)
	if x.request.about.Action == wsman.ActionCommand {
		if id = x.request.about.CommandID; id == "" && x.answer != nil {
			id = x.answer.about.CommandID
		}
	}
	return strings.ToUpper(x.shell + " " + id)
}

// trackName tells the tracks apart.
func trackName(x *exchange, commands, connects int) string {
	return x.command() + " " + number(commands) + " " + number(connects)
}

// play sends the requests, each when all that had ended before it began has
// ended. Without times that is one after the other.
func (r *run) play(ctx context.Context) {
	var group sync.WaitGroup
	defer group.Wait()
	for i, x := range r.exchanges {
		for _, before := range r.exchanges[:i] {
			if before.endedBefore(x) {
				before.wait()
			}
		}
		if r.stopped() || ctx.Err() != nil {
			close(x.done)
			continue
		}
		if reason := x.notPlayed(); reason != "" {
			r.mu.Lock()
			r.report.NotPlayed = append(r.report.NotPlayed, reason)
			r.mu.Unlock()
			group.Go(func() {
				defer close(x.done)
				r.unanswered(ctx, x)
			})
			continue
		}
		group.Go(func() {
			defer close(x.done)
			r.one(ctx, x)
		})
	}
}

// grace is how long what follows a Receive waits for it that may end by what
// follows.
const grace = 2 * time.Second

// wait waits for the end of an exchange. A Receive that has ended with a fault, or
// brought what is younger than what came after it, has waited for something that
// is yet to be asked: a recording without times does not say so otherwise, nor
// does one in whose time the client gave up.
func (x *exchange) wait() {
	if x.request.about.Action != wsman.ActionReceive || !x.late && (x.answer == nil || !x.answer.about.Fault || isTimedOut(x.answer)) {
		<-x.done
		return
	}
	timer := time.NewTimer(grace)
	defer timer.Stop()
	select {
	case <-x.done:
	case <-timer.C:
	}
}

// overtake finds the Receives that brought objects younger than those of what was
// asked later: the numbers of a server's objects rise.
func (r *run) overtake() {
	oldest := map[string]uint64{} // of what comes later, by shell
	for _, x := range slices.Backward(r.exchanges) {
		if x.request.about.Action == wsman.ActionConnect {
			delete(oldest, x.shell) // what was sent before comes again
		}
		if x.answer == nil {
			continue
		}
		first, later := oldest[x.shell]
		for _, o := range objectsOf(x.answer) {
			id := o.fragments[0].header.ObjectID
			x.late = x.late || later && id > first
			if now, ok := oldest[x.shell]; !ok || id < now {
				oldest[x.shell] = id
			}
		}
	}
}

// endedBefore reports whether an exchange had ended when another began, as far
// as is known.
func (x *exchange) endedBefore(next *exchange) bool {
	if x.recorded.Time.IsZero() || next.recorded.Time.IsZero() || x.recorded.Took == 0 {
		return true
	}
	return !x.recorded.Time.Add(x.recorded.Took).After(next.recorded.Time)
}

// one plays an exchange.
func (r *run) one(ctx context.Context, x *exchange) {
	r.mu.Lock()
	r.report.Exchanges++
	r.mu.Unlock()
	if idle, ok := r.alone(x); ok {
		r.await(ctx, x, idle)
	} else if x.request.about.Action == wsman.ActionReceive {
		r.receive(ctx, x)
	} else if got, status, ok := r.ask(ctx, x); ok {
		r.compare(x, got, status)
	}
	if r.config.Progress != nil {
		r.config.Progress(x.number, x.request.about.Operation())
	}
}

// ask sends the request of an exchange.
func (r *run) ask(ctx context.Context, x *exchange) (got *envelope, status int, ok bool) {
	timeout := x.timeout()
	answer, status, err := r.config.Server.RoundTrip(ctx, []byte(r.request(x)), timeout)
	if err != nil {
		r.fail(ctx, x, err)
		return nil, 0, false
	}
	got = open(string(answer), isPowerShell(x.request.about.ResourceURI))
	if got.root == nil {
		r.differ(x.number, "answer", "an envelope", "something that is no XML")
		return nil, 0, false
	}
	if to := got.about.RelatesTo; !strings.EqualFold(to, r.ids.text(x.request.about.MessageID)) && x.relates() {
		r.differ(x.number, "Header/RelatesTo", r.ids.text(x.request.about.MessageID), to)
	}
	return got, status, true
}

// relates reports whether the recorded answer says which request it is to: an
// Identify has none, nor has a fault of some of Windows' quotas.
func (x *exchange) relates() bool { return x.answer != nil && x.answer.about.RelatesTo != "" }

// fail notes that no answer came. What stops a replay is a server that is not
// there or does not let the client in at all.
func (r *run) fail(ctx context.Context, x *exchange, err error) {
	if ctx.Err() != nil {
		return
	}
	r.differ(x.number, "answer", x.recordedAnswer(), err.Error())
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.failed == nil && r.report.Exchanges == 1 {
		r.failed = err
	}
}

func (x *exchange) recordedAnswer() string {
	if x.answer == nil {
		return "none"
	}
	return x.answer.about.Action
}

func (r *run) stopped() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.failed != nil
}

// changing are the operations that the rest of a conversation may rest on.
var changing = []string{
	wsman.ActionCreate, wsman.ActionCommand, wsman.ActionSend, wsman.ActionSignal, wsman.ActionDelete,
	wsman.ActionDisconnect, wsman.ActionReconnect, wsman.ActionConnect, wsman.ActionPut,
}

// unanswered sends a request whose answer is not in the recording, if it changes
// something. There is nothing to compare.
func (r *run) unanswered(ctx context.Context, x *exchange) {
	if x.answer != nil || x.request.root == nil || !slices.Contains(changing, x.request.about.Action) {
		return
	}
	answer, _, err := r.config.Server.RoundTrip(ctx, []byte(r.request(x)), x.timeout())
	if err != nil {
		return // as it was recorded
	}
	r.note(x, open(string(answer), isPowerShell(x.request.about.ResourceURI)))
}

// notPlayed is why an exchange cannot be played; "" if it can.
func (x *exchange) notPlayed() string {
	reason := ""
	switch {
	case x.request.body == "" && x.recorded.Request.Sealed > 0:
		reason = "the request was sealed"
	case x.request.body == "":
		reason = "it has no envelope"
	case x.request.root == nil:
		reason = "the request is no XML"
	case x.answer == nil:
		reason = "no answer was recorded"
	case x.answer.root == nil:
		reason = "no envelope was recorded as the answer"
	default:
		return ""
	}
	return number(x.number) + " " + x.request.about.Operation() + ": " + reason
}

// leastTimeout is the OperationTimeout of what is not there to wait: how fast a
// server is, is nothing that is compared.
const leastTimeout = time.Minute

// timeout is the OperationTimeout of a request.
func (x *exchange) timeout() time.Duration {
	d := x.recordedTimeout()
	if d <= 0 || d > time.Hour || x.hurried() {
		return leastTimeout
	}
	return d
}

// recordedTimeout is the OperationTimeout that was recorded; 0 if none.
func (x *exchange) recordedTimeout() time.Duration {
	header := x.request.root.Child(wsman.NamespaceSOAP, "Header")
	d, err := wsman.ParseDuration(header.Child(wsman.NamespaceWSMan, "OperationTimeout").Value())
	if err != nil {
		return 0
	}
	return d
}

// hurried reports whether an operation had less time than a server may need on
// another machine, and did not run out of it. A Receive is asked again.
func (x *exchange) hurried() bool {
	d := x.recordedTimeout()
	return d > 0 && d < leastTimeout && x.request.about.Action != wsman.ActionReceive && (x.answer == nil || !isTimedOut(x.answer))
}

func (r *run) differ(exchange int, where, want, got string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.report.Differences = append(r.report.Differences, Difference{
		Exchange: exchange, Operation: r.exchanges[exchange-1].request.about.Operation(), Where: where, Want: want, Got: got,
	})
}

// sessionKeys takes the key that a server has sent.
func (r *run) sessionKeys(shell string, objects []*object) {
	for _, o := range objects {
		if m, ok := o.message(); ok && m.Type == psrp.MessageEncryptedSessionKey {
			// A key that cannot be read shows itself where it would have been used.
			_ = r.keysOf(shell).take(m.Data)
		}
	}
}
