package shellresource

import (
	"context"
	"errors"
	"strings"

	"github.com/beevik/etree"

	"github.com/winrmd/winrmd/shell"
	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/enumeration"
)

// Lister tells of all shells of a server.
type Lister interface {
	// List tells of every shell that the client may see, oldest first.
	List(ctx context.Context, c shell.Client) []shell.Info
	// Commands lists the commands of a shell. A shell that is not there is a
	// *shell.NotFoundError.
	Commands(ctx context.Context, c shell.Client, shellID string) ([]shell.CommandInfo, error)
}

// Local tells of the shells of a Directory in this process.
type Local struct{ Directory *shell.Directory }

// List implements Lister.
func (l Local) List(_ context.Context, c shell.Client) []shell.Info { return l.Directory.List(c) }

// Commands implements Lister.
func (l Local) Commands(_ context.Context, c shell.Client, shellID string) ([]shell.CommandInfo, error) {
	sh, err := l.Directory.Shell(shellID)
	if err != nil {
		return nil, err
	}
	return sh.Commands(c)
}

// Enumeration serves Enumerate, Pull and Release of shells and of commands.
type Enumeration struct {
	shells   Lister
	contexts *enumeration.Contexts
}

// NewEnumeration makes an Enumeration. What is not yet pulled is kept in
// contexts, which other resources may share.
func NewEnumeration(shells Lister, contexts *enumeration.Contexts) *Enumeration {
	return &Enumeration{shells: shells, contexts: contexts}
}

// Route enters the operations into a table.
func (res *Enumeration) Route(m *wsman.Mux) {
	m.Handle(wsman.ResourceShell, []string{wsman.ActionEnumerate}, handler(res.enumerateShells))
	m.Handle(wsman.ResourceCommand, []string{wsman.ActionEnumerate}, handler(res.enumerateCommands))
	for _, uri := range []string{wsman.ResourceShell, wsman.ResourceCommand} {
		res.contexts.Route(m, uri)
	}
}

// enumerateShells lists the shells that the client may see, its own or for an
// administrator all (MS-WSMV 3.1.4.8).
func (res *Enumeration) enumerateShells(ctx context.Context, r *wsman.Request) (*wsman.Response, error) {
	request, err := enumeration.Read(r)
	if err != nil {
		return nil, err
	}
	id, err := filteredShell(request)
	if err != nil {
		return nil, err
	}
	var items []*etree.Element
	for _, info := range res.shells.List(ctx, client(r)) {
		if request.Filtered && !strings.EqualFold(info.ShellID, id) {
			continue
		}
		items = append(items, request.Mode.Item(
			func() *etree.Element { return shellElement(info, reportOf(r)) },
			func() *etree.Element {
				epr := etree.NewElement("a:EndpointReference")
				reference(epr, r, info)
				return epr
			}))
	}
	return res.contexts.Begin(r, request, items)
}

// enumerateCommands lists the commands of the shell that the filter names. A
// shell that is not there has none: clients skip a shell whose commands they
// cannot list.
func (res *Enumeration) enumerateCommands(ctx context.Context, r *wsman.Request) (*wsman.Response, error) {
	request, err := enumeration.Read(r)
	if err != nil {
		return nil, err
	}
	id, err := filteredShell(request)
	switch {
	case err != nil:
		return nil, err
	case !request.Filtered:
		return nil, wsman.NewFault(wsman.CodeCommandFilterExpected, "")
	case request.Mode != enumeration.Objects:
		return nil, wsman.NewFault(wsman.CodeCommandEPRsNotSupported, "")
	}
	var items []*etree.Element
	commands, err := res.shells.Commands(ctx, client(r), id)
	if notFound := (*shell.NotFoundError)(nil); err != nil && !errors.As(err, &notFound) {
		return nil, err
	}
	for _, c := range commands {
		items = append(items, commandElement(c))
	}
	return res.contexts.Begin(r, request, items)
}

func commandElement(c shell.CommandInfo) *etree.Element {
	e := etree.NewElement("rsp:Command")
	e.CreateElement("rsp:CommandId").SetText(c.ID)
	e.CreateElement("rsp:CommandLine").SetText(c.Line)
	e.CreateElement("rsp:CommandState").SetText(string(shell.CommandRunning))
	return e
}

// filteredShell is the ShellId that the filter names; "" without a filter.
func filteredShell(request *enumeration.Request) (string, error) {
	id, ok := request.Selector("ShellId")
	if request.Filtered && !ok {
		return "", wsman.NewFault(wsman.CodeCannotProcessFilter, "The filter must have the selector ShellId.")
	}
	return id, nil
}
