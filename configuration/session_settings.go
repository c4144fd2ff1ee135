package configuration

import (
	"fmt"
	"path/filepath"
	"strings"
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
		relations: relateIdleTimeouts,
	}
}

func sessionSettings() []setting[Session] {
	type T = Session
	return []setting[T]{
		boolean("Enabled", true, func(t *T) *bool { return &t.Enabled },
			"Whether sessions may be opened. Set it to false rather than remove the file: winrmd makes its default configurations again when it starts."),
		number("IdleTimeoutMs", "ms", 7200000, MinIdleTimeoutMs, maxMilliseconds, func(t *T) *int { return &t.IdleTimeoutMs },
			"After how long without its client a session ends, if the client asked for no other time. At most MaxIdleTimeoutMs."),
		number("MaxIdleTimeoutMs", "ms", Unlimited, MinIdleTimeoutMs, maxMilliseconds, func(t *T) *int { return &t.MaxIdleTimeoutMs },
			"Longest idle timeout that a client may ask for."),
		choice("OutputBufferingMode", []string{BufferBlock, BufferDrop}, func(t *T) *string { return &t.OutputBufferingMode },
			"What happens when the output buffer is full: the command waits (Block) or the oldest output is thrown away (Drop). A client may ask for the other."),
		text("EnginePath", "", checkEngine, func(t *T) *string { return &t.EnginePath },
			"PowerShell engine: an absolute path, or a name that is found on PATH. Empty means Path in [PowerShell] of winrmd.toml."),
		list("EngineArguments", anyText, func(t *T) *[]string { return &t.EngineArguments },
			"Arguments for the engine, before those that winrmd gives it."),
		text("SessionConfigurationFile", "", checkSessionFile, func(t *T) *string { return &t.SessionConfigurationFile },
			"A .pssc file (New-PSSessionConfigurationFile) that the engine obeys. A relative path begins at this file's directory."),
		number("MaxShells", "sessions", Unlimited, 1, Unlimited, func(t *T) *int { return &t.MaxShells },
			"How many sessions there may be at the same time."),
		number("MaxShellsPerUser", "sessions", Unlimited, 1, Unlimited, func(t *T) *int { return &t.MaxShellsPerUser },
			"How many sessions one user may have at the same time."),
		number("MaxConcurrentUsers", "users", Unlimited, 1, Unlimited, func(t *T) *int { return &t.MaxConcurrentUsers },
			"How many users may have sessions at the same time."),
		number("MaxConcurrentCommandsPerShell", "commands", Unlimited, 1, Unlimited, func(t *T) *int { return &t.MaxConcurrentCommandsPerShell },
			"How many commands may run in one session at the same time."),
		number("MaximumReceivedObjectSizeMB", "MiB", 10, 1, maxReceivedMB, func(t *T) *int { return &t.MaximumReceivedObjectSizeMB },
			"Largest object that a client may send."),
		number("MaximumReceivedDataSizePerCommandMB", "MiB", 50, 1, maxReceivedMB, func(t *T) *int { return &t.MaximumReceivedDataSizePerCommandMB },
			"Most data that a client may send to one command."),
	}
}

func relateIdleTimeouts(t *Session) (string, error) {
	if t.IdleTimeoutMs <= t.MaxIdleTimeoutMs {
		return "", nil
	}
	return "IdleTimeoutMs", fmt.Errorf("%d is more than MaxIdleTimeoutMs, which is %d", t.IdleTimeoutMs, t.MaxIdleTimeoutMs)
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
	if p := t.SessionConfigurationFile; p != "" && !filepath.IsAbs(p) {
		t.SessionConfigurationFile = filepath.Join(filepath.Dir(file), p)
	}
	return t, nil
}

// sessionName is the name that a configuration has by its file.
func sessionName(file string) string {
	return strings.TrimSuffix(filepath.Base(file), sessionExtension)
}
