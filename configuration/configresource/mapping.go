package configresource

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/beevik/etree"

	"github.com/winrmd/winrmd/configuration"
	"github.com/winrmd/winrmd/configuration/certmapping"
	"github.com/winrmd/winrmd/configuration/users"
	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/enumeration"
)

// Mappings say which users client certificates stand for. *certmapping.File has
// them.
type Mappings interface {
	Entries() ([]certmapping.Entry, error)
	// Change changes them as edit says. The error is edit's, or holds a
	// *configuration.FileError.
	Change(edit func([]certmapping.Entry) ([]certmapping.Entry, error)) error
}

// The elements and selectors of cfg:CertMapping (MS-WSMV 2.2.4.3). A Password is
// taken and forgotten: who has the certificate needs none.
const (
	fieldURI      = "URI"
	fieldSubject  = "Subject"
	fieldIssuer   = "Issuer"
	fieldUserName = "UserName"
	fieldPassword = "Password"
)

var mappingFields = []string{fieldURI, fieldSubject, fieldIssuer, fieldUserName, fieldEnabled, fieldPassword}

// routeMappings enters the mappings into a table. Only administrators may read
// them: they say what to steal to become whom.
func (res *Resource) routeMappings(m *wsman.Mux) {
	const uri = wsman.ResourceConfigCertMapping
	for action, h := range map[string]wsman.HandlerFunc{
		wsman.ActionEnumerate: res.enumerateMappings, wsman.ActionGet: res.getMapping, wsman.ActionPut: res.putMapping,
		wsman.ActionCreate: res.createMapping, wsman.ActionDelete: res.deleteMapping,
	} {
		m.Handle(uri, []string{action}, administrators(h))
	}
	res.config.Enumerations.Route(m, uri)
}

// mappingSelectors reads the selectors of one mapping.
func mappingSelectors(r *wsman.Request) (key certmapping.Entry, err error) {
	given := map[string]string{}
	for _, s := range r.Header.Selectors {
		i := slices.IndexFunc(mappingFields[:3], func(name string) bool { return strings.EqualFold(name, s.Name) })
		if i < 0 {
			return key, wsman.NewFault(wsman.CodeUnexpectedSelectors, fmt.Sprintf(
				"A certificate mapping has the selectors URI, Subject and Issuer, and no %.64q.", s.Name))
		}
		given[mappingFields[i]] = strings.TrimSpace(s.Value)
	}
	if len(given) != 3 {
		return key, wsman.NewFault(wsman.CodeInsufficientSelectors, "A certificate mapping is named by the selectors URI, Subject and Issuer; give all three.")
	}
	key = certmapping.Entry{Subject: given[fieldSubject], Issuer: strings.ToLower(cleanThumbprint(given[fieldIssuer]))}
	// WinRM writes a beginning of URIs with a * at its end, certmapping.toml
	// without it.
	uri, prefix := strings.CutSuffix(given[fieldURI], "*")
	switch {
	case !prefix:
		return key, wsman.NewFault(wsman.CodeInvalidValues, fmt.Sprintf(
			"URI must be * or the beginning of URIs with * at its end, not %.256q: this service maps certificates for all resources that begin so.", given[fieldURI]))
	case uri == "":
		key.URI = "*"
	default:
		key.URI = uri
	}
	return key, nil
}

// mappingURI is an entry's URI as WinRM writes it.
func mappingURI(e certmapping.Entry) string {
	if e.URI == "*" {
		return e.URI
	}
	return e.URI + "*"
}

func sameMapping(a, b certmapping.Entry) bool {
	return a.URI == b.URI && a.Subject == b.Subject && a.Issuer == b.Issuer
}

func mappingReference(name string, r *wsman.Request, e certmapping.Entry) *etree.Element {
	return reference(name, r, wsman.ResourceConfigCertMapping, []wsman.Selector{
		{Name: fieldURI, Value: mappingURI(e)}, {Name: fieldSubject, Value: e.Subject}, {Name: fieldIssuer, Value: e.Issuer},
	})
}

func mappingElement(entry certmapping.Entry) *etree.Element {
	e := etree.NewElement("cfg:CertMapping")
	e.CreateAttr("xmlns:cfg", wsman.ResourceConfigCertMapping)
	for _, f := range []struct{ name, value string }{
		{fieldURI, mappingURI(entry)}, {fieldSubject, entry.Subject}, {fieldIssuer, entry.Issuer},
		{fieldUserName, entry.User}, {fieldEnabled, strconv.FormatBool(entry.Enabled)},
	} {
		e.CreateElement("cfg:" + f.name).SetText(f.value)
	}
	return e
}

// enumerateMappings lists them.
func (res *Resource) enumerateMappings(_ context.Context, r *wsman.Request) (*wsman.Response, error) {
	request, err := enumeration.Read(r)
	if err != nil {
		return nil, err
	}
	all, err := res.config.Mappings.Entries()
	if err != nil {
		return nil, mappingFault(err)
	}
	var items []*etree.Element
	for _, e := range all {
		items = append(items, request.Mode.Item(
			func() *etree.Element { return mappingElement(e) },
			func() *etree.Element { return mappingReference("a:EndpointReference", r, e) }))
	}
	return res.config.Enumerations.Begin(r, request, items)
}

// getMapping gives one.
func (res *Resource) getMapping(_ context.Context, r *wsman.Request) (*wsman.Response, error) {
	key, err := mappingSelectors(r)
	if err != nil {
		return nil, err
	}
	all, err := res.config.Mappings.Entries()
	if err != nil {
		return nil, mappingFault(err)
	}
	i, err := findMapping(all, key)
	if err != nil {
		return nil, err
	}
	return &wsman.Response{Body: wsman.ElementBody(mappingElement(all[i]))}, nil
}

func findMapping(all []certmapping.Entry, key certmapping.Entry) (int, error) {
	i := slices.IndexFunc(all, func(e certmapping.Entry) bool { return sameMapping(e, key) })
	if i < 0 {
		return i, wsman.NewFault(wsman.CodeResourceNotFound, fmt.Sprintf(
			"There is no certificate mapping with URI=%.256s, Subject=%.256s and Issuer=%.64s.", mappingURI(key), key.Subject, key.Issuer))
	}
	return i, nil
}

// fill gives an entry the values that a client sent. Those of selectors must be
// the selectors'.
func fill(e *certmapping.Entry, in fields) error {
	if in.text(fieldURI, mappingURI(*e)) != mappingURI(*e) || in.text(fieldSubject, e.Subject) != e.Subject ||
		!strings.EqualFold(cleanThumbprint(in.text(fieldIssuer, e.Issuer)), e.Issuer) {
		return wsman.NewFault(wsman.CodeSelectorsInputDiffer, "")
	}
	enabled := in.text(fieldEnabled, strconv.FormatBool(e.Enabled))
	if !isTrue(enabled) && !strings.EqualFold(enabled, "false") && enabled != "0" {
		return wsman.NewFault(wsman.CodeInvalidValues, fmt.Sprintf("Enabled must be true or false, not %.64q.", enabled))
	}
	e.Enabled = isTrue(enabled)
	e.User = users.Canonical(in.text(fieldUserName, e.User))
	return nil
}

// putMapping changes the user of one, or switches it on or off.
func (res *Resource) putMapping(ctx context.Context, r *wsman.Request) (*wsman.Response, error) {
	err := res.changeMapping(r, func(all []certmapping.Entry, key certmapping.Entry, in fields) ([]certmapping.Entry, error) {
		i, err := findMapping(all, key)
		if err != nil {
			return nil, err
		}
		return all, fill(&all[i], in)
	})
	if err != nil {
		return nil, err
	}
	return res.getMapping(ctx, r)
}

// createMapping makes one.
func (res *Resource) createMapping(_ context.Context, r *wsman.Request) (*wsman.Response, error) {
	var made certmapping.Entry
	err := res.changeMapping(r, func(all []certmapping.Entry, key certmapping.Entry, in fields) ([]certmapping.Entry, error) {
		switch {
		case slices.ContainsFunc(all, func(e certmapping.Entry) bool { return sameMapping(e, key) }):
			return nil, wsman.NewFault(wsman.CodeAlreadyExists, "There is a certificate mapping with this URI, Subject and Issuer.")
		case key.Issuer == "":
			return nil, wsman.NewFault(wsman.CodeInvalidValues, "Issuer is empty; it is the thumbprint of the authority that has issued the certificates.")
		case in.text(fieldUserName, "") == "":
			return nil, wsman.NewFault(wsman.CodeMissingValues, "UserName is missing: the user that the certificates stand for.")
		}
		made = key
		made.Enabled = true
		if err := fill(&made, in); err != nil {
			return nil, err
		}
		return append(all, made), nil
	})
	if err != nil {
		return nil, err
	}
	return &wsman.Response{Body: wsman.ElementBody(mappingReference("x:ResourceCreated", r, made))}, nil
}

// deleteMapping removes one.
func (res *Resource) deleteMapping(_ context.Context, r *wsman.Request) (*wsman.Response, error) {
	err := res.changeMapping(r, func(all []certmapping.Entry, key certmapping.Entry, _ fields) ([]certmapping.Entry, error) {
		i, err := findMapping(all, key)
		if err != nil {
			return nil, err
		}
		return slices.Delete(all, i, i+1), nil
	})
	if err != nil {
		return nil, err
	}
	return &wsman.Response{}, nil
}

// changeMapping changes the mappings as a request says.
func (res *Resource) changeMapping(r *wsman.Request, edit func([]certmapping.Entry, certmapping.Entry, fields) ([]certmapping.Entry, error)) error {
	key, err := mappingSelectors(r)
	if err != nil {
		return err
	}
	e, err := readInput(r, "CertMapping", wsman.ResourceConfigCertMapping)
	if err != nil {
		return err
	}
	in, err := readFields(e, mappingFields, "")
	if err != nil {
		return err
	}
	if err := res.config.Mappings.Change(func(all []certmapping.Entry) ([]certmapping.Entry, error) { return edit(all, key, in) }); err != nil {
		return mappingFault(err)
	}
	res.config.Log.Info("certificate mapping changed", "action", r.Header.Action, "uri", key.URI, "subject", key.Subject, "issuer", key.Issuer,
		"user", r.Principal.User, "source", r.Principal.Source)
	return nil
}

// mappingFault is what a client is told of mappings that cannot be read or
// changed.
func mappingFault(err error) error {
	var fault *wsman.Fault
	var wrong *configuration.FileError
	switch {
	case errors.As(err, &fault):
		return fault
	case !errors.As(err, &wrong):
		return err
	case wrong.File != "":
		return wsman.NewFault(wsman.CodeInternalError, "The file of certificate mappings has an error; mend it first: "+wrong.Error()).WithCause(err)
	}
	return wsman.NewFault(wsman.CodeInvalidValues, wrong.Err.Error()+".")
}
