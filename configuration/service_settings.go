package configuration

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"path/filepath"
	"strconv"
	"strings"
	"unicode"
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
			"A changed file is read again at the next request, and Listener after 2 seconds at most. MaxConnections is\n" +
			"read when winrmd starts. A file with an error is not used: the log says where it is, and the last good one stays.",
		settings: serviceSettings(),
	}
}

func serviceSettings() []setting[Service] {
	type T = Service
	return []setting[T]{
		list("Administrators", notEmpty, func(t *T) *[]string { return &t.Administrators },
			"Names of the users and groups who may list, get and delete the shells of every user, and change settings over the network."),
		boolean("RequireLocalAccount", false, func(t *T) *bool { return &t.RequireLocalAccount },
			"Whether users who have no local account are refused when they open a session. Otherwise their sessions run as the account of winrmd, and are not isolated from each other. RunAsUser of a session configuration is an account, too."),
		boolean("AllowUnencrypted", false, func(t *T) *bool { return &t.AllowUnencrypted },
			"Whether Basic authentication and messages that are not sealed are allowed over HTTP. Passwords and output can then be read on the network.").asWindows(),

		text("Listener.HTTP", ":5985", checkListener, func(t *T) *string { return &t.Listener.HTTP },
			"Address to listen at for HTTP: host:port, :port for all addresses of the machine, or none.").windows("the listener of winrm quickconfig: port 5985 of every address"),
		text("Listener.HTTPS", ":5986", checkListener, func(t *T) *string { return &t.Listener.HTTPS },
			"Address to listen at for HTTPS: host:port, :port for all addresses of the machine, or none.").windows("no listener"),

		boolean("Auth.Basic", true, func(t *T) *bool { return &t.Auth.Basic },
			"Whether clients may log on with user and password in every request: over HTTPS, and over HTTP where AllowUnencrypted is true.").windows("false"),
		boolean("Auth.Negotiate", true, func(t *T) *bool { return &t.Auth.Negotiate },
			"Whether clients may log on with Negotiate: with NTLM, and with Kerberos where there is a keytab. Messages are sealed.").asWindows(),
		boolean("Auth.Kerberos", true, func(t *T) *bool { return &t.Auth.Kerberos },
			"Whether clients may log on with Kerberos without Negotiate, where there is a keytab.").asWindows(),
		boolean("Auth.Certificate", false, func(t *T) *bool { return &t.Auth.Certificate },
			"Whether clients may log on with a certificate over HTTPS.").asWindows(),
		boolean("Auth.CredSSP", false, func(t *T) *bool { return &t.Auth.CredSSP },
			"Whether clients may log on with CredSSP, which hands their password over.").asWindows(),
		choice("Auth.CbtHardeningLevel", []string{"Relaxed", "Strict", "None"}, func(t *T) *string { return &t.Auth.CbtHardeningLevel },
			"What is made of channel bindings, which show that nobody between a client and this service passes a logon on. Relaxed refuses wrong ones, Strict missing ones over HTTPS too, None looks at none; a proxy that ends TLS needs None.").asWindows(),
		boolean("Auth.RequireNTLMMIC", false, func(t *T) *bool { return &t.Auth.RequireNTLMMIC },
			"Whether NTLM clients are refused that do not bind their messages together with an integrity code. Old ones do not."),
		text("Auth.Keytab", "", checkKeytab, func(t *T) *string { return &t.Auth.Keytab },
			"Absolute path of the keytab with the keys of HTTP/HOST, WSMAN/HOST and host/HOST, of which clients ask for one, for Kerberos. Empty means no Kerberos. The path is read when winrmd starts, the file again when it has changed."),
		text("Auth.CertificateAuthorities", "", checkKeytab, func(t *T) *string { return &t.Auth.CertificateAuthorities },
			"Absolute path of a file with the certificates, in PEM, of the authorities that issue those of clients. Empty means client-ca.pem beside this file. Which user a certificate stands for is in certmapping.toml beside this file."),
		text("Auth.PAMService", "", checkPAMService, func(t *T) *string { return &t.Auth.PAMService },
			"PAM service (a file of /etc/pam.d) that Basic passwords of users are checked with who are not in the users file. Empty means none. Needs winrmd-pam beside winrmd. Read when winrmd starts."),
		text("Auth.NTLMAuth", "", checkKeytab, func(t *T) *string { return &t.Auth.NTLMAuth },
			"Absolute path of Samba's ntlm_auth, which lets users of the domain log on with NTLM who are not in the users file. Empty means that nobody asks the domain. Read when winrmd starts."),

		number("Service.MaxEnvelopeSizekb", "KiB", 500, 32, maxEnvelopeSizekb, func(t *T) *int { return &t.Limits.MaxEnvelopeSizekb },
			"Largest SOAP message that is taken and sent.").asWindows(),
		number("Service.MaxTimeoutms", "ms", 60000, 500, maxMilliseconds, func(t *T) *int { return &t.Limits.MaxTimeoutms },
			"Longest time that one request may take; a client that asks for more gets this.").asWindows(),
		number("Service.EnumerationTimeoutms", "ms", 240000, 500, maxMilliseconds, func(t *T) *int { return &t.Limits.EnumerationTimeoutms },
			"How long an enumeration waits for the next Pull before it is forgotten.").asWindows(),
		number("Service.MaxConnections", "connections", 0, 0, Unlimited, func(t *T) *int { return &t.Limits.MaxConnections },
			"How many clients may be connected at the same time; 0 means no limit.").windows("300"),
		number("Service.MaxBatchItems", "elements", 32000, 1, Unlimited, func(t *T) *int { return &t.Limits.MaxBatchItems },
			"How many elements one answer of an enumeration may have.").asWindows(),
		number("Service.MaxConcurrentOperationsPerUser", "operations", 1500, 1, Unlimited, func(t *T) *int { return &t.Limits.MaxConcurrentOperationsPerUser },
			"How many requests of one user may be under way at the same time.").asWindows(),
		number("Service.MaxPacketRetrievalTimeSeconds", "s", 120, 1, Unlimited, func(t *T) *int { return &t.Limits.MaxPacketRetrievalTimeSeconds },
			"How long one request may take to arrive. Read when winrmd starts.").asWindows(),
		text("Service.IPv4Filter", "*", checkFilter(netip.Addr.Is4), func(t *T) *string { return &t.Limits.IPv4Filter },
			"IPv4 addresses of this machine at which requests are taken: * for all, or ranges with commas between, for example 192.0.2.1-192.0.2.9,198.51.100.1-198.51.100.1. Empty means none. Loopback is always taken.").asWindows(),
		text("Service.IPv6Filter", "*", checkFilter(netip.Addr.Is6), func(t *T) *string { return &t.Limits.IPv6Filter },
			"The same for IPv6.").asWindows(),

		number("Shell.RobustConnectionTimeoutMs", "ms", 240000, 1000, maxMilliseconds, func(t *T) *int { return &t.Shell.RobustConnectionTimeoutMs },
			"How long nothing may be heard from a client before its PowerShell session counts as disconnected and others may connect to it."),
		number("Shell.OutputBufferSizeMB", "MiB", 10, 1, maxMegabytes, func(t *T) *int { return &t.Shell.OutputBufferSizeMB },
			"Output of one shell that is kept until a client reads it. Beyond it the command waits (Block) or the oldest output goes (Drop)."),
		number("Shell.MaxSpoolMB", "MiB", 1024, 1, maxMegabytes, func(t *T) *int { return &t.Shell.MaxSpoolMB },
			"Output of one shell that is kept on disk beyond OutputBufferSizeMB where reading on is necessary, because one engine's output carries all its pipelines."),
		number("Shell.MaxTotalSpoolMB", "MiB", 10240, 0, maxMegabytes, func(t *T) *int { return &t.Shell.MaxTotalSpoolMB },
			"Output of all shells together that is kept on disk; 0 means no limit."),
		number("Shell.ReclaimMemoryAfterMs", "ms", 60000, 0, maxMilliseconds, func(t *T) *int { return &t.Shell.ReclaimMemoryAfterMs },
			"How long a session is without its client before its memory is given back to the system, from where it comes back when it is used; 0 means never. See docs/limits.md."),

		number("Winrs.IdleTimeout", "ms", 7200000, MinIdleTimeoutMs, maxMilliseconds, func(t *T) *int { return &t.Winrs.IdleTimeout },
			"After how long without its client a command shell ends, if the client asked for no other time.").asWindows(),
		number("Winrs.MaxConcurrentUsers", "users", Unlimited, 1, Unlimited, func(t *T) *int { return &t.Winrs.MaxConcurrentUsers },
			"How many users may have shells at the same time.").asWindows(),
		number("Winrs.MaxShellsPerUser", "shells", Unlimited, 1, Unlimited, func(t *T) *int { return &t.Winrs.MaxShellsPerUser },
			"How many shells, of all kinds, one user may have at the same time.").asWindows(),
		number("Winrs.MaxConcurrentCommandsPerShell", "commands", Unlimited, 1, Unlimited, func(t *T) *int { return &t.Winrs.MaxConcurrentCommandsPerShell },
			"How many commands may run in one command shell at the same time."),
		boolean("Winrs.AllowRemoteShellAccess", true, func(t *T) *bool { return &t.Winrs.AllowRemoteShellAccess },
			"Whether shells of any kind may be opened.").asWindows(),
		number("Winrs.MaxProcessesPerShell", "processes", Unlimited, 1, Unlimited, func(t *T) *int { return &t.Winrs.MaxProcessesPerShell },
			"How many processes one command shell may have at the same time.").asWindows(),
		number("Winrs.MaxMemoryPerShellMB", "MiB", Unlimited, 5, Unlimited, func(t *T) *int { return &t.Winrs.MaxMemoryPerShellMB },
			"How much memory one command shell with everything in it may use.").asWindows(),

		text("PowerShell.Path", "", checkEngine, func(t *T) *string { return &t.PowerShell.Path },
			"PowerShell engine of sessions and of powershell in command shells: an absolute path, or a name that is found on PATH. Empty means pwsh."),

		number("Client.NetworkDelayms", "ms", 5000, 500, maxMilliseconds, func(t *T) *int { return &t.Client.NetworkDelayms },
			"Kept for winrm/config/client, as all of this table: the service is nobody's client.").asWindows(),
		boolean("Client.AllowUnencrypted", false, func(t *T) *bool { return &t.Client.AllowUnencrypted }, "Kept for winrm/config/client.").asWindows(),
		text("Client.TrustedHosts", "", anyText, func(t *T) *string { return &t.Client.TrustedHosts }, "Kept for winrm/config/client.").asWindows(),
		boolean("Client.Auth.Basic", true, func(t *T) *bool { return &t.Client.Auth.Basic }, "Kept for winrm/config/client/auth.").asWindows(),
		boolean("Client.Auth.Digest", true, func(t *T) *bool { return &t.Client.Auth.Digest }, "Kept for winrm/config/client/auth.").asWindows(),
		boolean("Client.Auth.Kerberos", true, func(t *T) *bool { return &t.Client.Auth.Kerberos }, "Kept for winrm/config/client/auth.").asWindows(),
		boolean("Client.Auth.Negotiate", true, func(t *T) *bool { return &t.Client.Auth.Negotiate }, "Kept for winrm/config/client/auth.").asWindows(),
		boolean("Client.Auth.Certificate", true, func(t *T) *bool { return &t.Client.Auth.Certificate }, "Kept for winrm/config/client/auth.").asWindows(),
		boolean("Client.Auth.CredSSP", false, func(t *T) *bool { return &t.Client.Auth.CredSSP }, "Kept for winrm/config/client/auth.").asWindows(),

		table("Groups", checkGroup, func(t *T) *map[string][]string { return &t.Groups },
			"Groups of users, for Administrators and for the Permission of session configurations, for example\nOperators = [\"alice\", \"bob\"]."),
	}
}

// checkGroup wants a name that can be in a Permission, and names as members.
func checkGroup(name string, members []string) error {
	if err := notEmpty(name); err != nil {
		return fmt.Errorf("the group's name %w", err)
	}
	for i, m := range members {
		if err := notEmpty(m); err != nil {
			return fmt.Errorf("entry %d: %w", i+1, err)
		}
	}
	return nil
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

// checkKeytab refuses a relative path, for the reason that checkEngine has.
func checkKeytab(v string) error {
	if v == "" || filepath.IsAbs(v) {
		return nil
	}
	return fmt.Errorf("%q must be an absolute path", v)
}

// checkEngine refuses a relative path: it would depend on where the daemon was
// started.
func checkEngine(v string) error {
	if v == "" || filepath.IsAbs(v) || !strings.ContainsAny(v, `/\`) {
		return nil
	}
	return fmt.Errorf("%q must be an absolute path or a name that is found on PATH", v)
}

// checkPAMService wants a file name: PAM takes a service with / in it for a path.
func checkPAMService(v string) error {
	for _, r := range v {
		if r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("-_.", r) {
			return fmt.Errorf("%q is not the name of a PAM service", v)
		}
	}
	if strings.HasPrefix(v, ".") {
		return fmt.Errorf("%q is not the name of a PAM service", v)
	}
	return nil
}
