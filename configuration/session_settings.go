package configuration

import (
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/winrmd/winrmd/configuration/account"
)

// maxReceivedMB keeps a size in bytes below 2 GiB, as PowerShell does.
const maxReceivedMB = 2047

// SessionSettings describes every key of a session configuration's file, in
// the file's order.
func SessionSettings() []Setting { return sessionSchema("").describe() }

// sessionSchema is that of the file that describes configuration name.
func sessionSchema(name string) schema[Session] {
	return schema[Session]{
		heading: "Session configuration " + name + ": what a client gets that opens a PowerShell session with\n" +
			"-ConfigurationName " + name + ". The file's name is the configuration's, in any case of letters.\n" +
			"Every key is shown with its default. A changed file is used by the sessions opened after it.",
		settings:  sessionSettings(),
		relations: relateSession,
	}
}

func sessionSettings() []setting[Session] {
	type T = Session
	return []setting[T]{
		boolean("Enabled", true, func(t *T) *bool { return &t.Enabled },
			"Whether sessions may be opened.").asWindows(),
		choice("Plugin", []string{PluginPowerShell, PluginRunspace, PluginWinrs}, func(t *T) *string { return &t.Plugin },
			"What is opened: a PowerShell engine in a process of its own (powershell), a PowerShell endpoint whose commands are written in Go and which only programs that embed winrmd have (runspace), or a command shell (winrs)."),
		list("Permission", notEmpty, func(t *T) *[]string { return &t.Permission },
			"Names of the users and groups who may open sessions; groups are those of [Groups] in winrmd.toml, and Administrators. Empty means everybody who can log on.").windows("Administrators, Remote Management Users, INTERACTIVE"),
		text("RunAsUser", "", checkAccount, func(t *T) *string { return &t.RunAsUser },
			"Local account that sessions run as, whoever opens them. Who logs on as that very account may also list, connect to and remove them. Empty means the account of the user who opens a session.").asWindows(),
		number("IdleTimeoutMs", "ms", 7200000, MinIdleTimeoutMs, maxMilliseconds, func(t *T) *int { return &t.IdleTimeoutMs },
			"After how long without its client a session ends, if the client asked for no other time. At most MaxIdleTimeoutMs.").asWindows(),
		number("MaxIdleTimeoutMs", "ms", Unlimited, MinIdleTimeoutMs, maxMilliseconds, func(t *T) *int { return &t.MaxIdleTimeoutMs },
			"Longest idle timeout that a client may ask for.").asWindows(),
		choice("OutputBufferingMode", []string{BufferBlock, BufferDrop}, func(t *T) *string { return &t.OutputBufferingMode },
			"What happens when the output buffer is full: the command waits (Block) or the oldest output is thrown away (Drop). A client may ask for the other.").asWindows(),
		text("EnginePath", "", checkEngine, func(t *T) *string { return &t.EnginePath },
			"PowerShell engine: an absolute path, or a name that is found on PATH. Empty means Path in [PowerShell] of winrmd.toml."),
		list("EngineArguments", anyText, func(t *T) *[]string { return &t.EngineArguments },
			"Arguments for the engine, before those that winrmd gives it."),
		text("PSVersion", "", checkVersion, func(t *T) *string { return &t.PSVersion },
			"Version of the engine, as major.minor. Where no EnginePath is set, the engine of that version is used if it is where PowerShell's own packages put it (up to 5.1 that is Windows PowerShell), else the service's. Empty means any.").windows("the version of the cmdlet that registers it"),
		text("SessionConfigurationFile", "", checkSessionFile, func(t *T) *string { return &t.SessionConfigurationFile },
			"A .pssc file (New-PSSessionConfigurationFile) that the engine obeys. A relative path begins at this file's directory.").asWindows(),
		text("StartupScript", "", checkScript, func(t *T) *string { return &t.StartupScript },
			"A script that runs when a session is opened. A relative path begins at this file's directory. Not together with SessionConfigurationFile.").asWindows(),
		list("ModulesToImport", notEmpty, func(t *T) *[]string { return &t.ModulesToImport },
			"Modules that are imported when a session is opened, by name or absolute path. Not together with SessionConfigurationFile.").asWindows(),
		number("MaxShells", "sessions", Unlimited, 1, Unlimited, func(t *T) *int { return &t.MaxShells },
			"How many sessions there may be at the same time.").asWindows(),
		number("MaxShellsPerUser", "sessions", Unlimited, 1, Unlimited, func(t *T) *int { return &t.MaxShellsPerUser },
			"How many sessions one user may have at the same time.").asWindows(),
		number("MaxConcurrentUsers", "users", Unlimited, 1, Unlimited, func(t *T) *int { return &t.MaxConcurrentUsers },
			"How many users may have sessions at the same time.").windows("2147483647, or 100 where the cmdlet sets it"),
		number("MaxConcurrentCommandsPerShell", "commands", Unlimited, 1, Unlimited, func(t *T) *int { return &t.MaxConcurrentCommandsPerShell },
			"How many commands may run in one session at the same time.").asWindows(),
		number("MaxProcessesPerShell", "processes", Unlimited, 1, Unlimited, func(t *T) *int { return &t.MaxProcessesPerShell },
			"How many processes one session may have at the same time.").asWindows(),
		number("MaxMemoryPerShellMB", "MiB", Unlimited, 5, Unlimited, func(t *T) *int { return &t.MaxMemoryPerShellMB },
			"How much memory one session with everything in it may use. What limits need of the system is in docs/limits.md.").asWindows(),
		number("ProcessorWeight", "of 100", DefaultProcessorWeight, 1, maxProcessorWeight, func(t *T) *int { return &t.ProcessorWeight },
			"Share of the processors that one session gets where they do not suffice for all, beside the 100 of others."),
		number("MaxOpenFilesPerShell", "files", Unlimited, minOpenFiles, Unlimited, func(t *T) *int { return &t.MaxOpenFilesPerShell },
			"How many files and sockets each process of a session may have open at the same time; what the system allows is the limit in any case."),
		number("MaximumReceivedObjectSizeMB", "MiB", 10, 1, maxReceivedMB, func(t *T) *int { return &t.MaximumReceivedObjectSizeMB },
			"Largest object that a client may send.").asWindows(),
		number("MaximumReceivedDataSizePerCommandMB", "MiB", 50, 1, maxReceivedMB, func(t *T) *int { return &t.MaximumReceivedDataSizePerCommandMB },
			"Most data that a client may send to one command.").asWindows(),
		boolean("UseSharedProcess", false, func(t *T) *bool { return &t.UseSharedProcess },
			"Kept for Windows, without effect: each session has a process of its own.").asWindows(),
		number("ProcessIdleTimeoutSec", "s", 0, 0, maxProcessIdleSec, func(t *T) *int { return &t.ProcessIdleTimeoutSec },
			"Kept for Windows, without effect: a session's process ends with it.").asWindows(),
		table("Environment", checkVariable, func(t *T) *map[string]string { return &t.Environment },
			"Environment variables of the engine, for example\nPATH = \"/opt/tools/bin:/usr/bin\". Those that a client sets win."),
		table("Windows", checkKept, func(t *T) *map[string]string { return &t.Windows },
			"What winrmd configuration import found that has no meaning here. It is kept, and export gives it back."),
	}
}

func relateSession(t *Session) (string, error) {
	switch {
	case t.IdleTimeoutMs > t.MaxIdleTimeoutMs:
		return "IdleTimeoutMs", fmt.Errorf("%d is more than MaxIdleTimeoutMs, which is %d", t.IdleTimeoutMs, t.MaxIdleTimeoutMs)
	case t.SessionConfigurationFile != "" && t.StartupScript != "":
		return "StartupScript", errNotWithFile
	case t.SessionConfigurationFile != "" && len(t.ModulesToImport) > 0:
		return "ModulesToImport", errNotWithFile
	case t.Plugin != PluginPowerShell && t.SessionConfigurationFile != "":
		return "SessionConfigurationFile", fmt.Errorf("only sessions with Plugin %q have one", PluginPowerShell)
	}
	return "", nil
}

var errNotWithFile = errors.New("it cannot be used together with SessionConfigurationFile, which can say the same: ScriptsToProcess, ModulesToImport")

// DefaultProcessorWeight is the weight of a session of which nothing is said.
const DefaultProcessorWeight = 100

// maxProcessorWeight is what control groups know.
const maxProcessorWeight = 10000

// minOpenFiles is what an engine needs to begin with, and the host to serve it.
const minOpenFiles = 64

// maxProcessIdleSec is two weeks, as on Windows.
const maxProcessIdleSec = 1209600

var versionForm = regexp.MustCompile(`^[0-9]{1,3}\.[0-9]{1,3}$`)

func checkVersion(v string) error {
	if v != "" && !versionForm.MatchString(v) {
		return fmt.Errorf("%q is no version as major.minor", v)
	}
	return nil
}

func checkScript(v string) error {
	if v != "" && !strings.EqualFold(filepath.Ext(v), ".ps1") {
		return fmt.Errorf("%q is no .ps1 file", v)
	}
	return nil
}

// checkVariable refuses what cannot be in an environment.
func checkVariable(name, value string) error {
	switch {
	case name == "" || strings.ContainsAny(name, "=\x00"):
		return fmt.Errorf("%q is no name of a variable", name)
	case strings.ContainsRune(value, 0):
		return errors.New("the value has a NUL character")
	}
	return nil
}

func checkKept(string, string) error { return nil }

func checkAccount(v string) error {
	if v == "" {
		return nil
	}
	return account.CheckName(v)
}

func checkSessionFile(v string) error {
	if v != "" && !strings.EqualFold(filepath.Ext(v), ".pssc") {
		return fmt.Errorf("%q is no .pssc file", v)
	}
	return nil
}

// parseSession reads the file of one session configuration.
func parseSession(file string, content []byte) (Session, error) {
	name := sessionName(file)
	t, err := sessionSchema(name).parse(file, content)
	if err != nil {
		return t, err
	}
	t.Name = name
	for _, p := range []*string{&t.SessionConfigurationFile, &t.StartupScript} {
		if *p != "" && !filepath.IsAbs(*p) && !windowsPath.MatchString(*p) {
			*p = filepath.Join(filepath.Dir(file), *p)
		}
	}
	return t, nil
}

// windowsPath begins like an absolute path of Windows, which an import has brought
// to another system. It stays what it is until somebody sets another.
var windowsPath = regexp.MustCompile(`^([A-Za-z]:[\\/]|\\\\|%[A-Za-z]+%[\\/])`)

// sessionName is the name that a configuration has by its file.
func sessionName(file string) string {
	return strings.TrimSuffix(filepath.Base(file), sessionExtension)
}
