package ntlm

import "encoding/binary"

// Version is the version of an implementation, which is for debugging only
// (MS-NLMP 2.2.2.10).
type Version struct {
	Major, Minor uint8
	Build        uint16
	// Revision of NTLM; 15 is the only one in use (NTLMSSP_REVISION_W2K3).
	Revision uint8
}

// DefaultVersion is that of Windows Server 2019, because some implementations
// look at it.
var DefaultVersion = Version{Major: 10, Minor: 0, Build: 17763, Revision: 15}

// versionSize is the size of a version in a message, in bytes.
const versionSize = 8

func (v Version) append(b []byte) []byte {
	b = append(b, v.Major, v.Minor)
	b = binary.LittleEndian.AppendUint16(b, v.Build)
	return append(b, 0, 0, 0, v.Revision)
}

// decodeVersion reads the first eight bytes of b.
func decodeVersion(b []byte) Version {
	return Version{Major: b[0], Minor: b[1], Build: binary.LittleEndian.Uint16(b[2:]), Revision: b[7]}
}
