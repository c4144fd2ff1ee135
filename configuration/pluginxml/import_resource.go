package pluginxml

import (
	"fmt"
	"strings"

	"github.com/beevik/etree"

	"github.com/winrmd/winrmd/configuration"
)

// resources reads the one Resource, which says what is opened, and by whom.
func (im *importer) resources(e *etree.Element) {
	if e == nil {
		im.fail(elementResources, ErrMissing)
		return
	}
	im.noAttributes(e)
	resource := im.children(e, elementResource)[elementResource]
	if resource == nil {
		im.fail(elementResource, ErrMissing)
		return
	}
	uri, _ := find(resource, "ResourceUri")
	im.kind(uri)
	im.attributes(resource, resourceAttributes)
	parts := im.children(resource, elementSecurity, elementCapability)
	im.capability(parts[elementCapability])
	im.security(parts[elementSecurity])
}

// kind finds out the kind of plug-in: the resource URI is made of kind and name.
func (im *importer) kind(uri string) {
	kinds := []string{configuration.PluginPowerShell, configuration.PluginWinrs}
	if im.saidKind {
		kinds = []string{im.session.Plugin}
	}
	var possible []string
	for _, kind := range kinds {
		im.session.Plugin = kind
		if strings.EqualFold(strings.TrimSpace(uri), im.session.ResourceURI()) {
			return
		}
		possible = append(possible, im.session.ResourceURI())
	}
	if uri == "" {
		im.fail("ResourceUri", ErrMissing)
		return
	}
	im.fail("ResourceUri", fmt.Errorf("%.200q is not %s, which goes with the Name", uri, strings.Join(possible, " or ")))
}

// capability wants the one that a session configuration has.
func (im *importer) capability(e *etree.Element) {
	if e == nil {
		im.fail(elementCapability, ErrMissing)
		return
	}
	im.children(e)
	if kind, _ := find(e, "Type"); !strings.EqualFold(kind, "Shell") {
		im.fail("Type", fmt.Errorf("%.40q is no capability that a session configuration has: that is Shell", kind))
	}
	im.attributes(e, capabilityAttributes)
}

// security reads who may open sessions. A parameter with names counts for more
// than the descriptor, which cannot name everybody.
func (im *importer) security(e *etree.Element) {
	sddl := ""
	if e != nil {
		sddl, _ = find(e, "Sddl")
		im.attributes(e, securityAttributes)
		im.children(e)
	}
	a, err := readSddl(sddl)
	if err != nil {
		im.fail("Sddl", err)
		return
	}
	if names := im.session.Permission; len(names) > 0 {
		if sddl != "" && sddl != writeSddl(names) {
			im.fail("Sddl", fmt.Errorf("it is not the one that goes with the parameter %s; change the parameter, or remove it so that the Sddl counts", paramPermission))
		}
		return
	}
	im.session.Permission = a.permission
	for _, text := range a.notes {
		im.note("Sddl", "%s", text)
	}
	im.closed = a.closed
	if sddl != "" && sddl != writeSddl(a.permission) {
		im.session.Windows[keptSddl] = sddl
	}
}

// keptSddl is the key of a descriptor that says more than Permission can.
const keptSddl = elementSecurity + ".Sddl"
