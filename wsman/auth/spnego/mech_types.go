package spnego

import (
	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// MechTypes is a client's list of mechanisms, the preferred one first
// (MechTypeList, RFC 4178 section 4.1).
type MechTypes struct {
	// OIDs are the mechanisms in dotted form.
	OIDs []string
	// DER is the list as it went over the wire, which is what is signed.
	DER []byte
}

// NewMechTypes makes a list. It fails if one of the names is none.
func NewMechTypes(oids []string) (MechTypes, error) {
	var b cryptobyte.Builder
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		for _, oid := range oids {
			addOID(b, oid)
		}
	})
	der, err := b.Bytes()
	return MechTypes{OIDs: oids, DER: der}, err
}

// readMechTypes reads a list, which is all of s.
func readMechTypes(s cryptobyte.String) (MechTypes, error) {
	m := MechTypes{DER: append([]byte(nil), s...)}
	var list cryptobyte.String
	if !s.ReadASN1(&list, asn1.SEQUENCE) || !s.Empty() {
		return MechTypes{}, malformed("mechTypes")
	}
	for !list.Empty() {
		oid, ok := readOID(&list)
		if !ok || len(m.OIDs) == maxMechTypes {
			return MechTypes{}, malformed("mechTypes")
		}
		m.OIDs = append(m.OIDs, oid)
	}
	return m, nil
}
