package configuration

import (
	"slices"
	"strings"
	"time"
)

// ListenerOff is the address of a listener that is switched off.
const ListenerOff = "none"

// Service holds the settings of the service, as winrmd.toml has them. Fields
// are in the units that their names say. A Service that a Store gave is never
// changed, neither by the Store nor by who has it.
type Service struct {
	// Administrators are the users who may list, get and delete all shells.
	Administrators []string
	// RequireLocalAccount refuses users who have no local account, instead of
	// letting their sessions run as the account of the service.
	RequireLocalAccount bool
	// AllowUnencrypted allows Basic authentication and clear messages over HTTP.
	AllowUnencrypted bool
	// Listener says where requests are waited for.
	Listener Listener
	// Auth says how clients may authenticate.
	Auth Auth
	// Limits are those of WS-Management itself, from table [Service].
	Limits ServiceLimits `toml:"Service"`
	// Shell holds what every kind of shell obeys.
	Shell Shell
	// Winrs holds the settings of command shells, and quotas over all shells.
	Winrs Winrs
	// PowerShell holds the settings of PowerShell sessions.
	PowerShell PowerShell
	// Client holds winrm/config/client, which is kept for who asks.
	Client Client
	// Groups are the members of each group, by its name.
	Groups map[string][]string
}

// Client holds the settings of winrm/config/client. The service itself is
// nobody's client: it keeps them for those who get and set them.
type Client struct {
	NetworkDelayms   int
	AllowUnencrypted bool
	TrustedHosts     string
	Auth             ClientAuth
}

// ClientAuth holds the settings of winrm/config/client/auth.
type ClientAuth struct{ Basic, Digest, Kerberos, Negotiate, Certificate, CredSSP bool }

// Listener holds the addresses to listen at: "host:port", ":port" for every
// address of the machine, or ListenerOff.
type Listener struct {
	HTTP  string
	HTTPS string
}

// Auth holds the settings of winrm/config/service/auth, and what else belongs to
// them.
type Auth struct {
	// The schemes. Basic is offered over TLS, or where AllowUnencrypted is true;
	// Kerberos where there is a Keytab.
	Basic, Negotiate, Kerberos, Certificate, CredSSP bool
	// CbtHardeningLevel is "Relaxed", "Strict" or "None".
	CbtHardeningLevel string
	// RequireNTLMMIC refuses NTLM clients that send no message integrity code.
	RequireNTLMMIC bool
	// Keytab is the path of the keys for Kerberos; empty means that there are
	// none.
	Keytab string
	// CertificateAuthorities is the path of a file of PEM certificates; empty
	// means client-ca.pem in the state directory.
	CertificateAuthorities string
	// PAMService is the PAM service that passwords of users are checked with who
	// are not in the users file; empty means none.
	PAMService string
	// NTLMAuth is the path of Samba's ntlm_auth, which checks what NTLM clients
	// send who are not in the users file; empty means that nobody does.
	NTLMAuth string
}

// ServiceLimits are the limits of winrm/config and winrm/config/service.
type ServiceLimits struct {
	MaxEnvelopeSizekb    int
	MaxTimeoutms         int
	EnumerationTimeoutms int
	// MaxConnections is 0 for no limit.
	MaxConnections int
	// MaxBatchItems is how many elements one answer of an enumeration may have.
	MaxBatchItems int
	// MaxConcurrentOperationsPerUser is how many requests of one user may be
	// under way.
	MaxConcurrentOperationsPerUser int
	// MaxPacketRetrievalTimeSeconds is how long a request may take to arrive.
	MaxPacketRetrievalTimeSeconds int
	// IPv4Filter and IPv6Filter are the addresses of this machine at which
	// requests are taken: "*" for all, or ranges "a-b,c-d"; empty means none.
	IPv4Filter, IPv6Filter string
}

// MaxEnvelopeSize is the largest envelope in bytes.
func (l ServiceLimits) MaxEnvelopeSize() int { return l.MaxEnvelopeSizekb << 10 }

// MaxTimeout is the longest OperationTimeout that a request gets.
func (l ServiceLimits) MaxTimeout() time.Duration { return milliseconds(l.MaxTimeoutms) }

// EnumerationTimeout is how long an enumeration waits for the next Pull.
func (l ServiceLimits) EnumerationTimeout() time.Duration {
	return milliseconds(l.EnumerationTimeoutms)
}

// Shell holds the settings that every kind of shell obeys.
type Shell struct {
	RobustConnectionTimeoutMs int
	OutputBufferSizeMB        int
	MaxSpoolMB                int
	// MaxTotalSpoolMB is 0 for no limit.
	MaxTotalSpoolMB int
	// ReclaimMemoryAfterMs is 0 where memory is not given back.
	ReclaimMemoryAfterMs int
}

// RobustConnectionTimeout is how long a silent client keeps its shell.
func (s Shell) RobustConnectionTimeout() time.Duration {
	return milliseconds(s.RobustConnectionTimeoutMs)
}

// ReclaimMemoryAfter is how long a session is without its client before its memory
// is given back to the system; 0 means that it is not.
func (s Shell) ReclaimMemoryAfter() time.Duration { return milliseconds(s.ReclaimMemoryAfterMs) }

// OutputBufferSize is how much output of one shell is buffered, in bytes.
func (s Shell) OutputBufferSize() int { return s.OutputBufferSizeMB << 20 }

// MaxSpool is how much output of one shell is kept beyond that, in bytes.
func (s Shell) MaxSpool() int { return s.MaxSpoolMB << 20 }

// MaxTotalSpool is how much output of all shells is kept on disk, in bytes.
func (s Shell) MaxTotalSpool() int { return s.MaxTotalSpoolMB << 20 }

// Winrs holds the settings of winrm/config/winrs: those of command shells, and
// the quotas that count the shells of all kinds.
type Winrs struct {
	// IdleTimeout is in milliseconds.
	IdleTimeout                   int
	MaxConcurrentUsers            int
	MaxShellsPerUser              int
	MaxConcurrentCommandsPerShell int
	// AllowRemoteShellAccess is false where no shell may be opened.
	AllowRemoteShellAccess bool
	MaxProcessesPerShell   int
	// MaxMemoryPerShellMB is in MiB.
	MaxMemoryPerShellMB int
}

// IdleTimeoutDuration is the idle timeout of a command shell whose client
// asked for none.
func (w Winrs) IdleTimeoutDuration() time.Duration { return milliseconds(w.IdleTimeout) }

// PowerShell holds the settings of PowerShell sessions.
type PowerShell struct {
	// Path is the engine: an absolute path, or a name found on PATH; empty
	// means DefaultEngine.
	Path string
}

// Administrator reports whether a user is in the list of administrators, or in
// a group that is.
func (s *Service) Administrator(user string) bool {
	return slices.ContainsFunc(s.Administrators, func(a string) bool {
		return strings.EqualFold(a, user) || s.member(user, a)
	})
}

// member reports whether a user is in a group.
func (s *Service) member(user, group string) bool {
	for name, members := range s.Groups {
		if strings.EqualFold(name, group) && slices.ContainsFunc(members, func(m string) bool { return strings.EqualFold(m, user) }) {
			return true
		}
	}
	return false
}

// May reports whether a user may open sessions with a session configuration:
// one who is named in its Permission, or is in a group that is named there.
// GroupAdministrators stands for the administrators.
func (s *Service) May(user string, administrator bool, of *Session) bool {
	return len(of.Permission) == 0 || slices.ContainsFunc(of.Permission, func(p string) bool {
		return strings.EqualFold(p, user) || s.member(user, p) || administrator && strings.EqualFold(p, GroupAdministrators)
	})
}

// GroupAdministrators is the name of the group of all administrators in a
// Permission.
const GroupAdministrators = "Administrators"

func milliseconds(n int) time.Duration { return time.Duration(n) * time.Millisecond }
