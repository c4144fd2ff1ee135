package pluginxml

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/beevik/etree"

	"github.com/winrmd/winrmd/configuration"
)

// writtenParameter is a Param to write.
type writtenParameter struct{ name, value string }

// parameters writes InitializationParameters.
func (ex *exporter) parameters(e *etree.Element) {
	var all []writtenParameter
	add := func(name, value string) { all = append(all, writtenParameter{name, value}) }
	plainModules := ex.sessionData(add)
	for _, p := range parameters {
		switch {
		case p.setting != "":
			ex.addSetting(add, p)
		case p.name == paramPermission && isSaidBySddl(ex.session.Permission):
		case p.name == paramModules && plainModules:
		case p.list != "":
			ex.addList(add, p)
		case p.table != "" && p.name != paramWindows:
			ex.addTable(add, p.name, ex.session.Environment)
		}
	}
	ex.addKept(add)
	ex.addTable(add, paramWindows, ex.kept)
	slices.SortStableFunc(all, func(a, b writtenParameter) int {
		return cmp.Or(cmp.Compare(order(a.name), order(b.name)), strings.Compare(a.name, b.name))
	})
	for _, p := range all {
		param := e.CreateElement(elementParam)
		param.CreateAttr("Name", p.name)
		param.CreateAttr("Value", p.value)
	}
}

// order is a parameter's place. What Windows may know comes before winrmd's own.
func order(name string) int {
	at := parameterOrder(name)
	if at < len(parameters) && isOwn(name) {
		return at + len(parameters)
	}
	return at
}

// addSetting adds a setting that is one text. Those that are not set are left
// out; Windows' numbers are always told.
func (ex *exporter) addSetting(add func(name, value string), p parameter) {
	value := fmt.Sprint(ex.values[p.setting])
	if value == "" || p.name == paramPlugin && value == configuration.PluginPowerShell {
		return
	}
	if p.name == paramPlugin && value == configuration.PluginWinrs {
		return // the resource URI says so
	}
	if p.name == paramWeight && value == fmt.Sprint(configuration.DefaultProcessorWeight) ||
		p.name == paramOpenFiles && value == fmt.Sprint(configuration.Unlimited) {
		return // Windows' plug-ins have none, and say nothing of it
	}
	add(p.name, value)
}

func (ex *exporter) addList(add func(name, value string), p parameter) {
	list, _ := ex.values[p.list].([]string)
	if len(list) == 0 {
		return
	}
	value, err := listText(list)
	if err != nil {
		ex.errs = append(ex.errs, &Error{Where: p.name, Err: err})
		return
	}
	add(p.name, value)
}

func (ex *exporter) addTable(add func(name, value string), name string, table map[string]string) {
	if len(table) == 0 {
		return
	}
	value, err := jsonText(table)
	if err != nil {
		ex.errs = append(ex.errs, &Error{Where: name, Err: err})
		return
	}
	add(name, value)
}

// sessionData adds the modules and what Windows had beside them, and reports
// whether the modules are in it.
func (ex *exporter) sessionData(add func(name, value string)) (plain bool) {
	key := keptPrefix(elementParameters) + paramSessionData
	modules := ex.session.ModulesToImport
	plain = len(modules) == 0 || plainList(modules)
	if !plain {
		modules = nil
	}
	rest := ex.kept[key]
	value, ok := joinSessionData(modules, rest)
	if ok {
		if rest != "" {
			delete(ex.kept, key)
		}
	} else if value, ok = joinSessionData(modules, ""); !ok {
		return false
	}
	if value != "" {
		add(paramSessionData, value)
	}
	return plain
}

// addKept adds the parameters that were kept.
func (ex *exporter) addKept(add func(name, value string)) {
	prefix := keptPrefix(elementParameters)
	seen := foldedSet{}
	for _, key := range slices.Sorted(maps.Keys(ex.kept)) {
		name, ok := strings.CutPrefix(key, prefix)
		if !ok || name == "" || isOwn(name) {
			continue
		}
		if p, _ := findParameter(name); p.isKept() && seen.add(name) {
			add(name, ex.kept[key])
			delete(ex.kept, key)
		}
	}
}
