package pluginxml

import (
	"errors"
	"fmt"
	"regexp"
	"runtime"
	"strings"

	"github.com/beevik/etree"

	"github.com/winrmd/winrmd/configuration"
)

// Import reads a plug-in's XML, in UTF-8 or, with a byte order mark, in UTF-16;
// at most 1 MiB. The errors are *Errors, joined where there are several. The
// notes are for who asked for the import.
func Import(xml []byte) (configuration.Session, []Note, error) {
	doc, err := readDocument(xml)
	if err != nil {
		return configuration.Session{}, nil, &Error{Err: err}
	}
	return ImportElement(doc.Root())
}

// ImportElement is Import for an element of a larger document, which it leaves
// as it is.
func ImportElement(e *etree.Element) (configuration.Session, []Note, error) {
	im := &importer{session: configuration.NewSession("")}
	im.plugIn(e)
	if len(im.errs) == 0 {
		if err := im.session.Check(); err != nil {
			im.errs = inTermsOfXML(err)
		}
	}
	if err := errors.Join(im.errs...); err != nil {
		return configuration.Session{}, nil, err
	}
	return im.session, im.notes, nil
}

// importer puts a session configuration together.
type importer struct {
	session configuration.Session
	notes   []Note
	errs    []error
	// saidKind is true where a parameter says the kind of plug-in.
	saidKind bool
	// closed is true where the descriptor lets nobody in.
	closed bool
	// left is what was kept and has no place of its own.
	left map[string]string
}

func (im *importer) fail(where string, err error) {
	im.errs = append(im.errs, &Error{Where: where, Err: err})
}

func (im *importer) note(where, format string, args ...any) {
	im.notes = append(im.notes, Note{Where: where, Text: fmt.Sprintf(format, args...)})
}

// plugIn reads everything. What other things depend on comes first: name,
// parameters, kind.
func (im *importer) plugIn(e *etree.Element) {
	if !is(e, elementPlugIn) {
		im.fail("", fmt.Errorf("%w: the element is %s of namespace %q, not %s of %s",
			ErrForm, e.Tag, e.NamespaceURI(), elementPlugIn, Namespace))
		return
	}
	name, ok := find(e, "Name")
	if !ok {
		im.fail("Name", ErrMissing)
		return
	}
	if err := configuration.CheckName(name); err != nil {
		im.fail("Name", err)
		return
	}
	im.session.Name = name
	parts := im.children(e, elementParameters, elementResources, elementQuotas)
	im.readParameters(parts[elementParameters])
	im.resources(parts[elementResources])
	im.attributes(e, plugInAttributes)
	im.attributes(parts[elementQuotas], quotaAttributes)
	im.children(parts[elementQuotas])
	im.finish()
}

// finish keeps what had no place, and says what has no effect.
func (im *importer) finish() {
	if im.closed {
		im.session.Enabled = false
	}
	for key, value := range im.left {
		if _, ok := im.session.Windows[key]; !ok && !strings.EqualFold(key, runAsPassword) {
			im.session.Windows[key] = value
		}
	}
	if im.session.UseSharedProcess {
		im.note("UseSharedProcess", "it is kept, without effect: each session has a process of its own")
	}
	if runtime.GOOS == "windows" {
		return
	}
	if account := im.session.RunAsUser; account != "" {
		im.note("RunAsUser", "sessions run as the account %s of this machine, and none opens where there is no such account", account)
	}
	for setting, path := range map[string]string{
		"SessionConfigurationFile": im.session.SessionConfigurationFile, "StartupScript": im.session.StartupScript,
	} {
		if strings.Contains(path, `:\`) || strings.Contains(path, "%") {
			im.note(placeOf(setting), "%s is a path of Windows: sessions open only when it is set to a file of this machine", path)
		}
	}
}

// is reports whether e is an element of a plug-in's XML.
func is(e *etree.Element, name string) bool {
	return e.Tag == name && e.NamespaceURI() == Namespace
}

// find returns an attribute, in any case of letters.
func find(e *etree.Element, name string) (string, bool) {
	for _, a := range e.Attr {
		if strings.EqualFold(a.FullKey(), name) {
			return a.Value, true
		}
	}
	return "", false
}

// children returns the child elements, each of which may be there once, and
// wants nothing else in e, which may be nil.
func (im *importer) children(e *etree.Element, allowed ...string) map[string]*etree.Element {
	found := map[string]*etree.Element{}
	if e == nil {
		return found
	}
	for _, c := range im.elements(e, allowed...) {
		if found[c.Tag] != nil {
			im.fail(c.Tag, fmt.Errorf("%w twice: one %s is all that a session configuration has", ErrForm, c.Tag))
		}
		found[c.Tag] = c
	}
	return found
}

// elements returns the child elements and wants nothing else in e.
func (im *importer) elements(e *etree.Element, allowed ...string) []*etree.Element {
	var found []*etree.Element
	for _, token := range e.Child {
		switch t := token.(type) {
		case *etree.CharData:
			if strings.TrimSpace(t.Data) != "" {
				im.fail(e.Tag, fmt.Errorf("%w: the text %.40q", ErrForm, strings.TrimSpace(t.Data)))
			}
		case *etree.Element:
			known := false
			for _, name := range allowed {
				known = known || is(t, name)
			}
			if !known {
				im.fail(e.Tag, fmt.Errorf("%w: the element %.60s", ErrForm, t.Tag))
				continue
			}
			found = append(found, t)
		}
	}
	return found
}

// attributes reads the attributes of e, which may be nil.
func (im *importer) attributes(e *etree.Element, known []attribute) {
	if e == nil {
		return
	}
	seen := foldedSet{}
	for _, a := range e.Attr {
		name := a.FullKey()
		if a.Space == "xmlns" || name == "xmlns" {
			continue
		}
		if !seen.add(name) {
			im.fail(name, errTwice)
			continue
		}
		im.attribute(e.Tag, known, name, a.Value)
	}
}

// noAttributes wants no attributes.
func (im *importer) noAttributes(e *etree.Element) {
	for _, a := range e.Attr {
		if name := a.FullKey(); a.Space != "xmlns" && name != "xmlns" {
			im.fail(e.Tag, fmt.Errorf("%w: the attribute %.60s", ErrForm, name))
		}
	}
}

var errTwice = errors.New("it is there twice")

// nameForm are the names of attributes that are kept. Others would need a
// namespace, or are none that Windows will ever have.
var nameForm = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.-]{0,99}$`)

func (im *importer) attribute(element string, known []attribute, name, value string) {
	for i := range known {
		if strings.EqualFold(known[i].name, name) {
			im.knownAttribute(element, &known[i], value)
			return
		}
	}
	if !nameForm.MatchString(name) || element == elementPlugIn && strings.Contains(name, ".") {
		im.fail(name, fmt.Errorf("%w: the attribute", ErrForm))
		return
	}
	im.keep(keptPrefix(element)+name, name, value)
}

func (im *importer) knownAttribute(element string, a *attribute, value string) {
	switch {
	case a.name == runAsPassword:
		if value != "" {
			im.note(a.name, "it is not kept: sessions run as RunAsUser without it")
		}
	case a.fixed:
	case a.setting != "":
		im.set(a.name, a.setting, value)
	default:
		if a.check != nil && value != "" {
			if err := a.check(value); err != nil {
				im.fail(a.name, err)
				return
			}
		}
		if !a.isStandard(&im.session, value) {
			im.keep(keptPrefix(element)+a.name, a.name, value)
		}
	}
}

// isStandard reports whether export gives the value back without its being kept.
func (a *attribute) isStandard(s *configuration.Session, value string) bool {
	if a.standard == nil {
		return value == ""
	}
	return value == "" || strings.EqualFold(value, a.standard(s))
}

// keep keeps what winrmd makes no use of.
func (im *importer) keep(key, where, value string) {
	im.session.Windows[key] = value
	what := "it is kept, without effect here"
	switch configuration.FoldName(where) {
	case folded("RunAsVirtualAccount"), folded("RunAsVirtualAccountGroups"):
		what += ": sessions run as the user who opens them, or as RunAsUser"
	case folded("assemblyname"), folded("pssessionconfigurationtypename"):
		what += ": sessions are not what it makes of them on Windows, and may do more"
	}
	im.note(where, "%s", what)
}

// folded is a name for comparing in any case of letters.
func folded(name string) string { return configuration.FoldName(name) }

// set gives a setting a value that is written as one text.
func (im *importer) set(where, setting, text string) {
	value, ok, err := parse(setting, text)
	if err == nil && ok {
		err = im.session.Set(setting, value)
	}
	if err != nil {
		im.fail(where, err)
	}
}

// foldedSet is a set of names that count in any case of letters.
type foldedSet map[string]bool

// add reports whether the name is new.
func (s foldedSet) add(name string) bool {
	folded := configuration.FoldName(name)
	if s[folded] {
		return false
	}
	s[folded] = true
	return true
}
