package ntlm

import "encoding/binary"

// Challenge is the second message, from the server (MS-NLMP 2.2.1.2).
type Challenge struct {
	Flags Flags
	// Target is the NetBIOS name of the server or its domain.
	Target string
	// Random is what the client's response has to be made for.
	Random [8]byte
	// Info is what the server says of itself; nil if the message has none.
	Info    AVPairs
	Version Version
}

// The offsets of the message's fields, the size of the header without and with
// a version, in bytes.
const (
	challengeFlags  = headerSize + fieldSize
	challengeRandom = challengeFlags + 4
	challengeInfo   = challengeRandom + 8 + 8
	challengeSize   = challengeInfo + fieldSize
	challengeFull   = challengeSize + versionSize
)

// DecodeChallenge reads the message. The pairs are not copied. Errors are
// *MessageError.
func DecodeChallenge(b []byte) (*Challenge, error) {
	r, err := newReader("CHALLENGE", b, typeChallenge, challengeSize)
	if err != nil {
		return nil, err
	}
	m := &Challenge{
		Flags:  Flags(binary.LittleEndian.Uint32(b[challengeFlags:])),
		Random: [8]byte(b[challengeRandom:]),
	}
	if m.Flags.Has(FlagUnicode) {
		m.Target = r.text("TargetName", headerSize)
	}
	info := r.value("TargetInfo", challengeInfo, MaxMessage)
	if err := r.done(); err != nil {
		return nil, err
	}
	if info != nil {
		if m.Info, err = DecodeAVPairs(info); err != nil {
			return nil, err
		}
	}
	if m.Flags.Has(FlagVersion) && r.start() >= challengeFull {
		m.Version = decodeVersion(b[challengeSize:])
	}
	return m, nil
}

// Append appends the message, always with a version, and with pairs unless Info
// is nil.
func (m *Challenge) Append(b []byte) []byte {
	values := payload{start: challengeFull}
	values.add(appendUTF16(nil, m.Target))
	target := len(values.fields)
	var info []byte
	if m.Info != nil {
		info = m.Info.Append(nil)
	}
	values.add(info)
	b = appendHeader(b, typeChallenge)
	b = append(b, values.fields[:target]...)
	b = binary.LittleEndian.AppendUint32(b, uint32(m.Flags))
	b = append(b, m.Random[:]...)
	b = append(b, make([]byte, 8)...) // reserved
	b = append(b, values.fields[target:]...)
	b = m.Version.append(b)
	return append(b, values.values...)
}
