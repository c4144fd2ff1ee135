package conformance

import (
	"strings"

	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/capture"
)

// nowhere is an address for documentation, at which no server listens.
const nowhere = "IP:192.0.2.77"

// configChecks ask an administrator's wrong questions. Each must be refused, so that
// nothing is changed; what a server changes all the same is put back.
var configChecks = []Check{
	configured("no-instance", wantNoInstance, func(*T) request {
		return listener(wsman.ActionGet, nowhere, "HTTP", "")
	}),
	configured("exists", wantExists, func(t *T) request {
		at := t.listening("")
		return listener(wsman.ActionCreate, at.address, at.transport, "<cfg:Enabled>true</cfg:Enabled>")
	}),
	configured("value", wantValues, func(*T) request {
		return put(wsman.ResourceConfig, "Config", "<cfg:MaxTimeoutms>soon</cfg:MaxTimeoutms>")
	}),
	configured("no-content", wantMissingValues, func(*T) request {
		return request{action: wsman.ActionPut, resource: wsman.ResourceConfig}
	}),
	configured("namespace", wantOtherNamespace, func(*T) request {
		return request{action: wsman.ActionPut, resource: wsman.ResourceConfig, body: `<x:Config xmlns:x="urn:conformance"/>`}
	}),
	configured("element", wantSchema, func(*T) request {
		return put(wsman.ResourceConfig, "Config", "<cfg:Conformance>1</cfg:Conformance>")
	}),
	configured("read-only", wantReadOnly, func(*T) request {
		return put(wsman.ResourceConfig, "Config", "<cfg:MaxProviderRequests>17</cfg:MaxProviderRequests>")
	}),
	configured("ip-filter", wantIPFilter, func(*T) request {
		return put(wsman.ResourceConfigService, "Service", "<cfg:IPv4Filter>nowhere</cfg:IPv4Filter>")
	}),
	configured("listener-address", wantAddress, func(*T) request {
		return listener(wsman.ActionCreate, "nowhere", "HTTP", "<cfg:Enabled>true</cfg:Enabled>")
	}),
	configured("listener-no-address", wantNoSelector, func(*T) request {
		return listener(wsman.ActionGet, "", "HTTP", "")
	}),
	configured("listener-port", wantPort, func(t *T) request {
		at := t.listening("")
		return listener(wsman.ActionPut, at.address, at.transport, "<cfg:Port>0</cfg:Port>")
	}),
	configured("listener-selectors", wantSameSelectors, func(t *T) request {
		at := t.listening("")
		return listener(wsman.ActionPut, at.address, at.transport, "<cfg:Address>"+nowhere+"</cfg:Address>")
	}),
	configured("listener-thumbprint", wantNoThumbprint, func(t *T) request {
		at := t.listening("HTTP")
		return listener(wsman.ActionPut, at.address, at.transport, "<cfg:CertificateThumbprint>"+strings.Repeat("0A", 20)+"</cfg:CertificateThumbprint>")
	}),
	configured("listener-hostname", wantHostname, func(t *T) request {
		at := t.listening("HTTPS")
		return listener(wsman.ActionPut, at.address, at.transport, "<cfg:Hostname>conformance.invalid</cfg:Hostname>")
	}),
}

// configured is the check of something that even an administrator must not ask.
func configured(name string, w want, ask func(*T) request) Check {
	return Check{Name: "config/" + name, Section: "MS-WSMV 3.1.4.1.29", Inferred: true, run: func(t *T) {
		r := ask(t)
		before := t.before(r)
		a := t.by(t.administrator(), r)
		if denied(a) && t.config.Administrator == nil {
			t.skip("the user may not change the configuration (--admin-username)")
		}
		if a.fault == nil {
			t.putBack(r, before)
		}
		t.isFault(a, w)
	}}
}

// before is what there is that a request might change, as it would be put back; "" if
// there is nothing.
func (t *T) before(r request) string {
	if r.action == wsman.ActionGet {
		return ""
	}
	get := r
	get.action, get.body = wsman.ActionGet, ""
	a := t.by(t.administrator(), get)
	if a.fault != nil {
		return ""
	}
	// The elements of a configuration declare their namespaces themselves.
	return a.text[a.body.Start:a.body.End]
}

// putBack undoes what a server should have refused.
func (t *T) putBack(r request, before string) {
	switch {
	case r.action == wsman.ActionCreate && before == "":
		r.action, r.body = wsman.ActionDelete, ""
	case r.action == wsman.ActionPut && before != "":
		r.body = before
	default:
		return
	}
	if a := t.by(t.administrator(), r); a.fault != nil {
		t.problem("what the server should have refused cannot be undone: %s", said(a.fault))
	}
}

// put is a Put of one element of the configuration.
func put(resource, name, content string) request {
	return request{action: wsman.ActionPut, resource: resource,
		body: `<cfg:` + name + ` xmlns:cfg="` + resource + `">` + content + `</cfg:` + name + `>`}
}

// listener is a request for one listener, which an empty address leaves open.
func listener(action, address, transport, content string) request {
	r := request{action: action, resource: wsman.ResourceConfigListener, headers: map[string]string{}}
	selectors := `<w:Selector Name="Transport">` + transport + `</w:Selector>`
	if address != "" {
		selectors += `<w:Selector Name="Address">` + escape(address) + `</w:Selector>`
	}
	r.headers["SelectorSet"] = `<w:SelectorSet>` + selectors + `</w:SelectorSet>`
	if content != "" {
		r.body = put(wsman.ResourceConfigListener, "Listener", content).body
	}
	return r
}

// place is where a server listens.
type place struct{ address, transport string }

// listening is a listener of a transport, or of any; the check is left out where
// there is none.
func (t *T) listening(transport string) place {
	a := t.by(t.administrator(), enumerate(wsman.ResourceConfigListener, ""))
	if denied(a) {
		t.skip("the user may not read the configuration (--admin-username)")
	}
	all, _ := items(a)
	for _, item := range all {
		at := place{field(item, "Address"), field(item, "Transport")}
		if transport == "" || strings.EqualFold(at.transport, transport) {
			return at
		}
	}
	t.skip("there is no listener for %s", transport)
	return place{}
}

// field is a child's text, whatever its namespace.
func field(n *capture.Node, local string) string {
	for _, c := range n.Children {
		if c.Local == local {
			return strings.TrimSpace(c.Text)
		}
	}
	return ""
}
