package kerberos

import "strings"

// Flags are what the client asks of a context (RFC 4121 section 4.1.1.1, MS-KILE
// section 3.2.5.2).
type Flags uint32

// The flags of GSS-API, with the numbers that they have on the wire.
const (
	FlagDelegate        Flags = 0x1
	FlagMutual          Flags = 0x2
	FlagReplay          Flags = 0x4
	FlagSequence        Flags = 0x8
	FlagConfidentiality Flags = 0x10
	FlagIntegrity       Flags = 0x20
	FlagDCEStyle        Flags = 0x1000
	FlagIdentify        Flags = 0x2000
	FlagExtendedError   Flags = 0x4000
)

// DefaultFlags are those that WinRM's clients ask for.
const DefaultFlags = FlagMutual | FlagReplay | FlagSequence | FlagConfidentiality | FlagIntegrity

// Has reports whether all of want are there.
func (f Flags) Has(want Flags) bool { return f&want == want }

// String names the flags that have names.
func (f Flags) String() string {
	var names []string
	for _, n := range []struct {
		flag Flags
		name string
	}{
		{FlagDelegate, "delegate"}, {FlagMutual, "mutual"}, {FlagReplay, "replay"}, {FlagSequence, "sequence"},
		{FlagConfidentiality, "confidentiality"}, {FlagIntegrity, "integrity"}, {FlagDCEStyle, "dce-style"},
		{FlagIdentify, "identify"}, {FlagExtendedError, "extended-error"},
	} {
		if f.Has(n.flag) {
			names = append(names, n.name)
		}
	}
	return strings.Join(names, ",")
}
