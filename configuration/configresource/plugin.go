package configresource

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"github.com/beevik/etree"

	"github.com/winrmd/winrmd/configuration"
	"github.com/winrmd/winrmd/configuration/pluginxml"
	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/enumeration"
)

// Sessions are the session configurations. *configuration.Store has them, and
// says what the errors are.
type Sessions interface {
	// Sessions gives all, in the order of their names.
	Sessions() []configuration.Session
	// Session gives one, by its name in any case of letters.
	Session(name string) (configuration.Session, bool)
	// Register makes one.
	Register(configuration.Session) error
	// ChangeSession changes one as edit says, and returns it.
	ChangeSession(name string, edit func(*configuration.Session) error) (configuration.Session, error)
	// Unregister removes one.
	Unregister(name string) error
}

// Plugins serves winrm/config/plugin (MS-WSMV 3.1.4.1.34.2): session
// configurations as Windows has them, instances with the selector Name. It may
// be used by several goroutines.
//
// It serves administrators only, also for reading. On Windows, RootSDDL lets
// everybody read who is logged on at the machine itself; here the instances
// hold paths, the environment and the names of those who are let in, and nobody
// needs them to open a session.
type Plugins struct {
	sessions     Sessions
	enumerations *enumeration.Contexts
	log          *slog.Logger
}

// NewPlugins makes a Plugins. What is not yet pulled is kept in enumerations;
// every change is logged.
func NewPlugins(s Sessions, enumerations *enumeration.Contexts, log *slog.Logger) *Plugins {
	return &Plugins{sessions: s, enumerations: enumerations, log: log}
}

// Route enters the resource into a table.
func (res *Plugins) Route(m *wsman.Mux) {
	for action, h := range map[string]wsman.HandlerFunc{
		wsman.ActionGet:       res.get,
		wsman.ActionPut:       res.put,
		wsman.ActionCreate:    res.create,
		wsman.ActionDelete:    res.delete,
		wsman.ActionEnumerate: res.enumerate,
	} {
		m.Handle(wsman.ResourceConfigPlugin, []string{action}, pluginAdministrators(h))
	}
	res.enumerations.Route(m, wsman.ResourceConfigPlugin)
}

// pluginAdministrators is a Handler that serves nobody else.
func pluginAdministrators(h wsman.HandlerFunc) wsman.Handler {
	return wsman.HandlerFunc(func(ctx context.Context, r *wsman.Request) (*wsman.Response, error) {
		if !r.Principal.Administrator() {
			return nil, wsman.NewFault(wsman.CodeAccessDenied,
				"Access is denied. Session configurations are for those who are in Administrators of winrmd.toml.")
		}
		return h(ctx, r)
	})
}

// selectorName is the one selector.
const selectorName = "Name"

// pluginName reads the selectors.
func pluginName(r *wsman.Request) (string, error) {
	for _, s := range r.Header.Selectors {
		if !strings.EqualFold(s.Name, selectorName) {
			return "", wsman.NewFault(wsman.CodeUnexpectedSelectors, fmt.Sprintf(
				"The selector %.64s is not known here. A plug-in has one selector: Name.", s.Name))
		}
	}
	name, ok := r.Header.Selector(selectorName)
	if name = strings.TrimSpace(name); !ok || name == "" {
		return "", wsman.NewFault(wsman.CodeInsufficientSelectors,
			"The request lacks the selector Name, for example winrm/config/plugin?Name=Microsoft.PowerShell. Enumerate to see the names.")
	}
	return name, nil
}

// get gives one.
func (res *Plugins) get(_ context.Context, r *wsman.Request) (*wsman.Response, error) {
	name, err := pluginName(r)
	if err != nil {
		return nil, err
	}
	s, ok := res.sessions.Session(name)
	if !ok {
		return nil, noPlugin(name)
	}
	e, err := pluginElement(s)
	if err != nil {
		return nil, err
	}
	body := wsman.ElementBody(e)
	if !fitsEnvelope(r, body) {
		return nil, wsman.NewFault(wsman.CodeMaxEnvelopeSizeExceeded, "")
	}
	return &wsman.Response{Body: body}, nil
}

// pluginElement is a session configuration as a client gets it.
func pluginElement(s configuration.Session) (*etree.Element, error) {
	e, err := pluginxml.ExportElement(s)
	if err != nil {
		return nil, wsman.NewFault(wsman.CodeInternalError, fmt.Sprintf(
			"The session configuration %s cannot be written as XML: %s.", s.Name, oneLine(err))).WithCause(err)
	}
	return e, nil
}

// fitsEnvelope reports whether an answer is one that the client takes.
func fitsEnvelope(r *wsman.Request, body wsman.Body) bool {
	size := wsman.EnvelopeOverhead(r) + len(body.AppendXML(nil))
	if r.Charset == wsman.UTF16 {
		size *= 2
	}
	return size <= r.Header.MaxEnvelopeSize
}

// enumerate lists them. A filter may name one.
func (res *Plugins) enumerate(_ context.Context, r *wsman.Request) (*wsman.Response, error) {
	request, err := enumeration.Read(r)
	if err != nil {
		return nil, err
	}
	name, named := request.Selector(selectorName)
	if request.Filtered && !named {
		return nil, wsman.NewFault(wsman.CodeCannotProcessFilter, "The filter must have the selector Name.")
	}
	var items []*etree.Element
	for _, s := range res.sessions.Sessions() {
		if named && !sameName(s.Name, name) {
			continue
		}
		e, err := pluginElement(s)
		if err != nil {
			return nil, err
		}
		items = append(items, request.Mode.Item(
			func() *etree.Element { return e },
			func() *etree.Element { return pluginReference("a:EndpointReference", r, s.Name) }))
	}
	return res.enumerations.Begin(r, request, items)
}

// pluginReference is an endpoint reference to one.
func pluginReference(element string, r *wsman.Request, name string) *etree.Element {
	return reference(element, r, wsman.ResourceConfigPlugin, []wsman.Selector{{Name: selectorName, Value: name}})
}

func sameName(a, b string) bool { return configuration.FoldName(a) == configuration.FoldName(b) }

func noPlugin(name string) error {
	return wsman.NewFault(wsman.CodeResourceNotFound, fmt.Sprintf(
		"There is no session configuration with Name=%.200s. Enumerate to see the names.", name))
}

// oneLine is an error's text, or several errors', as one line that is not too
// long for a message.
func oneLine(err error) string {
	const most = 1000
	text := strings.ReplaceAll(err.Error(), "\n", "; ")
	if len(text) > most {
		text = strings.ToValidUTF8(text[:most], "") + "…"
	}
	return text
}

// pluginFault is what a client is told of a change that was refused.
func pluginFault(name string, err error) error {
	var fault *wsman.Fault
	var wrong *configuration.FileError
	var input *pluginxml.Error
	switch {
	case errors.As(err, &fault):
		return fault
	case errors.Is(err, configuration.ErrNotFound):
		return noPlugin(name)
	case errors.Is(err, configuration.ErrExists):
		return wsman.NewFault(wsman.CodeAlreadyExists, fmt.Sprintf(
			"There is a session configuration with Name=%.200s already. Delete it first, or change it with Put.", name))
	case errors.As(err, &input):
		return wsman.NewFault(inputCode(err), fmt.Sprintf("The PlugInConfiguration is not valid: %s.", oneLine(err))).WithCause(err)
	case errors.As(err, &wrong) && wrong.File != "":
		return wsman.NewFault(wsman.CodeInternalError, fmt.Sprintf(
			"The file of the session configuration has an error, and is not changed until somebody mends it: %s.", oneLine(err))).WithCause(err)
	case errors.As(err, &wrong):
		return wsman.NewFault(wsman.CodeInvalidValues, oneLine(err)+".").WithCause(err)
	}
	return err
}

// inputCode is the number for what is wrong in the XML.
func inputCode(err error) wsman.FaultCode {
	switch {
	case errors.Is(err, pluginxml.ErrForm):
		return wsman.CodeSchemaValidation
	case errors.Is(err, pluginxml.ErrMissing):
		return wsman.CodeMissingValues
	}
	return wsman.CodeInvalidValues
}
