package ntlm

import "crypto/md5"

// direction is one of the two streams of messages.
type direction string

// The directions, as the constants that keys are made with have them (MS-NLMP
// 3.4.5.2 and 3.4.5.3).
const (
	clientToServer direction = "client-to-server"
	serverToClient direction = "server-to-client"
)

// signKey is the key that messages of a direction are signed with (SIGNKEY in
// MS-NLMP 3.4.5.2). There is none without extended session security.
func signKey(key [16]byte, d direction) [16]byte {
	return md5.Sum(append(key[:], "session key to "+d+" signing key magic constant\x00"...))
}

// sealKey is the key that messages of a direction are sealed with (SEALKEY in
// MS-NLMP 3.4.5.3). Without extended session security it is the same for both.
func sealKey(flags Flags, key [16]byte, d direction) []byte {
	if !flags.Has(FlagExtendedSessionSecurity) {
		return key[:]
	}
	strength := 5 // bytes
	switch {
	case flags.Has(Flag128):
		strength = 16
	case flags.Has(Flag56):
		strength = 7
	}
	sum := md5.Sum(append(key[:strength:strength], "session key to "+d+" sealing key magic constant\x00"...))
	return sum[:]
}
