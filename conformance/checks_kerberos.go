package conformance

import (
	"context"
	"encoding/base64"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/auth/kerberos"
)

// Tickets gets tickets from a KDC.
type Tickets interface {
	// Ticket gets one for a service, for example "HTTP/server.example.org".
	Ticket(ctx context.Context, service string) (kerberos.Credential, error)
}

// oldTicket is how far behind the time of an authenticator is that is too old:
// longer than clocks may differ (RFC 4120 8.2).
const oldTicket = 15 * time.Minute

// kerberosChecks log on by tickets that are wrong in one way each. A ticket that has
// expired would have to be waited for: a KDC gives none.
var kerberosChecks = []Check{
	{Name: "kerberos/replay", Section: "RFC 4120 3.2.3", run: func(t *T) {
		token := t.token(t.ticket(t.config.Service), kerberos.InitiatorOptions{})
		if r, _ := t.present(token, ""); r.StatusCode == http.StatusUnauthorized {
			t.stop("a right ticket for %s is refused: HTTP status 401", t.config.Service)
		}
		t.turnedAway(token)
	}},
	wrongTicket("changed-ticket", "RFC 4120 3.2.3", func(t *T, c *kerberos.Credential) kerberos.InitiatorOptions {
		c.Ticket[len(c.Ticket)-1] ^= 1
		return kerberos.InitiatorOptions{}
	}),
	wrongTicket("other-key", "RFC 4120 3.2.3", func(t *T, c *kerberos.Credential) kerberos.InitiatorOptions {
		c.Key.Value[0] ^= 1
		return kerberos.InitiatorOptions{}
	}),
	wrongTicket("other-client", "RFC 4120 3.2.3", func(t *T, c *kerberos.Credential) kerberos.InitiatorOptions {
		c.Client.Name = []string{"conformance-nobody"}
		return kerberos.InitiatorOptions{}
	}),
	wrongTicket("old-authenticator", "RFC 4120 3.2.3", func(*T, *kerberos.Credential) kerberos.InitiatorOptions {
		return kerberos.InitiatorOptions{Time: time.Now().Add(-oldTicket)}
	}),
	wrongTicket("early-authenticator", "RFC 4120 3.2.3", func(*T, *kerberos.Credential) kerberos.InitiatorOptions {
		return kerberos.InitiatorOptions{Time: time.Now().Add(oldTicket)}
	}),
	wrongTicket("other-service", "RFC 4120 3.2.3", func(t *T, c *kerberos.Credential) kerberos.InitiatorOptions {
		// A ticket that every user gets and no server has the key of.
		other := t.ticket("krbtgt/" + c.Service.Realm)
		other.Client, *c = c.Client, other
		return kerberos.InitiatorOptions{}
	}),
	wrongTicket("other-channel", "RFC 4121 4.1.1.2", func(t *T, _ *kerberos.Credential) kerberos.InitiatorOptions {
		if !strings.HasPrefix(t.config.URL, "https:") {
			t.skip("there is no TLS that a ticket could be bound to")
		}
		return kerberos.InitiatorOptions{Binding: kerberos.ChannelBinding([]byte("tls-server-end-point:another")), BindingAware: true}
	}),
}

// wrongTicket is the check of a ticket for the server that was made wrong.
func wrongTicket(name, section string, wrong func(*T, *kerberos.Credential) kerberos.InitiatorOptions) Check {
	return Check{Name: "kerberos/" + name, Section: section, run: func(t *T) {
		c := t.ticket(t.config.Service)
		options := wrong(t, &c)
		t.turnedAway(t.token(c, options))
	}}
}

// ticket gets a ticket, which is the check's own to change.
func (t *T) ticket(service string) kerberos.Credential {
	if t.config.Tickets == nil {
		t.skip("nobody logs on by Kerberos (--auth kerberos)")
	}
	c, err := t.config.Tickets.Ticket(t.ctx, service)
	if err != nil {
		t.stop("there is no ticket for %s: %v", service, err)
	}
	c.Ticket, c.Key.Value, c.Client.Name = slices.Clone(c.Ticket), slices.Clone(c.Key.Value), slices.Clone(c.Client.Name)
	return c
}

// token is the first token of a handshake.
func (t *T) token(c kerberos.Credential, options kerberos.InitiatorOptions) string {
	token, _, err := kerberos.NewInitiator(c, options).Initiate(t.ctx, nil)
	if err != nil {
		t.stop("the token cannot be made: %v", err)
	}
	return base64.StdEncoding.EncodeToString(token)
}

// present logs on with a token, and asks something at the same time.
func (t *T) present(token, envelope string) (*http.Response, string) {
	return t.http(http.MethodPost, "", envelope, map[string]string{"Authorization": "Kerberos " + token, "Connection": "close"})
}

// turnedAway checks that a token lets nobody in, and that a shell which is asked for
// with it is not made.
func (t *T) turnedAway(token string) {
	id := newID()
	create := createCmd(` ShellId="`+id+`"`, "")
	create.action = wsman.ActionCreate
	r, content := t.present(token, t.rendered(create))
	t.unauthorized(r, content)
	a := t.ask(request{action: wsman.ActionGet, resource: wsman.ResourceShell, shell: id})
	if a.fault == nil {
		t.shells = append(t.shells, &remote{t: t, id: id, resource: wsman.ResourceCmd})
		t.stop("a shell was made")
	}
	t.isFault(a, wantUnexpected)
}
