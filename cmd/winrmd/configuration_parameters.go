package main

import (
	"fmt"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/winrmd/winrmd/configuration"
)

// parameter is a flag that sets one setting of a session configuration. Its name
// is that of the cmdlets' parameter in kebab case.
type parameter struct {
	flag    string
	cmdlet  string // the parameter, and whose it is
	setting string // its key
	usage   string
	read    func(p *parameter, s configuration.Setting, texts []string) (any, error)
	// values are those that the flag itself knows; nil: those of the setting.
	values []string
}

const (
	ofRegister  = "Register-PSSessionConfiguration -"
	ofTransport = "New-PSTransportOption -"
)

// parameters are all flags with a setting of their own, in the order of the help.
func parameters() []parameter {
	return []parameter{
		{"access-mode", ofRegister + "AccessMode", "Enabled", "Remote, or the `MODE` Disabled, in which nobody may open a session", readAccessMode, []string{"Remote", "Disabled"}},
		{"plugin", "", "Plugin", "`KIND` of session: powershell, runspace or winrs", readText, nil},
		{"permission", ofRegister + "SecurityDescriptorSddl", "Permission", "`NAMES` of the users and groups who may open sessions, with commas between; can be repeated; empty: everybody", readList, nil},
		{"run-as-credential", ofRegister + "RunAsCredential", "RunAsUser", "`ACCOUNT` of this machine that sessions run as, whoever opens them; no password is needed; empty: that of who opens one", readText, nil},
		{"idle-timeout-sec", ofTransport + "IdleTimeoutSec", "IdleTimeoutMs", "`SECONDS` without its client after which a session ends, if the client asked for no other time", readSeconds, nil},
		{"max-idle-timeout-sec", ofTransport + "MaxIdleTimeoutSec", "MaxIdleTimeoutMs", "`SECONDS` that a client may ask for as idle timeout, at most", readSeconds, nil},
		{"output-buffering-mode", ofTransport + "OutputBufferingMode", "OutputBufferingMode", "`MODE` of a full output buffer: Block, the command waits, or Drop, the oldest output goes", readText, nil},
		{"engine-path", "", "EnginePath", "`PATH` of the engine, or its name on PATH", readText, nil},
		{"engine-argument", "", "EngineArguments", "`ARGUMENT` for the engine; can be repeated", readArguments, nil},
		{"psversion", ofRegister + "PSVersion", "PSVersion", "`VERSION` of the engine, as major.minor", readText, nil},
		{"path", ofRegister + "Path", "SessionConfigurationFile", "`FILE`, a .pssc, that the engine obeys", readPath, nil},
		{"startup-script", ofRegister + "StartupScript", "StartupScript", "`FILE`, a .ps1, that runs when a session is opened", readPath, nil},
		{"modules-to-import", ofRegister + "ModulesToImport", "ModulesToImport", "`NAMES` of modules that are imported when a session is opened, with commas between; can be repeated", readList, nil},
		{"max-sessions", ofTransport + "MaxSessions", "MaxShells", "`NUMBER` of sessions at the same time", readText, nil},
		{"max-sessions-per-user", ofTransport + "MaxSessionsPerUser", "MaxShellsPerUser", "`NUMBER` of sessions of one user at the same time", readText, nil},
		{"max-concurrent-users", ofTransport + "MaxConcurrentUsers", "MaxConcurrentUsers", "`NUMBER` of users with sessions at the same time", readText, nil},
		{"max-concurrent-commands-per-session", ofTransport + "MaxConcurrentCommandsPerSession", "MaxConcurrentCommandsPerShell", "`NUMBER` of commands in one session at the same time", readText, nil},
		{"max-processes-per-session", ofTransport + "MaxProcessesPerSession", "MaxProcessesPerShell", "`NUMBER` of processes of one session at the same time", readText, nil},
		{"max-memory-per-session-mb", ofTransport + "MaxMemoryPerSessionMB", "MaxMemoryPerShellMB", "`MiB` of memory that one session may use", readText, nil},
		{"processor-weight", "", "ProcessorWeight", "`NUMBER` that says how much of the processors one session gets beside others, which have 100", readText, nil},
		{"max-open-files-per-session", "", "MaxOpenFilesPerShell", "`NUMBER` of files that each process of one session may have open", readText, nil},
		{"maximum-received-object-size-mb", ofRegister + "MaximumReceivedObjectSizeMB", "MaximumReceivedObjectSizeMB", "`MiB` that one object of a client may have", readText, nil},
		{"maximum-received-data-size-per-command-mb", ofRegister + "MaximumReceivedDataSizePerCommandMB", "MaximumReceivedDataSizePerCommandMB", "`MiB` that a client may send to one command", readText, nil},
		{"use-shared-process", ofRegister + "UseSharedProcess", "UseSharedProcess", "kept for Windows, without effect", readText, nil},
		{"process-idle-timeout-sec", ofTransport + "ProcessIdleTimeoutSec", "ProcessIdleTimeoutSec", "`SECONDS`, kept for Windows, without effect", readText, nil},
	}
}

// settingFlags adds the flags that set settings.
func settingFlags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.SortFlags = false
	settings := settingsByKey()
	for _, p := range parameters() {
		s := settings[p.setting]
		switch s.Type {
		case "boolean":
			if p.values == nil {
				flags.Bool(p.flag, false, p.help())
				break
			}
			flags.String(p.flag, "", p.help())
		case "list of texts":
			flags.StringArray(p.flag, nil, p.help())
		default:
			flags.String(p.flag, "", p.help())
		}
		switch known := p.known(s); {
		case p.isPath():
			mustAdd(cmd.MarkFlagFilename(p.flag, strings.TrimPrefix(fileExtensions[p.setting], ".")))
		case known != nil:
			completeFlag(cmd, p.flag, known...)
		}
	}
	flags.StringArray("environment", nil, "`NAME=VALUE` of a variable of the engine's environment; NAME alone takes it out; can be repeated (Environment)")
	flags.StringArray("set", nil, "`KEY=VALUE` of any setting by its own name; Environment.NAME=VALUE is one variable; can be repeated")
	mustAdd(cmd.RegisterFlagCompletionFunc("set", completeSettings))
}

// help is the usage with the name of the setting.
func (p *parameter) help() string { return p.usage + " (" + p.setting + ")" }

// known are the only values of the flag; nil if there are more.
func (p *parameter) known(s configuration.Setting) []string {
	if p.values != nil {
		return p.values
	}
	return values(s)
}

// fileExtensions are the settings that name a file.
var fileExtensions = map[string]string{"SessionConfigurationFile": ".pssc", "StartupScript": ".ps1"}

func (p *parameter) isPath() bool { return fileExtensions[p.setting] != "" }

func settingsByKey() map[string]configuration.Setting {
	all := map[string]configuration.Setting{}
	for _, s := range configuration.SessionSettings() {
		all[s.Key()] = s
	}
	return all
}

// texts is what was given for a flag, each time.
func texts(f *pflag.Flag) []string {
	if list, ok := f.Value.(pflag.SliceValue); ok {
		return list.GetSlice()
	}
	return []string{f.Value.String()}
}

func readText(_ *parameter, s configuration.Setting, texts []string) (any, error) {
	return s.Parse(texts[0])
}

func readList(_ *parameter, s configuration.Setting, texts []string) (any, error) {
	return s.Parse(strings.Join(texts, ","))
}

// readArguments takes each as it is: an argument may have commas.
func readArguments(_ *parameter, _ configuration.Setting, texts []string) (any, error) {
	return texts, nil
}

// readPath makes a path absolute: on a command line a relative one begins where
// its user is.
func readPath(_ *parameter, _ configuration.Setting, texts []string) (any, error) {
	if texts[0] == "" {
		return "", nil
	}
	return filepath.Abs(texts[0])
}

// readSeconds reads a time for a setting in milliseconds. The range is told in
// the unit that was asked for.
func readSeconds(_ *parameter, s configuration.Setting, texts []string) (any, error) {
	least, most := (s.Min+999)/1000, s.Max/1000
	n, err := strconv.Atoi(strings.TrimSpace(texts[0]))
	if err != nil {
		return nil, fmt.Errorf("%q is no number: must be %d to %d seconds", texts[0], least, most)
	}
	if n < least || n > most {
		return nil, fmt.Errorf("%d is out of range: must be %d to %d seconds", n, least, most)
	}
	return n * 1000, nil
}

// readAccessMode reads Enabled as the cmdlets have it.
func readAccessMode(p *parameter, _ configuration.Setting, texts []string) (any, error) {
	switch strings.ToLower(texts[0]) {
	case "remote":
		return true, nil
	case "disabled":
		return false, nil
	case "local":
		return nil, fmt.Errorf("%q is not for one session configuration: let the whole server listen on loopback only, with Listener in winrmd.toml", texts[0])
	}
	return nil, fmt.Errorf("%q is none of %s", texts[0], strings.Join(p.values, ", "))
}
