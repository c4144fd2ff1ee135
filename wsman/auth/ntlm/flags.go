package ntlm

import (
	"fmt"
	"strings"
)

// Flags are what two peers agree on (MS-NLMP 2.2.2.5, NEGOTIATE).
type Flags uint32

// The flags that are used here, by the letter that MS-NLMP gives them.
const (
	FlagUnicode                 Flags = 1 << 0  // A: strings are UTF-16
	FlagOEM                     Flags = 1 << 1  // B: strings are in some code page
	FlagRequestTarget           Flags = 1 << 2  // C: the challenge shall name the target
	FlagSign                    Flags = 1 << 4  // D: messages may be signed
	FlagSeal                    Flags = 1 << 5  // E: messages may be sealed
	FlagDatagram                Flags = 1 << 6  // F: no connection
	FlagLMKey                   Flags = 1 << 7  // G: keys made of the LM response
	FlagNTLM                    Flags = 1 << 9  // H: always set
	FlagAnonymous               Flags = 1 << 11 // J: nobody in particular
	FlagDomainSupplied          Flags = 1 << 12 // K: NEGOTIATE names the client's domain
	FlagWorkstationSupplied     Flags = 1 << 13 // L: NEGOTIATE names the client's computer
	FlagAlwaysSign              Flags = 1 << 15 // M: always set
	FlagTargetTypeDomain        Flags = 1 << 16 // N: the target is a domain
	FlagTargetTypeServer        Flags = 1 << 17 // O: the target is a server
	FlagExtendedSessionSecurity Flags = 1 << 19 // P: a key and a sequence for each direction
	FlagIdentify                Flags = 1 << 20 // Q: the server may know but not act as the client
	FlagTargetInfo              Flags = 1 << 23 // S: the challenge carries AV pairs
	FlagVersion                 Flags = 1 << 25 // T: messages carry a version, for debugging
	Flag128                     Flags = 1 << 29 // U: 128 bit keys
	FlagKeyExchange             Flags = 1 << 30 // V: the client chooses the session key
	Flag56                      Flags = 1 << 31 // W: 56 bit keys
)

// flagNames has a name for each bit.
var flagNames = [32]string{
	0: "Unicode", 1: "OEM", 2: "RequestTarget", 4: "Sign", 5: "Seal", 6: "Datagram", 7: "LMKey", 9: "NTLM",
	11: "Anonymous", 12: "DomainSupplied", 13: "WorkstationSupplied", 15: "AlwaysSign", 16: "TargetTypeDomain",
	17: "TargetTypeServer", 19: "ExtendedSessionSecurity", 20: "Identify", 23: "TargetInfo", 25: "Version",
	29: "128", 30: "KeyExchange", 31: "56",
}

// Has reports whether all of the flags in want are set.
func (f Flags) Has(want Flags) bool { return f&want == want }

// String lists the flags, for example "Unicode|Sign".
func (f Flags) String() string {
	var names []string
	for i, name := range flagNames {
		if f&(1<<i) == 0 {
			continue
		}
		if name == "" {
			name = fmt.Sprintf("%#x", uint32(1)<<i)
		}
		names = append(names, name)
	}
	return strings.Join(names, "|")
}

// protects reports whether there is any message protection, without which no
// key is exchanged (MS-NLMP 3.1.5.1.2).
func (f Flags) protects() bool { return f&(FlagSign|FlagSeal) != 0 }

// exchangesKey reports whether the session key is one that the client chose.
func (f Flags) exchangesKey() bool { return f.Has(FlagKeyExchange) && f.protects() }
