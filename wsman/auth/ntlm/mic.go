package ntlm

// messageMIC is the message integrity code of a handshake: over all three
// messages, the last of them with the MIC's own bytes zero (MS-NLMP 3.1.5.1.2).
// It is computed over the bytes that went over the wire. Nothing is changed.
func messageMIC(key [16]byte, negotiate, challenge, authenticate []byte, offset int) [micSize]byte {
	var zero [micSize]byte
	return hmacMD5(key[:], negotiate, challenge, authenticate[:offset], zero[:], authenticate[offset+micSize:])
}
