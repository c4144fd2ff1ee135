package pluginxml

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/beevik/etree"

	"github.com/winrmd/winrmd/configuration"
)

// Export writes a session configuration as a plug-in's XML, in UTF-8, in
// Windows' order and without an XML declaration, so that
//
//	winrm create winrm/config/plugin?Name=NAME -file:FILE
//
// takes it. A setting with a character that XML does not have is an *Error.
func Export(s configuration.Session) ([]byte, error) {
	e, err := ExportElement(s)
	if err != nil {
		return nil, err
	}
	doc := etree.NewDocumentWithRoot(e)
	doc.WriteSettings = etree.WriteSettings{CanonicalAttrVal: true, CanonicalText: true}
	doc.Indent(2)
	return doc.WriteToBytes()
}

// ExportElement is Export for an element of a larger document. It declares its
// namespace as the default one: Windows' own tools look for its name without a
// prefix.
func ExportElement(s configuration.Session) (*etree.Element, error) {
	ex := &exporter{session: &s, values: settingValues(&s), kept: maps.Clone(s.Windows)}
	maps.DeleteFunc(ex.kept, func(key, _ string) bool { return strings.EqualFold(key, runAsPassword) })
	e := ex.plugIn()
	checkCharacters(e, &ex.errs)
	if err := errors.Join(ex.errs...); err != nil {
		return nil, err
	}
	return e, nil
}

// exporter takes a session configuration apart.
type exporter struct {
	session *configuration.Session
	values  map[string]any // of settings, by name
	// kept is what of Session.Windows has not yet found its place.
	kept map[string]string
	errs []error
}

func (ex *exporter) plugIn() *etree.Element {
	e := etree.NewElement(elementPlugIn)
	e.CreateAttr("Name", ex.session.Name)
	ex.attributes(e, plugInAttributes)
	e.CreateAttr("xmlns", Namespace)
	parameters := e.CreateElement(elementParameters)
	resource := e.CreateElement(elementResources).CreateElement(elementResource)
	ex.resource(resource)
	ex.attributes(e.CreateElement(elementQuotas), quotaAttributes)
	ex.parameters(parameters) // last, since it takes what has no place
	return e
}

func (ex *exporter) resource(e *etree.Element) {
	e.CreateAttr("ResourceUri", ex.session.ResourceURI())
	ex.attributes(e, resourceAttributes)
	security := e.CreateElement(elementSecurity)
	ex.attributes(security, securityAttributes)
	security.CreateAttr("Sddl", ex.sddl())
	capability := e.CreateElement(elementCapability)
	capability.CreateAttr("Type", "Shell")
	ex.attributes(capability, capabilityAttributes)
}

// sddl is the kept descriptor where it still says what Permission says, and
// else one that is made of Permission.
func (ex *exporter) sddl() string {
	s := ex.session
	made := writeSddl(s.Permission)
	kept, ok := ex.kept[keptSddl]
	if !ok || kept == "" || kept == made || !isSaidBySddl(s.Permission) {
		return made
	}
	a, err := readSddl(kept)
	if err != nil || !slices.Equal(a.permission, s.Permission) || a.closed && s.Enabled {
		return made
	}
	delete(ex.kept, keptSddl)
	return kept
}

// attributes writes the attributes that Windows knows, and those that it had
// besides.
func (ex *exporter) attributes(e *etree.Element, known []attribute) {
	for i := range known {
		if known[i].name == runAsPassword {
			e.CreateAttr(runAsPassword, "")
		}
		if value, ok := ex.value(e.Tag, &known[i]); ok {
			e.CreateAttr(known[i].name, value)
		}
	}
	prefix := keptPrefix(e.Tag)
	seen := foldedSet{}
	for i := range known {
		seen.add(known[i].name)
	}
	for _, key := range slices.Sorted(maps.Keys(ex.kept)) {
		name, ok := strings.CutPrefix(key, prefix)
		if ok && isUnknownAttribute(e.Tag, name) && seen.add(name) {
			e.CreateAttr(name, ex.kept[key])
			delete(ex.kept, key)
		}
	}
}

// isUnknownAttribute reports whether Import would keep such an attribute.
func isUnknownAttribute(element, name string) bool {
	return nameForm.MatchString(name) && !strings.EqualFold(name, "xmlns") && (element != elementPlugIn || !strings.Contains(name, "."))
}

// value is what an attribute says, if it is written here.
func (ex *exporter) value(element string, a *attribute) (string, bool) {
	if a.fixed {
		return "", false
	}
	if a.setting != "" {
		return fmt.Sprint(ex.values[a.setting]), true
	}
	key := keptPrefix(element) + a.name
	kept, ok := ex.kept[key]
	if ok && !a.isStandard(ex.session, kept) && (a.check == nil || a.check(kept) == nil) {
		delete(ex.kept, key)
		return kept, true
	}
	if a.standard == nil {
		return "", false
	}
	return a.standard(ex.session), true
}

// checkCharacters looks for what XML cannot have.
func checkCharacters(e *etree.Element, errs *[]error) {
	for _, a := range e.Attr {
		if i := strings.IndexFunc(a.Value, notInXML); i >= 0 || !utf8.ValidString(a.Value) {
			where := a.FullKey()
			if e.Tag == elementParam {
				where = e.SelectAttrValue("Name", where)
			}
			*errs = append(*errs, &Error{Where: where, Err: fmt.Errorf("%.60q has a character that XML cannot have", a.Value)})
		}
	}
	for _, c := range e.ChildElements() {
		checkCharacters(c, errs)
	}
}

// notInXML are the characters that XML 1.0 section 2.2 leaves out.
func notInXML(r rune) bool {
	return r < 0x20 && r != '\t' && r != '\n' && r != '\r' || r == 0xFFFE || r == 0xFFFF
}
