package ntlm

import (
	"encoding/binary"
	"slices"
)

// A long message is hashed beside being encrypted: RC4 and MD5 take about as
// long, and neither can be done by two processors itself.
const (
	parallelSize  = 64 << 10 // what a message must have for that
	parallelChunk = 16 << 10
)

// sealLong is checksum and encryption of a long message. A chunk is hashed
// before it is encrypted, since dst may be plain.
func (s *stream) sealLong(dst, plain []byte) [8]byte {
	s.beginChecksum()
	hashed := make(chan []byte, len(plain)/parallelChunk+1)
	go func() {
		defer close(hashed)
		for chunk := range slices.Chunk(plain, parallelChunk) {
			s.mac.Write(chunk)
			hashed <- chunk
		}
	}()
	for chunk := range hashed {
		s.handle.XORKeyStream(dst, chunk)
		dst = dst[len(chunk):]
	}
	return s.endChecksum()
}

// unsealLong is the same for a message that comes.
func (s *stream) unsealLong(dst, sealed []byte) [8]byte {
	s.beginChecksum()
	decrypted := make(chan []byte, len(sealed)/parallelChunk+1)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for chunk := range decrypted {
			s.mac.Write(chunk)
		}
	}()
	for chunk := range slices.Chunk(sealed, parallelChunk) {
		s.handle.XORKeyStream(dst, chunk)
		decrypted <- dst[:len(chunk)]
		dst = dst[len(chunk):]
	}
	close(decrypted)
	<-done
	return s.endChecksum()
}

// beginChecksum, the message, and endChecksum are checksum in parts.
func (s *stream) beginChecksum() {
	s.mac.Reset()
	binary.LittleEndian.PutUint32(s.sum[:], s.sequence)
	s.mac.Write(s.sum[:4])
}

func (s *stream) endChecksum() (sum [8]byte) {
	copy(sum[:], s.mac.Sum(s.sum[:0]))
	return sum
}
