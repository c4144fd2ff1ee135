package ntlm

import "encoding/binary"

// Authenticate is the third message, from the client (MS-NLMP 2.2.1.3).
type Authenticate struct {
	Flags Flags
	// LMResponse and NTResponse are the proofs; an NTLMv2 client sends 24 zeros
	// or nothing as the first.
	LMResponse, NTResponse []byte
	// Domain, User and Workstation are as the client wrote them.
	Domain, User, Workstation string
	// SessionKey is the encrypted session key, 16 bytes if keys are exchanged.
	SessionKey []byte
	Version    Version
	// MIC is what binds the three messages together. HasMIC is true if there is
	// room for one, which says nothing of whether it means anything: see
	// AVFlagMIC.
	MIC    [micSize]byte
	HasMIC bool

	micOffset int // where it was read
}

// The offsets of the message's parts, and its sizes without version and MIC and
// with both, in bytes.
const (
	micSize             = 16
	authenticateLM      = headerSize
	authenticateNT      = authenticateLM + fieldSize
	authenticateDomain  = authenticateNT + fieldSize
	authenticateUser    = authenticateDomain + fieldSize
	authenticateStation = authenticateUser + fieldSize
	authenticateKey     = authenticateStation + fieldSize
	authenticateFlags   = authenticateKey + fieldSize
	authenticateSize    = authenticateFlags + 4
	authenticateMIC     = authenticateSize + versionSize
	authenticateFull    = authenticateMIC + micSize
)

// DecodeAuthenticate reads the message. Responses and key are not copied. It
// fails where the strings are not Unicode. Errors are *MessageError.
func DecodeAuthenticate(b []byte) (*Authenticate, error) {
	r, err := newReader("AUTHENTICATE", b, typeAuthenticate, authenticateSize)
	if err != nil {
		return nil, err
	}
	m := &Authenticate{Flags: Flags(binary.LittleEndian.Uint32(b[authenticateFlags:]))}
	if !m.Flags.Has(FlagUnicode) {
		return nil, &FlagsError{Missing: FlagUnicode}
	}
	m.LMResponse = r.value("LmChallengeResponse", authenticateLM, MaxMessage)
	m.NTResponse = r.value("NtChallengeResponse", authenticateNT, MaxMessage)
	m.Domain = r.text("DomainName", authenticateDomain)
	m.User = r.text("UserName", authenticateUser)
	m.Workstation = r.text("Workstation", authenticateStation)
	m.SessionKey = r.value("EncryptedRandomSessionKey", authenticateKey, MaxMessage)
	if err := r.done(); err != nil {
		return nil, err
	}
	m.decodeOptional(b, r.start())
	return m, nil
}

// decodeOptional reads the parts of the header that older clients leave out:
// there is no sign of them but the room before the first value. A client that
// has no version may put the MIC in its place.
func (m *Authenticate) decodeOptional(b []byte, start int) {
	switch {
	case start >= authenticateFull:
		m.micOffset = authenticateMIC
	case start >= authenticateSize+micSize:
		m.micOffset = authenticateSize
	}
	if m.micOffset != 0 {
		m.HasMIC, m.MIC = true, [micSize]byte(b[m.micOffset:])
	}
	if m.Flags.Has(FlagVersion) && start >= authenticateMIC && m.micOffset != authenticateSize {
		m.Version = decodeVersion(b[authenticateSize:])
	}
}

// Append appends the message, always with a version, and with room for a MIC if
// HasMIC.
func (m *Authenticate) Append(b []byte) []byte {
	values := payload{start: authenticateMIC}
	if m.HasMIC {
		values.start = authenticateFull
	}
	values.add(m.LMResponse)
	values.add(m.NTResponse)
	values.add(appendUTF16(nil, m.Domain))
	values.add(appendUTF16(nil, m.User))
	values.add(appendUTF16(nil, m.Workstation))
	values.add(m.SessionKey)
	b = appendHeader(b, typeAuthenticate)
	b = append(b, values.fields...)
	b = binary.LittleEndian.AppendUint32(b, uint32(m.Flags))
	b = m.Version.append(b)
	if m.HasMIC {
		b = append(b, m.MIC[:]...)
	}
	return append(b, values.values...)
}
