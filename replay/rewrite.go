package replay

import (
	"slices"
	"strings"

	"github.com/winrmd/winrmd/psrp"
	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/capture"
)

// request makes the request of a recorded one as it is for this server.
func (r *run) request(x *exchange) string {
	r.rewriting.Lock() // an object may lie in the requests of several exchanges
	defer r.rewriting.Unlock()
	e := x.request
	r.newIDs(e)
	for _, p := range e.parcels {
		for _, f := range p.fragments {
			r.renew(f.object, x.shell)
		}
	}
	body := e.render()
	// Offsets have moved.
	root, err := capture.ParseXML(body)
	if err != nil {
		return body
	}
	var edits []capture.Edit
	header := root.Child(wsman.NamespaceSOAP, "Header")
	if to := header.Child(wsman.NamespaceAddressing, "To"); to != nil {
		edits = append(edits, capture.SetText(to, r.config.URL))
	}
	if timeout := header.Child(wsman.NamespaceWSMan, "OperationTimeout"); timeout != nil && x.hurried() {
		edits = append(edits, capture.SetText(timeout, wsman.FormatSeconds(leastTimeout)))
	}
	root.Child(wsman.NamespaceSOAP, "Body").Walk(func(n *capture.Node) {
		if n.Is(wsman.NamespaceEnumeration, "EnumerationContext") {
			if now, ok := r.ids.context(n.Value()); ok {
				edits = append(edits, capture.SetText(n, now))
			}
		}
	})
	return r.ids.text(capture.Apply(body, edits))
}

// newIDs makes the ids that a client chooses.
func (r *run) newIDs(e *envelope) {
	for _, n := range childrenOf(e.root.Child(wsman.NamespaceSOAP, "Header")) {
		if slices.Contains([]string{"MessageID", "SessionId", "OperationID"}, n.Local) {
			r.ids.renew(n.Value())
		}
	}
	first := e.root.Child(wsman.NamespaceSOAP, "Body").First()
	switch {
	case first.Is(wsman.NamespaceShell, "Shell") && e.about.Action == wsman.ActionCreate:
		if id, ok := first.Attribute("ShellId"); ok {
			r.ids.renew(id)
		}
	case first.Is(wsman.NamespaceShell, "CommandLine"):
		if id, ok := first.Attribute("CommandId"); ok {
			r.ids.renew(id)
		}
	}
}

// anew makes a request that is sent once more another one: with a MessageID, or
// an OperationID and SequenceId, as before it would be a repetition, and be given
// the same answer.
func (r *run) anew(x *exchange) {
	for _, n := range childrenOf(x.request.root.Child(wsman.NamespaceSOAP, "Header")) {
		if n.Local == "MessageID" || n.Local == "OperationID" {
			r.ids.forget(n.Value())
		}
	}
}

// renew puts new ids and keys into a message of PowerShell, once.
func (r *run) renew(o *object, shell string) {
	if o.renewed || len(o.fragments[0].blob) < psrp.MessageHeaderSize || !o.fragments[0].header.Start {
		return
	}
	o.renewed = true
	m, ok := o.message()
	if !ok {
		m, _ = psrp.ParseMessage(o.bytes())
	}
	m.RunspacePoolID, m.PipelineID = r.ids.guid(m.RunspacePoolID), r.ids.guid(m.PipelineID)
	k := r.keysOf(shell)
	switch {
	case !ok: // it has no end: only its header is known to be whole
	case m.Type == psrp.MessagePublicKey:
		if data, err := k.publicKey(m.Data); err == nil {
			m.Data = data
		}
	default:
		m.Data = k.secure(m.Data, r.config.Placeholder)
	}
	o.replace(m.Append(nil))
}

// learn takes from an answer what stands for what the recorded one says.
func (r *run) learn(x *exchange, want, got *envelope) {
	for _, pair := range [][2]string{{want.about.ShellID, got.about.ShellID}, {want.about.CommandID, got.about.CommandID}} {
		if pair[0] != "" && pair[1] != "" && slices.Contains([]string{wsman.ActionCreate, wsman.ActionCommand}, x.request.about.Action) {
			r.ids.set(pair[0], pair[1])
		}
	}
	contexts := [2]string{}
	for i, e := range []*envelope{want, got} {
		e.root.Child(wsman.NamespaceSOAP, "Body").Walk(func(n *capture.Node) {
			if n.Is(wsman.NamespaceEnumeration, "EnumerationContext") {
				contexts[i] = n.Value()
			}
		})
	}
	r.ids.setContext(contexts[0], contexts[1])
	r.note(x, got)
}

// note remembers which shells there are, to leave none behind, and session keys.
func (r *run) note(x *exchange, got *envelope) {
	r.mu.Lock()
	switch x.request.about.Action {
	case wsman.ActionCreate:
		if got.about.ShellID != "" && !got.about.Fault {
			r.shells[strings.ToUpper(got.about.ShellID)] = x.request.about.ResourceURI
		}
	case wsman.ActionDelete:
		if !got.about.Fault {
			delete(r.shells, strings.ToUpper(r.ids.text(x.request.about.ShellID)))
		}
	}
	r.mu.Unlock()
}

// keysOf are the keys of a recorded shell.
func (r *run) keysOf(shell string) *keys {
	r.mu.Lock()
	defer r.mu.Unlock()
	k := r.keys[shell]
	if k == nil {
		k = &keys{}
		r.keys[shell] = k
	}
	return k
}
