package replay

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/winrmd/winrmd/psrp"
	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/capture"
)

// mutation is an answer that differs from the recorded one in one thing.
type mutation struct {
	name   string
	status int
	body   string
}

// mutations are all that a comparison must see in an answer.
func mutations(x *exchange) (all []mutation) {
	status, body := x.recorded.Response.Status, x.recorded.Response.Body
	add := func(name, changed string) {
		if changed != body {
			all = append(all, mutation{name, status, changed})
		}
	}
	all = append(all, mutation{"status", 700 - status, body})
	x.answer.root.Walk(func(n *capture.Node) {
		how := ruleOf(n.Space, n.Local, "")
		switch {
		case n == x.answer.root, how == Optional, how == NotCompared, quiet(x, n):
			return
		}
		add("without "+n.Local, body[:n.Tag]+body[endOf(body, n):])
		if len(n.Children) == 0 && how != AnyValue && n.Value() != "" && n.Local != "Stream" && n.Space != wsman.NamespacePowerShell {
			add("other text in "+n.Local, body[:n.End]+"7"+body[n.End:])
		}
		for _, a := range n.Attributes {
			if a.Space != "" || ruleOf(n.Space, n.Local, a.Local) == AnyValue || ruleOf(n.Space, n.Local, a.Local) == Optional {
				continue
			}
			tag := body[n.Tag:n.Start]
			add("other "+n.Local+"/@"+a.Local, body[:n.Tag]+strings.Replace(tag, a.Local+`="`, a.Local+`="7`, 1)+body[n.Start:])
		}
	})
	add("another element in the body", strings.Replace(body, "</s:Body>", `<stray xmlns="urn:stray"></stray></s:Body>`, 1))
	return append(all, messageMutations(x)...)
}

// quiet reports whether an element says nothing that a comparison must see: how
// output is divided over streams and Receives is a matter of time.
func quiet(x *exchange, n *capture.Node) bool {
	if x.request.about.Action != wsman.ActionReceive || x.answer.about.Fault || n.Space != wsman.NamespaceShell {
		return false
	}
	if state, _ := n.Attribute("State"); strings.HasSuffix(state, "/Running") {
		return true
	}
	if n.Local != "Stream" {
		return false
	}
	for _, p := range x.answer.parcels {
		if p.node.Tag != n.Tag {
			continue
		}
		if end, _ := n.Attribute("End"); end != "" {
			return false
		}
		for _, f := range p.fragments {
			if rule := ruleOfMessage(typeOf(f.object)); rule == nil || rule.How != NotCompared {
				return false
			}
		}
	}
	return true
}

func typeOf(o *object) psrp.MessageType {
	m, _ := o.message()
	return m.Type
}

func endOf(body string, n *capture.Node) int {
	if !strings.HasPrefix(body[n.End:], "</") {
		return n.End
	}
	return n.End + strings.IndexByte(body[n.End:], '>') + 1
}

// messageMutations change the messages of PowerShell.
func messageMutations(x *exchange) (all []mutation) {
	render := func(name string, change func(e *envelope)) {
		e := open(x.recorded.Response.Body, true)
		var a assembly
		a.add("", e)
		change(e)
		all = append(all, mutation{name, x.recorded.Response.Status, e.render()})
	}
	// Two messages that are whole and differ change their places.
	parcels := x.answer.parcels
	for i := 0; i+1 < len(parcels); i++ {
		if whole(parcels[i]) && whole(parcels[i+1]) && name(parcels[i]) != name(parcels[i+1]) &&
			name(parcels[i]) != "" && name(parcels[i+1]) != "" {
			render("messages in another order", func(e *envelope) {
				a, b := e.parcels[i].fragments[0], e.parcels[i+1].fragments[0]
				a.blob, b.blob = b.blob, a.blob
				a.header, b.header = b.header, a.header
				e.parcels[i].changed, e.parcels[i+1].changed = true, true
			})
			break
		}
	}
	for i, p := range parcels {
		if !whole(p) {
			continue
		}
		switch typeOf(p.fragments[0].object) {
		case psrp.MessagePipelineState, psrp.MessageRunspacePoolState:
			render("another state", func(e *envelope) {
				o := e.parcels[i].fragments[0].object
				m, _ := o.message()
				m.Data = []byte(strings.Replace(string(m.Data), "State\">", "State\">1", 1))
				o.replace(m.Append(nil))
			})
		case psrp.MessagePipelineOutput, psrp.MessageErrorRecord, psrp.MessagePipelineHostCall:
			render("another type", func(e *envelope) {
				o := e.parcels[i].fragments[0].object
				m, _ := o.message()
				m.Type = psrp.MessageWarningRecord
				o.replace(m.Append(nil))
			})
			render("another pipeline", func(e *envelope) {
				o := e.parcels[i].fragments[0].object
				m, _ := o.message()
				m.PipelineID[0]++
				o.replace(m.Append(nil))
			})
		}
	}
	return all
}

func whole(p *parcel) bool {
	return len(p.fragments) == 1 && p.fragments[0].header.Start && p.fragments[0].header.End && p.fragments[0].object != nil
}

func name(p *parcel) string {
	m, _ := p.fragments[0].object.message()
	if rule := ruleOfMessage(m.Type); rule != nil && rule.How == NotCompared {
		return ""
	}
	return label(m)
}

// perExchange is how many mutations of an answer are tried, spread over all that
// there are; WINRMD_TEST_MUTATIONS=all means each.
const perExchange = 6

func some(all []mutation, number int) []mutation {
	if os.Getenv("WINRMD_TEST_MUTATIONS") == "all" || len(all) <= perExchange {
		return all
	}
	chosen := make([]mutation, 0, perExchange)
	for k := range perExchange {
		chosen = append(chosen, all[(number+k*len(all)/perExchange)%len(all)])
	}
	return chosen
}

// TestMutations: whatever single thing is another in the answer to any recorded
// request, a replay says so, and there are at least five such for each.
func TestMutations(t *testing.T) {
	for file, c := range recordings(t) {
		t.Run(file, func(t *testing.T) {
			t.Parallel()
			r := &run{}
			r.open(c)
			for i, x := range r.exchanges {
				if x.notPlayed() != "" {
					continue
				}
				all := mutations(x)
				assert.GreaterOrEqual(t, len(all), 5, "%d", i+1)
				for _, m := range some(all, i) {
					changed := *c
					changed.Exchanges = slices.Clone(c.Exchanges)
					changed.Exchanges[i].Response.Status, changed.Exchanges[i].Response.Body = m.status, m.body
					report, _ := playTo(t, c, &changed)
					assert.NotZero(t, report.Differ(), "%d %s: %s", i+1, x.request.about.Operation(), m.name)
				}
			}
		})
	}
}
