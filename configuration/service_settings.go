package configuration

import (
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"strconv"
	"strings"
)

// MinIdleTimeoutMs is the smallest idle timeout that WinRM knows, in
// milliseconds. No setting lowers it.
const MinIdleTimeoutMs = 60000

const (
	maxEnvelopeSizekb = 4194303   // below 4 GiB
	maxMilliseconds   = Unlimited // about 24.8 days, as WinRM
	maxMegabytes      = 1 << 20   // 1 TiB
)

// ServiceSettings describes every key of winrmd.toml, in the file's order.
func ServiceSettings() []Setting { return serviceSchema().describe() }

func serviceSchema() schema[Service] {
	return schema[Service]{
		heading: "Settings of the winrmd service. Every key is shown with its default; a key that is left out has it.\n" +
			"A changed file is read again at the next request. Listener and MaxConnections are read when winrmd\n" +
			"starts. A file with an error is not used: the log says where it is, and the last good one stays.",
		settings: serviceSettings(),
	}
}

func serviceSettings() []setting[Service] {
	type T = Service
	return []setting[T]{
		list("Administrators", notEmpty, func(t *T) *[]string { return &t.Administrators },
			"Names of the users who may list, get and delete the shells of every user."),
		boolean("AllowUnencrypted", false, func(t *T) *bool { return &t.AllowUnencrypted },
			"Whether Basic authentication and messages that are not sealed are allowed over HTTP. Passwords and output can then be read on the network."),

		text("Listener.HTTP", ":5985", checkListener, func(t *T) *string { return &t.Listener.HTTP },
			"Address to listen at for HTTP: host:port, :port for all addresses of the machine, or none."),
		text("Listener.HTTPS", ":5986", checkListener, func(t *T) *string { return &t.Listener.HTTPS },
			"Address to listen at for HTTPS: host:port, :port for all addresses of the machine, or none."),

		number("Service.MaxEnvelopeSizekb", "KiB", 500, 32, maxEnvelopeSizekb, func(t *T) *int { return &t.Limits.MaxEnvelopeSizekb },
			"Largest SOAP message that is taken and sent."),
		number("Service.MaxTimeoutms", "ms", 60000, 500, maxMilliseconds, func(t *T) *int { return &t.Limits.MaxTimeoutms },
			"Longest time that one request may take; a client that asks for more gets this."),
		number("Service.EnumerationTimeoutms", "ms", 240000, 500, maxMilliseconds, func(t *T) *int { return &t.Limits.EnumerationTimeoutms },
			"How long an enumeration waits for the next Pull before it is forgotten."),
		number("Service.MaxConnections", "connections", 0, 0, Unlimited, func(t *T) *int { return &t.Limits.MaxConnections },
			"How many clients may be connected at the same time; 0 means no limit."),

		number("Shell.RobustConnectionTimeoutMs", "ms", 240000, 1000, maxMilliseconds, func(t *T) *int { return &t.Shell.RobustConnectionTimeoutMs },
			"How long nothing may be heard from a client before its PowerShell session counts as disconnected and others may connect to it."),
		number("Shell.OutputBufferSizeMB", "MiB", 10, 1, maxMegabytes, func(t *T) *int { return &t.Shell.OutputBufferSizeMB },
			"Output of one shell that is kept until a client reads it. Beyond it the command waits (Block) or the oldest output goes (Drop)."),
		number("Shell.MaxSpoolMB", "MiB", 1024, 1, maxMegabytes, func(t *T) *int { return &t.Shell.MaxSpoolMB },
			"Output of one shell that is kept beyond OutputBufferSizeMB where reading on is necessary, because one engine's output carries all its pipelines."),

		number("Winrs.IdleTimeout", "ms", 7200000, MinIdleTimeoutMs, maxMilliseconds, func(t *T) *int { return &t.Winrs.IdleTimeout },
			"After how long without its client a command shell ends, if the client asked for no other time."),
		number("Winrs.MaxConcurrentUsers", "users", Unlimited, 1, Unlimited, func(t *T) *int { return &t.Winrs.MaxConcurrentUsers },
			"How many users may have shells at the same time."),
		number("Winrs.MaxShellsPerUser", "shells", Unlimited, 1, Unlimited, func(t *T) *int { return &t.Winrs.MaxShellsPerUser },
			"How many shells, of all kinds, one user may have at the same time."),
		number("Winrs.MaxConcurrentCommandsPerShell", "commands", Unlimited, 1, Unlimited, func(t *T) *int { return &t.Winrs.MaxConcurrentCommandsPerShell },
			"How many commands may run in one command shell at the same time."),

		text("PowerShell.Path", "", checkEngine, func(t *T) *string { return &t.PowerShell.Path },
			"PowerShell engine of sessions and of powershell in command shells: an absolute path, or a name that is found on PATH. Empty means pwsh."),
	}
}

func notEmpty(v string) error {
	if strings.TrimSpace(v) == "" {
		return errors.New("is empty")
	}
	return nil
}

func anyText(string) error { return nil }

func checkListener(v string) error {
	if v == ListenerOff {
		return nil
	}
	_, port, err := net.SplitHostPort(v)
	if err != nil {
		return fmt.Errorf("%q is neither host:port nor %s: %w", v, ListenerOff, err)
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		return fmt.Errorf("%q: the port must be 0 to 65535", v)
	}
	return nil
}

// checkEngine refuses a relative path: it would depend on where the daemon was
// started.
func checkEngine(v string) error {
	if v == "" || filepath.IsAbs(v) || !strings.ContainsAny(v, `/\`) {
		return nil
	}
	return fmt.Errorf("%q must be an absolute path or a name that is found on PATH", v)
}
