package ntlm

import (
	"crypto/subtle"
	"encoding/binary"
	"hash/crc32"
)

// SignatureSize is the size of a Signature, in bytes.
const SignatureSize = 16

// Signature is NTLMSSP_MESSAGE_SIGNATURE (MS-NLMP 2.2.2.9).
type Signature [SignatureSize]byte

// signatureVersion is the first field of every signature.
const signatureVersion = 1

// signPlain makes the signature of a message, with the stream's next sequence
// number. Where the message is sealed the handle has passed over it already
// (MS-NLMP 3.4.3).
func (s *stream) signPlain(flags Flags, checksum [8]byte) (sig Signature) {
	binary.LittleEndian.PutUint32(sig[:], signatureVersion)
	if s.mac != nil {
		copy(sig[4:], checksum[:])
		if flags.Has(FlagKeyExchange) {
			s.handle.XORKeyStream(sig[4:12], sig[4:12])
		}
		binary.LittleEndian.PutUint32(sig[12:], s.sequence)
	} else {
		s.signOld(&sig, checksum)
	}
	s.sequence++
	return sig
}

// signOld is the rest without extended session security (MS-NLMP 3.4.4.1): the
// random pad goes through the handle and is then set to zero.
func (s *stream) signOld(sig *Signature, checksum [8]byte) {
	copy(sig[8:12], checksum[:4])
	s.handle.XORKeyStream(sig[4:16], sig[4:16])
	sequence := binary.LittleEndian.Uint32(sig[12:]) ^ s.sequence
	binary.LittleEndian.PutUint32(sig[12:], sequence)
	clear(sig[4:8])
}

// checksum is over the plain text: HMAC-MD5 of sequence number and message
// (MS-NLMP 3.4.4.2), or CRC32 of the message in its first four bytes.
func (s *stream) checksum(message []byte) (sum [8]byte) {
	if s.mac == nil {
		binary.LittleEndian.PutUint32(sum[:], crc32.ChecksumIEEE(message))
		return sum
	}
	s.beginChecksum()
	s.mac.Write(message)
	return s.endChecksum()
}

// inSequence refuses a signature with another number than the next. Without
// extended session security the number is encrypted and part of the comparison.
func (s *stream) inSequence(signature []byte) bool {
	return s.mac == nil || binary.LittleEndian.Uint32(signature[12:]) == s.sequence
}

// same compares two signatures without telling where they differ.
func (sig Signature) same(other []byte) bool {
	return subtle.ConstantTimeCompare(sig[:], other) == 1
}
