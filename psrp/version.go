package psrp

import (
	"fmt"
	"strconv"
	"strings"
)

// The protocol versions (2.2.2.1): of Windows 7, 8 (disconnection) and 10
// (RESET_RUNSPACE_STATE). ServerVersion is the newest, which this side speaks.
const (
	version20 = "2.0"
	version21 = "2.1"
	version22 = "2.2"
	version23 = "2.3"

	ServerVersion = version23
)

const serverMajor, serverMinor = 2, 3

// VersionError is a client's protocol version that the server does not speak
// or that is no version.
type VersionError struct{ Client string }

// Error implements error.
func (e *VersionError) Error() string {
	return fmt.Sprintf("protocol version %.50q is not supported by a server of version %s", e.Client, ServerVersion)
}

// NegotiateVersion returns the protocol version that a session has which a
// client of version client opens: the client's own where it is 2.0 to 2.3;
// the server's for a newer one of the same major number. Everything else is a
// *VersionError (3.2.5.4.1).
func NegotiateVersion(client string) (string, error) {
	switch client {
	case version20, version21:
		return client, nil
	}
	return NegotiateConnectVersion(client)
}

// NegotiateConnectVersion is NegotiateVersion for a client that connects to a
// session: that needs 2.2 or newer.
func NegotiateConnectVersion(client string) (string, error) {
	switch client {
	case version22, version23:
		return client, nil
	}
	major, minor, ok := parseVersion(client)
	if !ok || major != serverMajor || minor < serverMinor {
		return "", &VersionError{Client: client}
	}
	return ServerVersion, nil
}

// parseVersion reads a .NET version of two to four numbers.
func parseVersion(s string) (major, minor int, ok bool) {
	parts := strings.Split(s, ".")
	if len(parts) < 2 || len(parts) > 4 {
		return 0, 0, false
	}
	var n [4]int
	for i, part := range parts {
		v, err := strconv.ParseUint(part, 10, 31)
		if err != nil {
			return 0, 0, false
		}
		n[i] = int(v)
	}
	return n[0], n[1], true
}
