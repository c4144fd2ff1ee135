package shellresource

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"time"

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

// Resource serves shells.
type Resource struct {
	shells         *shell.Directory
	configurations Configurations
	log            *slog.Logger
	repeats        *repeats
	enumerations   *enumerations
}

// New makes a Resource. enumerationTimeout is how long an enumeration that
// is not pulled is kept (EnumerationTimeoutms).
func New(shells *shell.Directory, c Configurations, enumerationTimeout time.Duration, log *slog.Logger) *Resource {
	return &Resource{
		shells: shells, configurations: c, log: log,
		repeats:      newRepeats(),
		enumerations: newEnumerations(enumerationTimeout),
	}
}

// Route enters the resource's operations into a table.
func (res *Resource) Route(m *wsman.Mux) {
	for _, uri := range []string{wsman.ResourceCmd, wsman.ResourcePowerShellPrefix + "*"} {
		m.Handle(uri, []string{wsman.ActionCreate}, res.once(res.create))
		m.Handle(uri, []string{wsman.ActionCommand}, res.once(res.command))
		m.Handle(uri, []string{wsman.ActionSend}, res.once(res.send))
		m.Handle(uri, []string{wsman.ActionReceive}, res.handler(res.receive))
		m.Handle(uri, []string{wsman.ActionSignal}, res.once(res.signal))
		m.Handle(uri, []string{wsman.ActionDisconnect}, res.once(res.disconnect))
		m.Handle(uri, []string{wsman.ActionReconnect}, res.once(res.reconnect))
		m.Handle(uri, []string{wsman.ActionConnect}, res.once(res.connect))
		m.Handle(uri, []string{wsman.ActionDelete}, res.once(res.delete))
		m.Handle(uri, []string{wsman.ActionGet}, res.handler(res.get))
	}
	m.Handle(wsman.ResourceShell, []string{wsman.ActionGet}, res.handler(res.get))
	m.Handle(wsman.ResourceShell, []string{wsman.ActionDelete}, res.once(res.delete))
	m.Handle(wsman.ResourceShell, []string{wsman.ActionEnumerate}, res.handler(res.enumerateShells))
	m.Handle(wsman.ResourceCommand, []string{wsman.ActionEnumerate}, res.handler(res.enumerateCommands))
	for _, uri := range []string{wsman.ResourceShell, wsman.ResourceCommand} {
		m.Handle(uri, []string{wsman.ActionPull}, res.handler(res.pull))
		m.Handle(uri, []string{wsman.ActionRelease}, res.handler(res.release))
	}
}

// operation is one operation of the resource.
type operation func(ctx context.Context, r *wsman.Request) (*wsman.Response, error)

// handler makes an operation a Handler: its context ends at the request's
// deadline, and its errors become faults.
func (res *Resource) handler(op operation) wsman.Handler {
	return wsman.HandlerFunc(func(ctx context.Context, r *wsman.Request) (*wsman.Response, error) {
		if err := checkOptions(r); err != nil {
			return nil, err
		}
		ctx, cancel := context.WithDeadline(ctx, r.Deadline)
		defer cancel()
		answer, err := op(ctx, r)
		if err != nil {
			return nil, toFault(err, kindOf(r.Header.ResourceURI))
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

// client says who asks.
func client(r *wsman.Request) shell.Client {
	c := shell.Client{
		User: r.Principal.User, Session: r.Header.SessionID, Administrator: r.Principal.Administrator(),
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
	if strings.EqualFold(uri, wsman.ResourceCmd) {
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
