package kerberos

import (
	"time"

	"golang.org/x/crypto/cryptobyte"
)

// krbCred is KRB-CRED (RFC 4120 section 5.8.1).
type krbCred struct {
	tickets   []ticket
	encrypted encryptedData
}

func parseKRBCred(b []byte) (krbCred, error) {
	var m krbCred
	var seq, field, list cryptobyte.String
	var version, kind int32
	fail := malformed("KRB-CRED")
	if !readMessage(b, 22, &seq) || !readInt32(&seq, 0, &version) || !readInt32(&seq, 1, &kind) ||
		version != 5 || kind != 22 ||
		!readField(&seq, 2, &field) || !readSequence(&field, &list) || !field.Empty() {
		return m, fail
	}
	for !list.Empty() {
		var t ticket
		if !readTicket(&list, &t) {
			return m, fail
		}
		m.tickets = append(m.tickets, t)
	}
	if !readField(&seq, 3, &field) || !readEncryptedData(&field, &m.encrypted) || !field.Empty() {
		return m, fail
	}
	return m, nil
}

func (m krbCred) marshal() ([]byte, error) {
	return marshalMessage(22, func(b *cryptobyte.Builder) {
		addInt(b, 0, 5)
		addInt(b, 1, 22)
		addField(b, 2, func(b *cryptobyte.Builder) {
			b.AddASN1(tagSequence, func(b *cryptobyte.Builder) {
				for _, t := range m.tickets {
					b.AddBytes(t.raw)
				}
			})
		})
		addField(b, 3, m.encrypted.add)
	})
}

// parseEncKrbCredPart reads the part of EncKrbCredPart that says what the
// tickets are, in their order. Nonce, time and addresses have no use here: the
// authenticator around it is what is checked for replays.
func parseEncKrbCredPart(b []byte) ([]Credential, error) {
	var seq, field, list cryptobyte.String
	if !readMessage(b, 29, &seq) || !readField(&seq, 0, &field) || !readSequence(&field, &list) || !field.Empty() {
		return nil, malformed("encrypted part of KRB-CRED")
	}
	var all []Credential
	for !list.Empty() {
		var c Credential
		if !readCredInfo(&list, &c) {
			return nil, malformed("encrypted part of KRB-CRED")
		}
		all = append(all, c)
	}
	return all, nil
}

// readCredInfo reads KrbCredInfo. Addresses are left out: those of a forwarded
// ticket are the server's, or there are none.
func readCredInfo(s *cryptobyte.String, c *Credential) bool {
	var seq, field cryptobyte.String
	if !readSequence(s, &seq) || !readField(&seq, 0, &field) || !readKey(&field, &c.Key) || !field.Empty() ||
		!readOptionalName(&seq, 1, 2, &c.Client) {
		return false
	}
	var present bool
	if !readOptionalField(&seq, 3, &field, &present) || present && !readFlags(&field, &c.Flags) {
		return false
	}
	for n, t := range []*time.Time{&c.AuthTime, &c.StartTime, &c.EndTime, &c.RenewTill} {
		if !readOptionalTime(&seq, uint8(4+n), t) {
			return false
		}
	}
	return readOptionalName(&seq, 8, 9, &c.Service)
}

// readOptionalName reads a realm and a name, both or neither.
func readOptionalName(s *cryptobyte.String, realm, name uint8, p *Principal) bool {
	var field cryptobyte.String
	var present bool
	if !readOptionalField(s, realm, &field, &present) || present && !readString(&field, &p.Realm) {
		return false
	}
	return readOptionalField(s, name, &field, &present) && (!present || readPrincipalName(&field, p))
}

func marshalEncKrbCredPart(all []Credential) ([]byte, error) {
	return marshalMessage(29, func(b *cryptobyte.Builder) {
		addField(b, 0, func(b *cryptobyte.Builder) {
			b.AddASN1(tagSequence, func(b *cryptobyte.Builder) {
				for _, c := range all {
					b.AddASN1(tagSequence, c.addInfo)
				}
			})
		})
	})
}

func (c Credential) addInfo(b *cryptobyte.Builder) {
	addField(b, 0, func(b *cryptobyte.Builder) { addKey(b, c.Key) })
	addStringField(b, 1, c.Client.Realm)
	addName(b, 2, c.Client)
	addFlags(b, 3, c.Flags)
	for n, t := range []time.Time{c.AuthTime, c.StartTime, c.EndTime, c.RenewTill} {
		if !t.IsZero() {
			addTime(b, uint8(4+n), t)
		}
	}
	addStringField(b, 8, c.Service.Realm)
	addName(b, 9, c.Service)
}
