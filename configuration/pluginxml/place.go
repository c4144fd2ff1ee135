package pluginxml

import (
	"fmt"
	"slices"
	"strings"

	"github.com/winrmd/winrmd/configuration"
)

// Namespace is that of PlugInConfiguration and of everything in it.
const Namespace = "http://schemas.microsoft.com/wbem/wsman/1/config/PluginConfiguration"

// Names of elements.
const (
	elementPlugIn     = "PlugInConfiguration"
	elementParameters = "InitializationParameters"
	elementParam      = "Param"
	elementResources  = "Resources"
	elementResource   = "Resource"
	elementSecurity   = "Security"
	elementCapability = "Capability"
	elementQuotas     = "Quotas"
)

// attribute is one that Windows knows.
type attribute struct {
	name string
	// setting is the setting that it holds; empty: it is kept in Windows.
	setting string
	// fixed attributes are read and written by code of their own.
	fixed bool
	// standard is what Windows has where nothing is kept; nil means that it has
	// no such attribute then.
	standard func(*configuration.Session) string
	// check refuses values that Windows would refuse; nil: none.
	check func(string) error
}

// plugInAttributes are in Windows' order.
var plugInAttributes = []attribute{
	{name: "Name", fixed: true},
	{name: "Filename", standard: filename},
	{name: "SDKVersion", standard: sdkVersion, check: oneOf("1", "2")},
	{name: "XmlRenderingType", standard: always("text"), check: oneOf("text", "XMLReader")},
	{name: "Enabled", setting: "Enabled"},
	{name: "Architecture", check: oneOf("32", "64")},
	{name: "UseSharedProcess", setting: "UseSharedProcess"},
	{name: "ProcessIdleTimeoutSec", setting: "ProcessIdleTimeoutSec"},
	{name: "RunAsUser", setting: "RunAsUser"},
	{name: runAsPassword, fixed: true},
	{name: "AutoRestart", standard: always("false"), check: boolean},
	{name: "RunAsVirtualAccount", check: boolean},
	{name: "RunAsVirtualAccountGroups"},
	{name: "OutputBufferingMode", setting: "OutputBufferingMode"},
	{name: "xml:lang", standard: always("en-US")},
}

var resourceAttributes = []attribute{
	{name: "ResourceUri", fixed: true},
	{name: "SupportsOptions", standard: always("true"), check: boolean},
	{name: "ExactMatch", standard: always("true"), check: boolean},
}

var securityAttributes = []attribute{
	{name: "Uri", standard: (*configuration.Session).ResourceURI},
	{name: "ExactMatch", standard: always("true"), check: boolean},
	{name: "Sddl", fixed: true},
}

var capabilityAttributes = []attribute{{name: "Type", fixed: true}}

var quotaAttributes = []attribute{
	{name: "MaxMemoryPerShellMB", setting: "MaxMemoryPerShellMB"},
	{name: "MaxIdleTimeoutms", setting: "MaxIdleTimeoutMs"},
	{name: "MaxConcurrentUsers", setting: "MaxConcurrentUsers"},
	{name: "IdleTimeoutms", setting: "IdleTimeoutMs"},
	{name: "MaxProcessesPerShell", setting: "MaxProcessesPerShell"},
	{name: "MaxConcurrentCommandsPerShell", setting: "MaxConcurrentCommandsPerShell"},
	{name: "MaxShells", setting: "MaxShells"},
	{name: "MaxShellsPerUser", setting: "MaxShellsPerUser"},
}

// runAsPassword is the attribute that is neither kept nor given out.
const runAsPassword = "RunAsPassword"

// keptPrefix is what the names of an element's attributes begin with in
// Session.Windows.
func keptPrefix(element string) string {
	if element == elementPlugIn {
		return ""
	}
	return element + "."
}

func always(value string) func(*configuration.Session) string {
	return func(*configuration.Session) string { return value }
}

// filename is the plug-in of Windows PowerShell, or that of command shells.
func filename(s *configuration.Session) string {
	if s.Plugin == configuration.PluginWinrs {
		return `%systemroot%\system32\winrscmd.dll`
	}
	return `%windir%\system32\pwrshplugin.dll`
}

// sdkVersion is what Register-PSSessionConfiguration writes.
func sdkVersion(s *configuration.Session) string {
	if major, _, _ := strings.Cut(s.PSVersion, "."); major == "1" || major == "2" {
		return "1"
	}
	return "2"
}

func oneOf(values ...string) func(string) error {
	return func(v string) error {
		if slices.ContainsFunc(values, func(one string) bool { return strings.EqualFold(one, v) }) {
			return nil
		}
		return fmt.Errorf("%q is none of %s", v, strings.Join(values, ", "))
	}
}

func boolean(v string) error {
	if oneOf("true", "false", "1", "0")(v) != nil {
		return fmt.Errorf("%q is neither true nor false", v)
	}
	return nil
}

// settings are those of a session configuration, by name.
var settings = func() map[string]configuration.Setting {
	all := map[string]configuration.Setting{}
	for _, s := range configuration.SessionSettings() {
		all[s.Key()] = s
	}
	return all
}()

// parse reads a value of a setting. Empty means the default: PowerShell writes
// it for what is not set.
func parse(setting, text string) (value any, ok bool, err error) {
	if text == "" {
		return nil, false, nil
	}
	s := settings[setting]
	value, err = s.Parse(text)
	if err != nil && s.Type == "number" {
		err = fmt.Errorf("%q is no number: must be %d to %d", text, s.Min, s.Max)
	}
	if err != nil && s.Type == "boolean" {
		err = boolean(text)
	}
	return value, true, err
}

// settingValues are all settings' values, by name.
func settingValues(s *configuration.Session) map[string]any {
	all := map[string]any{}
	for _, v := range s.Values() {
		all[v.Key()] = v.Value
	}
	return all
}

// placeOf is where in the XML a setting is.
func placeOf(setting string) string {
	for _, list := range [][]attribute{plugInAttributes, quotaAttributes} {
		for _, a := range list {
			if a.setting == setting {
				return a.name
			}
		}
	}
	for _, p := range parameters {
		if setting != "" && (p.setting == setting || p.list == setting || p.table == setting) {
			return p.name
		}
	}
	return setting
}
