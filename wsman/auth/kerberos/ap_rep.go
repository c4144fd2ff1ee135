package kerberos

import (
	"time"

	"golang.org/x/crypto/cryptobyte"
)

// parseAPRep reads AP-REP (RFC 4120 section 5.5.2), or the KRB-ERROR that is
// sent in its place.
func parseAPRep(b []byte) (encryptedData, error) {
	var e encryptedData
	var seq, field cryptobyte.String
	var version, kind int32
	if len(b) > 0 && b[0] == byte(application(30)) {
		return e, parseKRBError(b)
	}
	if !readMessage(b, 15, &seq) || !readInt32(&seq, 0, &version) || !readInt32(&seq, 1, &kind) ||
		version != 5 || kind != 15 ||
		!readField(&seq, 2, &field) || !readEncryptedData(&field, &e) || !field.Empty() {
		return e, malformed("AP-REP")
	}
	return e, nil
}

func marshalAPRep(e encryptedData) ([]byte, error) {
	return marshalMessage(15, func(b *cryptobyte.Builder) {
		addInt(b, 0, 5)
		addInt(b, 1, 15)
		addField(b, 2, e.add)
	})
}

// encAPRepPart is EncAPRepPart (RFC 4120 section 5.5.2).
type encAPRepPart struct {
	time     time.Time // with microseconds
	subkey   *Key
	sequence uint32
}

func parseEncAPRepPart(b []byte) (encAPRepPart, error) {
	var r encAPRepPart
	var seq, field cryptobyte.String
	var micros int32
	var present bool
	if !readMessage(b, 27, &seq) || !readTime(&seq, 0, &r.time) || !readInt32(&seq, 1, &micros) ||
		micros < 0 || micros > 999999 || !readOptionalField(&seq, 2, &field, &present) {
		return r, malformed("encrypted part of AP-REP")
	}
	r.time = r.time.Add(time.Duration(micros) * time.Microsecond)
	if present {
		r.subkey = new(Key)
		if !readKey(&field, r.subkey) || !field.Empty() {
			return r, malformed("subkey in AP-REP")
		}
	}
	if !readOptionalUint32(&seq, 3, &r.sequence) {
		return r, malformed("sequence number in AP-REP")
	}
	return r, nil
}

func (r encAPRepPart) marshal() ([]byte, error) {
	return marshalMessage(27, func(b *cryptobyte.Builder) {
		addTime(b, 0, r.time)
		addInt(b, 1, int64(r.time.Nanosecond()/1000))
		if r.subkey != nil {
			addField(b, 2, func(b *cryptobyte.Builder) { addKey(b, *r.subkey) })
		}
		addInt(b, 3, int64(r.sequence))
	})
}

// seal encrypts an AP-REP with the session key, never with a subkey (RFC 4120
// section 3.2.4).
func (r encAPRepPart) seal(session Key) ([]byte, error) {
	plain, err := r.marshal()
	if err != nil {
		return nil, err
	}
	e, err := encrypt(session, usageAPRep, 0, plain)
	if err != nil {
		return nil, err
	}
	return marshalAPRep(e)
}

// openAPRep undoes seal.
func openAPRep(b []byte, session Key) (encAPRepPart, error) {
	e, err := parseAPRep(b)
	if err != nil {
		return encAPRepPart{}, err
	}
	plain, err := e.decrypt(session, usageAPRep)
	if err != nil {
		return encAPRepPart{}, err
	}
	return parseEncAPRepPart(plain)
}
