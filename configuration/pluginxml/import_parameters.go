package pluginxml

import (
	"fmt"
	"strings"

	"github.com/beevik/etree"
)

// readParameters reads InitializationParameters, which may be nil.
func (im *importer) readParameters(e *etree.Element) {
	if e == nil {
		return
	}
	im.noAttributes(e)
	seen := foldedSet{}
	for _, p := range im.elements(e, elementParam) {
		name, _ := find(p, "Name")
		value, _ := find(p, "Value")
		switch {
		case name == "":
			im.fail(elementParam, fmt.Errorf("the Name %w", ErrMissing))
		case !seen.add(name):
			im.fail(name, errTwice) // PowerShell would not start
		default:
			im.elements(p)
			im.onlyNameAndValue(p, name)
			im.readParameter(name, value)
		}
	}
}

func (im *importer) onlyNameAndValue(p *etree.Element, name string) {
	seen := foldedSet{}
	for _, a := range p.Attr {
		key := a.FullKey()
		if a.Space == "xmlns" || key == "xmlns" {
			continue
		}
		if !strings.EqualFold(key, "Name") && !strings.EqualFold(key, "Value") || !seen.add(key) {
			im.fail(name, fmt.Errorf("%w: the attribute %.60s", ErrForm, key))
		}
	}
}

func (im *importer) readParameter(name, value string) {
	p, known := findParameter(name)
	switch {
	case !known && isOwn(name):
		im.fail(name, fmt.Errorf("%w: there is no such setting", ErrForm))
	case p.isKept():
		im.keep(keptPrefix(elementParameters)+name, name, value)
	case p.setting != "":
		im.set(p.name, p.setting, value)
		im.saidKind = im.saidKind || p.name == paramPlugin && value != ""
	case p.list != "":
		im.readList(p, value)
	case p.table != "":
		im.readTable(p, value)
	default:
		im.sessionData(value)
	}
}

func (im *importer) readList(p parameter, value string) {
	list, err := parseListText(value)
	if err == nil {
		if len(list) == 0 {
			return
		}
		if p.name == paramModules && len(im.session.ModulesToImport) > 0 {
			err = fmt.Errorf("the modules are in %s too", paramSessionData)
		} else {
			err = im.session.Set(p.list, list)
		}
	}
	if err != nil {
		im.fail(p.name, err)
	}
}

func (im *importer) readTable(p parameter, value string) {
	table, err := parseTableText(value)
	if err == nil {
		if p.name == paramWindows {
			im.left = table
			return
		}
		err = im.session.Set(p.table, table)
	}
	if err != nil {
		im.fail(p.name, err)
	}
}

func (im *importer) sessionData(value string) {
	modules, rest, err := splitSessionData(value)
	if err == nil && len(modules) > 0 {
		if len(im.session.ModulesToImport) > 0 {
			err = fmt.Errorf("the modules are in %s too", paramModules)
		}
		im.session.ModulesToImport = modules
	}
	if err != nil {
		im.fail(paramSessionData, err)
		return
	}
	if rest != "" {
		im.keep(keptPrefix(elementParameters)+paramSessionData, paramSessionData, rest)
	}
}
