package configresource

import (
	"context"
	"fmt"
	"strings"

	"github.com/beevik/etree"

	"github.com/winrmd/winrmd/configuration"
	"github.com/winrmd/winrmd/configuration/pluginxml"
	"github.com/winrmd/winrmd/wsman"
)

// readPlugin reads the selector and the PlugInConfiguration of a Put or Create.
func readPlugin(r *wsman.Request) (name string, input *etree.Element, err error) {
	if name, err = pluginName(r); err != nil {
		return "", nil, err
	}
	if input, err = r.BodyElement(); err != nil {
		return "", nil, err
	}
	switch {
	case input == nil || input.Tag != "PlugInConfiguration":
		return "", nil, wsman.NewFault(wsman.CodeSchemaValidation, "The body must hold the element PlugInConfiguration of namespace "+pluginxml.Namespace+".")
	case input.NamespaceURI() != pluginxml.Namespace:
		return "", nil, wsman.NewFault(wsman.CodeInvalidNamespace, fmt.Sprintf(
			"The element PlugInConfiguration has the namespace %.200q; it must be %s.", input.NamespaceURI(), pluginxml.Namespace))
	}
	return name, input, nil
}

// importPlugin makes a session configuration of what a client sent. It must
// have the name that the selector says.
func (res *Plugins) importPlugin(r *wsman.Request, name string, input *etree.Element) (configuration.Session, error) {
	s, notes, err := pluginxml.ImportElement(input)
	if err != nil {
		return s, err
	}
	if !sameName(s.Name, name) {
		return s, wsman.NewFault(wsman.CodeSelectorsInputDiffer, fmt.Sprintf(
			"The selector says Name=%.200s and the PlugInConfiguration Name=%.200s. A session configuration cannot be renamed: create another and delete this one.", name, s.Name))
	}
	for _, n := range notes {
		res.log.Warn("part of a session configuration has no effect", "configuration", s.Name, "where", n.Where, "what", n.Text,
			"user", r.Principal.User)
	}
	return s, nil
}

// create registers a session configuration.
func (res *Plugins) create(_ context.Context, r *wsman.Request) (*wsman.Response, error) {
	name, input, err := readPlugin(r)
	if err != nil {
		return nil, err
	}
	s, err := res.importPlugin(r, name, input)
	if err == nil {
		err = res.sessions.Register(s)
	}
	if err != nil {
		return nil, pluginFault(name, err)
	}
	res.log.Info("session configuration registered", "configuration", s.Name, "user", r.Principal.User, "source", r.Principal.Source)
	return &wsman.Response{Body: wsman.ElementBody(pluginReference("x:ResourceCreated", r, s.Name))}, nil
}

// put changes a session configuration and gives it as it is then.
func (res *Plugins) put(_ context.Context, r *wsman.Request) (*wsman.Response, error) {
	name, input, err := readPlugin(r)
	if err != nil {
		return nil, err
	}
	s, err := res.sessions.ChangeSession(name, func(t *configuration.Session) error {
		if err := addUnsaid(input, *t); err != nil {
			return err
		}
		changed, err := res.importPlugin(r, name, input)
		if err != nil {
			return err
		}
		changed.Name = t.Name // the file's name keeps its letters
		*t = changed
		return nil
	})
	if err != nil {
		return nil, pluginFault(name, err)
	}
	res.log.Info("session configuration changed", "configuration", s.Name, "user", r.Principal.User, "source", r.Principal.Source)
	e, err := pluginElement(s)
	if err != nil {
		return nil, err
	}
	if body := wsman.ElementBody(e); fitsEnvelope(r, body) {
		return &wsman.Response{Body: body}, nil
	}
	return &wsman.Response{}, nil // it was changed, and a fault would say that it was not
}

// unsaid are attributes that New-Item and Remove-Item in the drive WSMan: leave
// out, with the element Quotas, when they add or remove a parameter (PowerShell,
// ConfigProvider.cs, NewItemPluginConfigParams). Nobody means by that to put
// them back to their defaults.
var unsaid = []string{"OutputBufferingMode", "RunAsVirtualAccount", "RunAsVirtualAccountGroups"}

// addUnsaid adds what a client left out and did not mean to change.
func addUnsaid(input *etree.Element, current configuration.Session) error {
	now, err := pluginElement(current)
	if err != nil {
		return err
	}
	for _, name := range unsaid {
		if a := now.SelectAttr(name); a != nil && !hasAttribute(input, name) {
			input.CreateAttr(name, a.Value)
		}
	}
	if wsman.FindChild(input, pluginxml.Namespace, "Quotas") == nil {
		quotas := now.SelectElement("Quotas").Copy()
		quotas.CreateAttr("xmlns", pluginxml.Namespace)
		input.AddChild(quotas)
	}
	return nil
}

func hasAttribute(e *etree.Element, name string) bool {
	for _, a := range e.Attr {
		if a.Space == "" && strings.EqualFold(a.Key, name) {
			return true
		}
	}
	return false
}

// delete removes a session configuration. Sessions that were opened with it go
// on.
func (res *Plugins) delete(_ context.Context, r *wsman.Request) (*wsman.Response, error) {
	name, err := pluginName(r)
	if err != nil {
		return nil, err
	}
	if err := res.sessions.Unregister(name); err != nil {
		return nil, pluginFault(name, err)
	}
	res.log.Info("session configuration unregistered", "configuration", name, "user", r.Principal.User, "source", r.Principal.Source)
	return &wsman.Response{}, nil
}
