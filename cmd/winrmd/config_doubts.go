package main

import (
	"fmt"
	"maps"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"github.com/winrmd/winrmd/configuration"
	"github.com/winrmd/winrmd/configuration/account"
	"github.com/winrmd/winrmd/configuration/users"
	"github.com/winrmd/winrmd/shell/process"
)

// withoutEffect are the settings that a kind of session makes no use of, in the
// file's order. They are kept for export to Windows.
func withoutEffect(plugin string) []string {
	switch plugin {
	case configuration.PluginPowerShell:
		return []string{"UseSharedProcess", "ProcessIdleTimeoutSec"}
	case configuration.PluginWinrs:
		return []string{
			"EngineArguments", "StartupScript", "ModulesToImport", "MaximumReceivedObjectSizeMB",
			"MaximumReceivedDataSizePerCommandMB", "UseSharedProcess", "ProcessIdleTimeoutSec",
		}
	}
	return nil // what a program that embeds winrmd obeys is not known here
}

// idle are the settings without effect that are not at their defaults.
func idle(s configuration.Session) []string {
	defaults := configuration.NewSession(s.Name)
	standard := map[string]any{}
	for _, v := range defaults.Values() {
		standard[v.Key()] = v.Value
	}
	useless := withoutEffect(s.Plugin)
	var keys []string
	for _, v := range s.Values() {
		if slices.Contains(useless, v.Key()) && !reflect.DeepEqual(v.Value, standard[v.Key()]) {
			keys = append(keys, v.Key())
		}
	}
	return keys
}

// doubts are settings of a session configuration that are allowed, but will
// hardly do what was meant: names and files that are not there now. There are none
// where winrmd.toml has an error, since it says what others mean.
func doubts(dir string, service configuration.Service, s configuration.Session, admission account.Admission) []*configuration.FileError {
	if service.Check() != nil {
		return nil
	}
	var all []*configuration.FileError
	doubt := func(key string, err error) {
		if err != nil {
			all = append(all, &configuration.FileError{Key: key, Err: err})
		}
	}
	for _, name := range s.Permission {
		doubt("Permission", known(dir, &service, name))
	}
	doubt("RunAsUser", runAsDoubt(&s, admission))
	doubt("MaxMemoryPerShellMB", process.Offers(process.Limits{MemoryMB: limited(s.MaxMemoryPerShellMB)}))
	doubt("MaxProcessesPerShell", process.Offers(process.Limits{Processes: limited(s.MaxProcessesPerShell)}))
	doubt("MaxOpenFilesPerShell", process.Offers(process.Limits{OpenFiles: limited(s.MaxOpenFilesPerShell)}))
	// A command shell does without an engine, unless one is named.
	if s.Plugin == configuration.PluginPowerShell || s.Plugin == configuration.PluginWinrs && s.EnginePath != "" {
		doubt(engineKey(s), executable(service.Engine(s)))
	}
	for _, f := range []struct{ key, path string }{
		{"SessionConfigurationFile", s.SessionConfigurationFile}, {"StartupScript", s.StartupScript},
	} {
		if f.path != "" {
			doubt(f.key, exists(f.path))
		}
	}
	for _, t := range []struct {
		key string
		all map[string]string
	}{{"Environment", s.Environment}, {"Windows", s.Windows}} {
		for _, name := range slices.Sorted(maps.Keys(t.all)) {
			doubt(t.key, misplaced(name))
		}
	}
	return all
}

// misplaced says that a name in a table is that of a setting: whoever adds a line
// at the end of a file adds it to the last table there.
func misplaced(name string) error {
	for _, s := range configuration.SessionSettings() {
		if strings.EqualFold(s.Key(), name) {
			return fmt.Errorf("%s is here just a name in this table: as a setting it must come before the first table", name)
		}
	}
	return nil
}

// engineKey is the setting to blame for the engine.
func engineKey(s configuration.Session) string {
	if s.EnginePath == "" && s.PSVersion != "" {
		return "PSVersion"
	}
	return "EnginePath"
}

// executable says why an engine cannot be run.
func executable(engine string) error {
	if _, err := exec.LookPath(engine); err != nil {
		return fmt.Errorf("there is no engine %s", engine)
	}
	return nil
}

// known says that a name is nobody's. Users that another authority knows are
// not asked for.
func known(dir string, service *configuration.Service, name string) error {
	same := func(other string) bool { return strings.EqualFold(other, name) }
	for group, members := range service.Groups {
		if same(group) || slices.ContainsFunc(members, same) {
			return nil
		}
	}
	if same(configuration.GroupAdministrators) || slices.ContainsFunc(service.Administrators, same) {
		return nil
	}
	list, err := users.Open(filepath.Join(dir, usersFile)).List()
	if err != nil || slices.ContainsFunc(list, func(u users.User) bool { return same(u.Name) }) {
		return nil
	}
	if service.Auth.PAMService != "" || service.Auth.NTLMAuth != "" {
		return fmt.Errorf("%q is neither a user of users.toml nor a group: it can only be one whom PAM or the domain knows", name)
	}
	return fmt.Errorf("%q is neither a user (winrmd user list) nor a group ([Groups] in winrmd.toml)", name)
}
