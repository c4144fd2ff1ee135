package usertoken

import (
	"fmt"
	"strconv"
	"strings"
)

// Rights in security descriptors (winnt.h).
const (
	rightsModify = 0x1301bf // all of a file or directory but to change its owner and access list
	rightDelete  = 0x10000
	rightsJob    = 0x100004 // JOB_OBJECT_QUERY and SYNCHRONIZE
)

// SIDs as their letters in SDDL.
const (
	systemSID         = "SY"
	administratorsSID = "BA"
	authenticatedSID  = "AU" // everybody who has logged on
	ownerSID          = "OW" // OWNER RIGHTS: instead of what an owner has anyway
)

// entry is an entry of an access list that allows something; flags say what inherits
// it.
func entry(flags, rights, sid string) string { return "(A;" + flags + ";" + rights + ";;;" + sid + ")" }

func mask(rights uint32) string { return fmt.Sprintf("%#x", rights) }

// Flags of an entry: files and directories below have it too, or only those.
const (
	inherited     = "OICI"
	inheritedOnly = "OICIIO"
	filesOnly     = "OINPIO" // files in the very directory, and nothing below
)

// directoryDescriptor is the security descriptor of a session's directory, as text
// (SDDL): the system and the service may do all in it, the account may make, change
// and delete what is in it, and nobody else anything. Nothing comes from the
// directory above. The account may neither delete the directory nor, as the owner of
// what it makes, keep the service out of that.
func directoryDescriptor(service, account string) string {
	return "O:" + service + "D:P" +
		entry(inherited, "FA", systemSID) + entry(inherited, "FA", service) +
		entry("", mask(rightsModify&^rightDelete), account) +
		entry(inheritedOnly, mask(rightsModify), account) + entry(inheritedOnly, mask(rightsModify), ownerSID)
}

// stateDescriptor is the access list of the state directory: the system's, the
// administrators' and the service's. Others pass through it to directories that
// they know (every account has the right to).
func stateDescriptor(service string) string {
	return "D:P" + entry(inherited, "FA", systemSID) + entry(inherited, "FA", administratorsSID) + entry(inherited, "FA", service)
}

// sessionsDescriptor is the access list of the directory with the sessions' own, which
// have theirs. Hosts read what the daemon puts down for them beside their directory,
// by its name: they can list nothing.
func sessionsDescriptor(service string) string {
	return stateDescriptor(service) + entry(filesOnly, "FR", authenticatedSID)
}

// jobDescriptor is the security descriptor of a session's job: the account may look
// at it and not change its limits.
func jobDescriptor(service, account string) string {
	return "O:" + service + "D:P" + entry("", "GA", systemSID) + entry("", "GA", service) + entry("", mask(rightsJob), account)
}

// Relative identifiers of accounts that every Windows has; people's begin at 1000.
const (
	administratorID = 500
	firstOfPeople   = 1000
)

// admit refuses an account that sessions must not run as: one that is neither this
// machine's nor a domain's, and one that the system has for itself (Guest, krbtgt).
// That of the administrator is a person's.
func admit(name, sid string) error {
	id, err := relativeID(sid)
	if err != nil {
		return err
	}
	ofPeople := strings.HasPrefix(sid, "S-1-5-21-") || strings.HasPrefix(sid, "S-1-12-1-") // the latter are Entra ID's
	if !ofPeople || strings.HasPrefix(sid, "S-1-5-21-") && id < firstOfPeople && id != administratorID {
		return fmt.Errorf("the account %s (%s) is one of the system, as whom no session runs", name, sid)
	}
	return nil
}

// relativeID is the last number of a security identifier, by which an account is
// known in its domain.
func relativeID(sid string) (uint32, error) {
	n, err := strconv.ParseUint(sid[strings.LastIndexByte(sid, '-')+1:], 10, 32)
	if err != nil || !strings.HasPrefix(sid, "S-1-") {
		return 0, fmt.Errorf("%q is no security identifier", sid)
	}
	return uint32(n), nil
}
