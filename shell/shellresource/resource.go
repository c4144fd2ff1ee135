package shellresource

import (
	"context"
	"fmt"
	"log/slog"
	"strings"

	"github.com/beevik/etree"

	"github.com/winrmd/winrmd/shell"
	"github.com/winrmd/winrmd/wsman"
)

// Configurations finds what a resource URI stands for.
type Configurations interface {
	// Configuration returns the configuration for new shells of a resource;
	// nil if there is none.
	Configuration(resourceURI string) *shell.Configuration
}

// Resource serves the operations on single shells. Those on all of them are
// Enumeration's.
type Resource struct {
	shells         *shell.Directory
	configurations Configurations
	log            *slog.Logger
	repeats        *Repeats
}

// New makes a Resource.
func New(shells *shell.Directory, c Configurations, log *slog.Logger) *Resource {
	return &Resource{shells: shells, configurations: c, log: log, repeats: NewRepeats(func(id string) bool {
		_, err := shells.Shell(id)
		return err == nil
	})}
}

// Route enters the resource's operations into a table.
func (res *Resource) Route(m *wsman.Mux) {
	once := func(op operation) wsman.Handler { return res.repeats.Once(handler(op)) }
	handlers := map[string]wsman.Handler{
		wsman.ActionCreate:     res.repeats.OnceCreate(res.createOnce),
		wsman.ActionCommand:    once(res.command),
		wsman.ActionSend:       once(res.send),
		wsman.ActionReceive:    handler(res.receive),
		wsman.ActionSignal:     once(res.signal),
		wsman.ActionDisconnect: once(res.disconnect),
		wsman.ActionReconnect:  once(res.reconnect),
		wsman.ActionConnect:    once(res.connect),
		wsman.ActionDelete:     once(res.delete),
		wsman.ActionGet:        handler(res.get),
	}
	RouteEach(m, func(action string) wsman.Handler { return handlers[action] })
}

// RouteEach enters the operations on single shells into a table, each with the
// Handler that is given for its action: for whoever passes them on to where the
// shells are.
func RouteEach(m *wsman.Mux, handler func(action string) wsman.Handler) {
	for _, uri := range []string{wsman.ResourceShell + "/*", wsman.ResourcePowerShellPrefix + "*"} {
		for _, action := range []string{
			wsman.ActionCreate, wsman.ActionCommand, wsman.ActionSend, wsman.ActionReceive, wsman.ActionSignal,
			wsman.ActionDisconnect, wsman.ActionReconnect, wsman.ActionConnect, wsman.ActionDelete, wsman.ActionGet,
		} {
			m.Handle(uri, []string{action}, handler(action))
		}
	}
	for _, action := range []string{wsman.ActionGet, wsman.ActionDelete} {
		m.Handle(wsman.ResourceShell, []string{action}, handler(action))
	}
}

// operation is one operation of the resource.
type operation func(ctx context.Context, r *wsman.Request) (*wsman.Response, error)

// handler makes an operation a Handler: its context ends at the request's
// deadline, and its errors become faults.
func handler(op operation) wsman.Handler {
	return wsman.HandlerFunc(func(ctx context.Context, r *wsman.Request) (*wsman.Response, error) {
		if err := checkOptions(r); err != nil {
			return nil, err
		}
		ctx, cancel := context.WithDeadline(ctx, r.Deadline)
		defer cancel()
		answer, err := op(ctx, r)
		if err != nil {
			return nil, Fault(err, r.Header.ResourceURI)
		}
		return answer, nil
	})
}

// shell finds the shell that a request selects. A shell of another resource is
// as unknown as one that is not there.
func (res *Resource) shell(r *wsman.Request) (*shell.Shell, error) {
	id, ok := r.Header.Selector("ShellId")
	if !ok {
		return nil, wsman.NewFault(wsman.CodeInsufficientSelectors, "The request must have the selector ShellId.")
	}
	sh, err := res.shells.Shell(id)
	if err != nil {
		return nil, err
	}
	uri := r.Header.ResourceURI
	if !strings.EqualFold(uri, sh.Spec().ResourceURI) && !strings.EqualFold(uri, wsman.ResourceShell) {
		return nil, &shell.NotFoundError{ShellID: id}
	}
	return sh, nil
}

// ClientOf says who asks.
func ClientOf(r *wsman.Request) shell.Client { return client(r) }

func client(r *wsman.Request) shell.Client {
	c := shell.Client{
		User: r.Principal.User, Account: r.Principal.Account, Session: r.Header.SessionID, Administrator: r.Principal.Administrator(),
		Loopback: r.Principal.Loopback,
	}
	if r.Principal.Source.IsValid() {
		c.Address = r.Principal.Source.String()
	}
	return c
}

// kind is the kind of shell that a resource URI belongs to.
type kind int

const (
	kindShell kind = iota // any
	kindCommandShell
	kindPowerShell
)

func kindOf(uri string) kind {
	if _, ok := wsman.ShellConfiguration(uri); ok {
		return kindCommandShell
	}
	if _, ok := wsman.PowerShellConfiguration(uri); ok {
		return kindPowerShell
	}
	return kindShell
}

// bodyElement is the body's element, which must have this name in the shell
// namespace; nil where the body is empty.
func bodyElement(r *wsman.Request, name string) (*etree.Element, error) {
	e, err := r.BodyElement()
	if err != nil || e == nil || wsman.IsElement(e, wsman.NamespaceShell, name) {
		return e, err
	}
	return nil, wrongBody(name)
}

// wrongBody is the fault for a body that is not the element that it must be.
func wrongBody(name string) error {
	return wsman.NewFault(wsman.CodeSchemaValidation, fmt.Sprintf("The body of the request must be an rsp:%s element.", name))
}

// empty is an answer without a body.
func empty() *wsman.Response { return &wsman.Response{} }
