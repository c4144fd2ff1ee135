package runspacepool

import (
	"crypto/rand"
	"strings"

	"github.com/winrmd/winrmd/psrp"
)

// NewID makes a random identifier for a pool.
func NewID() psrp.GUID {
	var g psrp.GUID
	_, _ = rand.Read(g[:]) // never fails
	// Version 4 (RFC 9562 5.4), in .NET's order of bytes.
	g[7] = g[7]&0x0F | 0x40
	g[8] = g[8]&0x3F | 0x80
	return g
}

// ShellID is an identifier as WS-Management has it, in upper case.
func ShellID(id psrp.GUID) string { return strings.ToUpper(id.String()) }
