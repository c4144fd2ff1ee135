package kerberos

import (
	"time"

	"golang.org/x/crypto/cryptobyte"
)

// authenticator is Authenticator (RFC 4120 section 5.5.1).
type authenticator struct {
	client       Principal
	checksumType int32
	checksum     []byte    // nil where there is none
	time         time.Time // with microseconds
	subkey       *Key
	sequence     uint32
	bindingAware bool // see authorizationData
}

func parseAuthenticator(b []byte) (authenticator, error) {
	var a authenticator
	var seq, field cryptobyte.String
	var version, micros int32
	var present bool
	fail := malformed("authenticator")
	if !readMessage(b, 2, &seq) || !readInt32(&seq, 0, &version) || version != 5 ||
		!readStringField(&seq, 1, &a.client.Realm) || !readNameField(&seq, 2, &a.client) ||
		!readOptionalField(&seq, 3, &field, &present) {
		return a, fail
	}
	if present && !a.readChecksum(&field) {
		return a, fail
	}
	if !readInt32(&seq, 4, &micros) || micros < 0 || micros > 999999 || !readTime(&seq, 5, &a.time) {
		return a, fail
	}
	a.time = a.time.Add(time.Duration(micros) * time.Microsecond)
	if !readOptionalField(&seq, 6, &field, &present) {
		return a, fail
	}
	if present {
		a.subkey = new(Key)
		if !readKey(&field, a.subkey) || !field.Empty() {
			return a, fail
		}
	}
	if !readOptionalUint32(&seq, 7, &a.sequence) || !readOptionalField(&seq, 8, &field, &present) {
		return a, fail
	}
	if present {
		data, err := parseAuthorizationData(field)
		if err != nil {
			return a, err
		}
		a.bindingAware = data.bindingAware()
	}
	return a, nil
}

func (a *authenticator) readChecksum(field *cryptobyte.String) bool {
	var seq, sum cryptobyte.String
	if !readSequence(field, &seq) || !readInt32(&seq, 0, &a.checksumType) || !readOctets(&seq, 1, &sum) {
		return false
	}
	a.checksum = append([]byte{}, sum...)
	return true
}

func (a authenticator) marshal() ([]byte, error) {
	return marshalMessage(2, func(b *cryptobyte.Builder) {
		addInt(b, 0, 5)
		addStringField(b, 1, a.client.Realm)
		addName(b, 2, a.client)
		if a.checksum != nil {
			addField(b, 3, func(b *cryptobyte.Builder) {
				b.AddASN1(tagSequence, func(b *cryptobyte.Builder) {
					addInt(b, 0, int64(a.checksumType))
					addOctets(b, 1, a.checksum)
				})
			})
		}
		addInt(b, 4, int64(a.time.Nanosecond()/1000))
		addTime(b, 5, a.time)
		if a.subkey != nil {
			addField(b, 6, func(b *cryptobyte.Builder) { addKey(b, *a.subkey) })
		}
		addInt(b, 7, int64(a.sequence))
		if a.bindingAware {
			addField(b, 8, func(b *cryptobyte.Builder) { addAPOptions(b, apOptionBinding) })
		}
	})
}
