package pluginxml

import (
	"slices"
	"strings"
)

// parameter is a Param of InitializationParameters.
type parameter struct {
	name string
	// setting is the setting that it holds as one text; empty for a Param that
	// has code of its own, or is kept.
	setting string
	// list is the setting that it holds as a list.
	list string
	// table is the setting that it holds as a table.
	table string
}

// own is what the names begin with of parameters that Windows does not know.
const own = "winrmd."

// Parameters with code of their own.
const (
	paramSessionData = "sessionconfigurationdata"
	paramPermission  = own + "Permission"
	paramModules     = own + "ModulesToImport"
	paramWindows     = own + "Windows"
	paramPlugin      = own + "Plugin"
	paramWeight      = own + "ProcessorWeight"
	paramOpenFiles   = own + "MaxOpenFilesPerShell"
)

// parameters are those with a meaning, and where the others come among them, in
// the order in which Register-PSSessionConfiguration writes them. Names count
// in any case of letters.
var parameters = []parameter{
	{name: "ConfigFilePath", setting: "SessionConfigurationFile"},
	{name: "pssessionconfigurationtypename"},
	{name: "assemblyname"},
	{name: "applicationbase"},
	{name: "startupscript", setting: "StartupScript"},
	{name: "psmaximumreceiveddatasizepercommandmb", setting: "MaximumReceivedDataSizePerCommandMB"},
	{name: "psmaximumreceivedobjectsizemb", setting: "MaximumReceivedObjectSizeMB"},
	{name: "pssessionthreadapartmentstate"},
	{name: "pssessionthreadoptions"},
	{name: "PSVersion", setting: "PSVersion"},
	{name: "MaxPSVersion"},
	{name: "sessiontype"},
	{name: paramSessionData},
	{name: paramPlugin, setting: "Plugin"},
	{name: paramPermission, list: "Permission"},
	{name: own + "EnginePath", setting: "EnginePath"},
	{name: own + "EngineArguments", list: "EngineArguments"},
	{name: paramWeight, setting: "ProcessorWeight"},
	{name: paramOpenFiles, setting: "MaxOpenFilesPerShell"},
	{name: paramModules, list: "ModulesToImport"},
	{name: own + "Environment", table: "Environment"},
	{name: paramWindows, table: "Windows"},
}

// findParameter returns what is known about a parameter.
func findParameter(name string) (parameter, bool) {
	i := parameterOrder(name)
	if i == len(parameters) {
		return parameter{name: name}, false
	}
	return parameters[i], true
}

// parameterOrder is a parameter's place; unknown ones come last.
func parameterOrder(name string) int {
	i := slices.IndexFunc(parameters, func(p parameter) bool { return strings.EqualFold(p.name, name) })
	if i < 0 {
		return len(parameters)
	}
	return i
}

// isKept reports whether a parameter has no meaning here and is kept.
func (p parameter) isKept() bool {
	return p.setting == "" && p.list == "" && p.table == "" && p.name != paramSessionData
}

// isOwn reports whether a name is one of winrmd's.
func isOwn(name string) bool {
	return len(name) >= len(own) && strings.EqualFold(name[:len(own)], own)
}
