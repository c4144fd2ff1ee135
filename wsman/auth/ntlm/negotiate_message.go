package ntlm

import "encoding/binary"

// Negotiate is the first message, from the client (MS-NLMP 2.2.1.1).
type Negotiate struct {
	Flags Flags
	// Domain and Workstation are of the client's computer, in its code page.
	// Windows sends neither, and nothing here believes them.
	Domain, Workstation []byte
	Version             Version
}

// negotiateSize is the least size of the message, and negotiateFull that of a
// header with everything, in bytes. Some clients send only the flags.
const (
	negotiateSize = headerSize + 4
	negotiateFull = negotiateSize + 2*fieldSize + versionSize
)

// DecodeNegotiate reads the message. Errors are *MessageError.
func DecodeNegotiate(b []byte) (*Negotiate, error) {
	r, err := newReader("NEGOTIATE", b, typeNegotiate, negotiateSize)
	if err != nil {
		return nil, err
	}
	m := &Negotiate{Flags: Flags(binary.LittleEndian.Uint32(b[headerSize:]))}
	if len(b) >= negotiateFull-versionSize {
		r.header = negotiateFull - versionSize
		if m.Flags.Has(FlagDomainSupplied) {
			m.Domain = r.value("Domain", negotiateSize, maxName)
		}
		if m.Flags.Has(FlagWorkstationSupplied) {
			m.Workstation = r.value("Workstation", negotiateSize+fieldSize, maxName)
		}
	}
	if err := r.done(); err != nil {
		return nil, err
	}
	if m.Flags.Has(FlagVersion) && r.start() >= negotiateFull {
		m.Version = decodeVersion(b[negotiateFull-versionSize:])
	}
	return m, nil
}

// Append appends the message.
func (m *Negotiate) Append(b []byte) []byte {
	values := payload{start: negotiateFull}
	values.add(m.Domain)
	values.add(m.Workstation)
	b = appendHeader(b, typeNegotiate)
	b = binary.LittleEndian.AppendUint32(b, uint32(m.Flags))
	b = append(b, values.fields...)
	b = m.Version.append(b)
	return append(b, values.values...)
}
