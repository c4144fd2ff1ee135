package kerberos

import "golang.org/x/crypto/cryptobyte"

// AP-REQ's options (RFC 4120 section 5.5.1).
const (
	optionUseSessionKey  = 1 << 30 // user-to-user
	optionMutualRequired = 1 << 29
)

// apReq is AP-REQ (RFC 4120 section 5.5.1).
type apReq struct {
	options       uint32
	ticket        ticket
	authenticator encryptedData
}

func parseAPReq(b []byte) (apReq, error) {
	var m apReq
	var seq, field cryptobyte.String
	var version, kind int32
	if !readMessage(b, 14, &seq) || !readInt32(&seq, 0, &version) || !readInt32(&seq, 1, &kind) ||
		version != 5 || kind != 14 || !readFlagsField(&seq, 2, &m.options) ||
		!readField(&seq, 3, &field) || !readTicket(&field, &m.ticket) || !field.Empty() ||
		!readField(&seq, 4, &field) || !readEncryptedData(&field, &m.authenticator) || !field.Empty() {
		return m, malformed("AP-REQ")
	}
	return m, nil
}

func (m apReq) marshal() ([]byte, error) {
	return marshalMessage(14, func(b *cryptobyte.Builder) {
		addInt(b, 0, 5)
		addInt(b, 1, 14)
		addFlags(b, 2, m.options)
		addField(b, 3, func(b *cryptobyte.Builder) { b.AddBytes(m.ticket.raw) })
		addField(b, 4, m.authenticator.add)
	})
}
