package replay

import (
	"slices"
	"strings"

	"github.com/winrmd/winrmd/psrp"
	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/capture"
)

// track is what Receives bring for one command, or for a shell itself: as it was
// recorded, and as it comes now.
type track struct {
	want, got sequence
	// greeted says that a Connect came before it.
	greeted bool
	// lost is how many events were waited for in vain: they are not waited for
	// again.
	lost int
}

// sequence is one side of a track.
type sequence struct {
	powershell bool
	content    bool    // labels have the content of messages too
	events     []event // PowerShell's messages, and states between them
	streams    map[string][]event
	states     []event
	done       bool
	pieces     assembly
	objects    map[uint64]string // what each was
}

// event is something that a Receive brought.
type event struct {
	exchange int
	text     string
	message  bool
	header   psrp.MessageHeader
}

// add takes an answer to a Receive.
func (s *sequence) add(exchange int, e *envelope) {
	if s.powershell {
		s.messages(exchange, e)
	} else {
		s.bytes(exchange, e)
	}
	for _, state := range statesOf(e) {
		if state == "Running" {
			continue // whether a client asks while a command runs is a matter of time
		}
		x := event{exchange: exchange, text: "state " + state}
		if s.powershell {
			s.events = append(s.events, x)
		} else if n := len(s.states); n == 0 || s.states[n-1].text != x.text {
			s.states = append(s.states, x)
		}
		s.done = s.done || strings.HasPrefix(state, "Done")
	}
}

// messages takes what PowerShell has sent. An object that comes once more, as
// after a Connect, is no new event.
func (s *sequence) messages(exchange int, e *envelope) {
	for _, p := range e.parcels {
		if p.stream != "stdout" {
			s.events = append(s.events, event{exchange: exchange, text: "stream " + p.stream})
		}
		if p.raw != nil {
			s.events = append(s.events, event{exchange: exchange, text: "a stream without fragments"})
		}
		if p.end {
			s.events = append(s.events, event{exchange: exchange, text: "end of stream"})
		}
	}
	if s.objects == nil {
		s.objects = map[uint64]string{}
	}
	for _, o := range s.pieces.add("", e) {
		id := o.fragments[0].header.ObjectID
		m, ok := o.message()
		switch rule := ruleOfMessage(m.Type); {
		case s.objects[id] == string(o.bytes()):
		case !ok:
			s.events = append(s.events, event{exchange: exchange, text: "an object that is no message"})
		case rule == nil || rule.How != NotCompared:
			s.events = append(s.events, event{exchange: exchange, text: s.label(m), message: true, header: m.MessageHeader})
		}
		s.objects[id] = string(o.bytes())
	}
}

func (s *sequence) label(m psrp.Message) string {
	if !s.content {
		return label(m)
	}
	return strings.TrimSpace(label(m) + " " + content(m))
}

// bytes takes what a command has put out: for each stream that there was
// something, and that it has ended.
func (s *sequence) bytes(exchange int, e *envelope) {
	if s.streams == nil {
		s.streams = map[string][]event{}
	}
	note := func(name, text string) {
		all := s.streams[name]
		if n := len(all); n == 0 || all[n-1].text != text {
			s.streams[name] = append(all, event{exchange: exchange, text: text})
		}
	}
	for _, p := range e.parcels {
		if s.done {
			note(p.stream, "after the end of the command")
		}
		if len(p.raw) > 0 {
			note(p.stream, "data")
		}
		if p.end {
			note(p.stream, "end")
		}
	}
}

// statesOf are the states of a command in an answer.
func statesOf(e *envelope) (states []string) {
	body := e.root.Child(wsman.NamespaceSOAP, "Body")
	for _, n := range childrenOf(body.Child(wsman.NamespaceShell, "ReceiveResponse")) {
		if !n.Is(wsman.NamespaceShell, "CommandState") {
			continue
		}
		state, _ := n.Attribute("State")
		if rest, ok := strings.CutPrefix(state, wsman.NamespaceShell+"/CommandState/"); ok {
			state = rest
		}
		if code := n.Child(wsman.NamespaceShell, "ExitCode"); code != nil {
			state += " with exit code " + code.Value()
		}
		states = append(states, state)
	}
	return states
}

// arrived reports whether as much has come as was recorded up to now, so that
// there is no reason to ask again.
func (t *track) arrived() bool {
	got, want := t.count(&t.got), t.count(&t.want)
	switch {
	case t.got.done:
		return true
	case t.want.done:
		return t.lost > 0 && got+t.lost >= want
	case t.want.powershell:
		return got+t.lost >= want
	}
	return true
}

// giveUp says that what is missing now will not come.
func (t *track) giveUp() { t.lost = max(t.lost, t.count(&t.want)-t.count(&t.got), 1) }

// count is how many events a side has, a greeting for one.
func (t *track) count(s *sequence) int {
	if n := t.greeting(s.events); n > 0 {
		return len(s.events) - n + 1
	}
	return len(s.events)
}

// greeting is how many events at the beginning are what a server says to a client
// that has connected, in whatever form.
func (t *track) greeting(events []event) int {
	n := 0
	for t.greeted && n < len(events) && events[n].message && isGreeting(events[n].text) {
		n++
	}
	return n
}

// compare compares both sides when nothing comes any more.
func (t *track) compare(last int, m *ids, found func(exchange int, where, want, got string)) {
	if t.want.powershell {
		want, got := t.want.events, t.comparable()
		// Where both have greeted it does not matter how.
		if w, g := t.greeting(want), t.greeting(got); w > 0 && g > 0 {
			want, got = want[w:], got[g:]
		}
		compareEvents("messages", last, want, got, m, found)
		return
	}
	names := map[string]bool{}
	for name := range t.want.streams {
		names[name] = true
	}
	for name := range t.got.streams {
		names[name] = true
	}
	for name := range names {
		compareEvents("stream "+name, last, t.want.streams[name], t.got.streams[name], m, found)
	}
	compareEvents("command", last, t.want.states, t.got.states, m, found)
}

// comparable is what came now, as far as it was to be recorded: a client that has
// a pipeline's last state need not ask whether its command is done, and whether
// the server has said so unasked is a matter of time.
func (t *track) comparable() []event {
	want, got := len(t.want.events), len(t.got.events)
	if !t.want.done && want > 0 && t.want.events[want-1].header.Type == psrp.MessagePipelineState &&
		got == want+1 && strings.HasPrefix(t.got.events[want].text, "state Done") {
		return t.got.events[:want]
	}
	return t.got.events
}

// compareEvents compares two sequences. What is in one alone is told beside what
// is in the other alone at the same place.
func compareEvents(where string, last int, want, got []event, m *ids, found func(exchange int, where, want, got string)) {
	at := last
	var missing, added []event
	tell := func() {
		for k := range max(len(missing), len(added)) {
			w, g := "", ""
			if k < len(missing) {
				w, at = missing[k].text, missing[k].exchange
			}
			if k < len(added) {
				g = added[k].text
			}
			found(at, where, w, g)
		}
		missing, added = nil, nil
	}
	align(len(want), len(got), func(i, j int) bool { return want[i].text == got[j].text }, func(i, j int) {
		switch {
		case i >= 0 && j >= 0:
			tell()
			at = want[i].exchange
			compareHeaders(where, at, want[i], got[j], m, found)
		case i >= 0:
			missing = append(missing, want[i])
		default:
			added = append(added, got[j])
		}
	})
	tell()
}

// compareHeaders compares for whom two messages are. In some Windows says
// nothing of the pool.
func compareHeaders(where string, at int, want, got event, m *ids, found func(exchange int, where, want, got string)) {
	if !want.message || !got.message {
		return
	}
	if want.header.Destination != got.header.Destination {
		found(at, where+": "+want.text+": destination", want.header.Destination.String(), got.header.Destination.String())
	}
	if now := m.guid(want.header.PipelineID); now != got.header.PipelineID {
		found(at, where+": "+want.text+": pipeline", now.String(), got.header.PipelineID.String())
	}
	speaksOfNone := []psrp.MessageType{psrp.MessageSessionCapability, psrp.MessageEncryptedSessionKey}
	if now := m.guid(want.header.RunspacePoolID); now != got.header.RunspacePoolID && !slices.Contains(speaksOfNone, want.header.Type) {
		found(at, where+": "+want.text+": runspace pool", now.String(), got.header.RunspacePoolID.String())
	}
}

// receiveResponse checks that an answer has what one to a Receive may have, and
// nothing else, and that all of it is for one of some commands.
func receiveResponse(e *envelope, commands []string, found func(where, want, got string)) {
	body := e.root.Child(wsman.NamespaceSOAP, "Body")
	if len(childrenOf(body)) != 1 || !body.First().Is(wsman.NamespaceShell, "ReceiveResponse") {
		found("Body", "ReceiveResponse", names(childrenOf(body)))
		return
	}
	for _, n := range body.First().Children {
		if !n.Is(wsman.NamespaceShell, "Stream") && !n.Is(wsman.NamespaceShell, "CommandState") {
			found("Body/ReceiveResponse", "", n.Local)
			continue
		}
		id, _ := n.Attribute("CommandId")
		if !slices.ContainsFunc(commands, func(c string) bool { return strings.EqualFold(c, id) }) {
			found("Body/ReceiveResponse/"+n.Local+"/@CommandId", quote(commands[0]), quote(id))
		}
		if n.Local == "CommandState" {
			if _, ok := n.Attribute("State"); !ok {
				found("Body/ReceiveResponse/CommandState/@State", "the attribute", "")
			}
		}
	}
}

func names(nodes []*capture.Node) string {
	var all []string
	for _, n := range nodes {
		all = append(all, n.Local)
	}
	return strings.Join(all, ", ")
}
