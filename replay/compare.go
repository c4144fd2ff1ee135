package replay

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/capture"
)

func number(n int) string { return strconv.Itoa(n) }

// timedOut is the fault that says that a Receive had nothing to bring in its
// time.
var timedOut = strconv.FormatUint(uint64(wsman.CodeOperationTimedOut), 10)

func isTimedOut(e *envelope) bool { return e.about.Fault && e.about.FaultNumber == timedOut }

// compare compares an answer with the recorded one.
func (r *run) compare(x *exchange, got *envelope, status int) {
	r.learn(x, x.answer, got)
	if status != x.recorded.Response.Status {
		r.differ(x.number, "HTTP status", number(x.recorded.Response.Status), number(status))
	}
	if r.faults(x, got) {
		return
	}
	s := r.shape(x)
	s.header(headerOf(x.answer), headerOf(got))
	want, now := bodyOf(x.answer), bodyOf(got)
	if want != nil && now == nil {
		r.differ(x.number, "Body", "the element", "")
	}
	s.children("Body", r.known(want, r.ids.knows, func(id string) string { return strings.ToUpper(r.ids.text(id)) }),
		r.known(now, r.ids.standsFor, strings.ToUpper))
	r.documents(x, got)
}

func (r *run) shape(x *exchange) *shape {
	return &shape{ids: r.ids, found: func(where, want, got string) { r.differ(x.number, where, want, got) }}
}

// faults compares faults with answers: where one is a fault and the other is
// none there is nothing else to be said.
func (r *run) faults(x *exchange, got *envelope) (different bool) {
	show := func(e *envelope) string {
		if !e.about.Fault {
			return e.about.Operation()
		}
		return "fault " + e.about.FaultNumber + " " + e.about.FaultSubcode + " (" + e.about.FaultReason + ")"
	}
	if x.answer.about.Fault != got.about.Fault {
		r.differ(x.number, "answer", show(x.answer), show(got))
		return true
	}
	return false
}

func headerOf(e *envelope) *capture.Node { return e.root.Child(wsman.NamespaceSOAP, "Header") }

func bodyOf(e *envelope) *capture.Node { return e.root.Child(wsman.NamespaceSOAP, "Body") }

// isItems reports whether an element has what an Enumerate or a Pull lists.
func isItems(n *capture.Node) bool {
	return n.Local == "Items" && (n.Space == wsman.NamespaceWSMan || n.Space == wsman.NamespaceEnumeration)
}

// itemID is which shell or command an item of a list is, or a reference of; "" for
// anything else.
func itemID(item *capture.Node) (id string) {
	item.Walk(func(n *capture.Node) {
		name, _ := n.Attribute("Name")
		switch {
		case id != "":
		case n.Is(wsman.NamespaceShell, "ShellId"), n.Is(wsman.NamespaceShell, "CommandId"),
			n.Is(wsman.NamespaceWSMan, "Selector") && strings.EqualFold(name, "ShellId"):
			id = n.Value()
		}
	})
	return id
}

// known are the children of a body, without what an enumeration lists of
// others: shells and commands that this conversation knows nothing of.
func (r *run) known(body *capture.Node, known func(id string) bool, order func(id string) string) []*capture.Node {
	response := body.Child(wsman.NamespaceEnumeration, "EnumerateResponse")
	if response == nil {
		response = body.Child(wsman.NamespaceEnumeration, "PullResponse")
	}
	if response == nil {
		return childrenOf(body)
	}
	copied := *response
	copied.Children = slices.Clone(response.Children)
	for i, n := range copied.Children {
		if !isItems(n) {
			continue
		}
		items := *n
		items.Children = slices.DeleteFunc(slices.Clone(n.Children), func(item *capture.Node) bool {
			id := itemID(item)
			return id != "" && !known(id)
		})
		// The order of a list of shells is of no meaning.
		slices.SortStableFunc(items.Children, func(a, b *capture.Node) int {
			return strings.Compare(order(itemID(a)), order(itemID(b)))
		})
		copied.Children[i] = &items
	}
	copied.Children = slices.DeleteFunc(copied.Children, func(n *capture.Node) bool {
		return isItems(n) && len(n.Children) == 0
	})
	children := slices.Clone(body.Children)
	children[slices.Index(children, response)] = &copied
	return children
}

// documents compares the messages of PowerShell in answers that are none to a
// Receive: connectResponseXml.
func (r *run) documents(x *exchange, got *envelope) {
	var want, now sequence
	for _, side := range []struct {
		s *sequence
		e *envelope
	}{{&want, x.answer}, {&now, got}} {
		side.s.powershell = true
		for _, p := range side.e.parcels {
			if len(p.fragments) > 0 {
				p.stream = "stdout"
			}
		}
		side.s.add(x.number, side.e)
	}
	compareEvents("messages", x.number, want.events, now.events, r.ids, r.differ)
}

// trackOf is the track that a Receive belongs to.
func (r *run) trackOf(x *exchange) *track {
	r.mu.Lock()
	defer r.mu.Unlock()
	t := r.tracks[x.track]
	if t == nil {
		powershell := isPowerShell(x.request.about.ResourceURI)
		side := sequence{powershell: powershell, content: r.config.Content}
		t = &track{want: side, got: side, greeted: x.greeted}
		r.tracks[x.track] = t
	}
	return t
}

// receive plays a Receive: it asks until as much has come as was recorded up to
// it, and leaves the comparison of what streams bring for the end.
func (r *run) receive(ctx context.Context, x *exchange) {
	t := r.trackOf(x)
	r.mu.Lock()
	fault := x.answer.about.Fault
	before := len(t.want.events)
	if !fault {
		t.want.add(x.number, x.answer)
	}
	satisfied := t.got.done || len(t.want.events) > before && t.arrived()
	r.mu.Unlock()
	if satisfied && (!fault || isTimedOut(x.answer)) {
		return // it came earlier than it was recorded
	}
	for begun := time.Now(); ; {
		got, status, ok := r.ask(ctx, x)
		if !ok {
			return
		}
		late := time.Since(begun) >= r.config.Patience
		switch {
		case fault && isTimedOut(x.answer) && !got.about.Fault, !fault && !got.about.Fault:
			if r.take(x, t, got, status) || fault {
				return
			}
		case !fault && isTimedOut(got) && !late && !r.arrived(t):
		case !fault && isTimedOut(got):
			r.mu.Lock()
			t.giveUp() // what is missing is said at the end
			r.mu.Unlock()
			return
		default:
			r.compare(x, got, status)
			return
		}
		if late {
			return
		}
		r.anew(x)
	}
}

// take adds what a Receive brought, and reports whether that is all.
func (r *run) take(x *exchange, t *track, got *envelope, status int) (all bool) {
	if status != 200 {
		r.differ(x.number, "HTTP status", "200", number(status))
	}
	s := r.shape(x)
	if !x.answer.about.Fault {
		s.header(headerOf(x.answer), headerOf(got))
	}
	// Some recordings were made by hand, and are for another command than was
	// asked for.
	commands := []string{r.ids.text(commandOf(x.request))}
	if !x.answer.about.Fault && x.answer.about.CommandID != "" {
		commands = append(commands, r.ids.text(x.answer.about.CommandID))
	}
	receiveResponse(got, commands, s.found)
	r.mu.Lock()
	t.got.add(x.number, got)
	arrived := t.arrived()
	r.mu.Unlock()
	r.sessionKeys(x.shell, objectsOf(got))
	return arrived
}

func (r *run) arrived(t *track) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return t.arrived()
}

// commandOf is the CommandId that a Receive asks for; "" for the shell's own.
func commandOf(e *envelope) string {
	stream := bodyOf(e).Child(wsman.NamespaceShell, "Receive").Child(wsman.NamespaceShell, "DesiredStream")
	id, _ := stream.Attribute("CommandId")
	return id
}

// objectsOf are the objects that end in an envelope.
func objectsOf(e *envelope) (objects []*object) {
	for _, p := range e.parcels {
		for _, f := range p.fragments {
			if f.header.End && f.object != nil {
				objects = append(objects, f.object)
			}
		}
	}
	return objects
}

// finish compares the tracks.
func (r *run) finish() {
	if r.stopped() {
		return
	}
	last := map[string]int{}
	for _, x := range r.exchanges {
		if x.request.root != nil && x.request.about.Action == wsman.ActionReceive {
			last[x.track] = x.number
		}
	}
	for key, t := range r.tracks {
		t.compare(last[key], r.ids, r.differ)
	}
}
