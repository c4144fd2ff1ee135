package kerberos

import (
	"time"

	"golang.org/x/crypto/cryptobyte"
)

// ticket is Ticket (RFC 4120 section 5.3). All but the encrypted part can be
// changed by anyone: what matters is whose key decrypts it.
type ticket struct {
	service   Principal
	encrypted encryptedData
	raw       []byte // its DER, which goes into credential caches and AP-REQs
}

func readTicket(s *cryptobyte.String, t *ticket) bool {
	var element, outer, seq, field cryptobyte.String
	var version int32
	if !s.ReadASN1Element(&element, application(1)) {
		return false
	}
	t.raw = element
	return element.ReadASN1(&outer, application(1)) && readSequence(&outer, &seq) && outer.Empty() &&
		readInt32(&seq, 0, &version) && version == 5 &&
		readStringField(&seq, 1, &t.service.Realm) && readNameField(&seq, 2, &t.service) &&
		readField(&seq, 3, &field) && readEncryptedData(&field, &t.encrypted) && field.Empty()
}

func (t ticket) marshal() ([]byte, error) {
	return marshalMessage(1, func(b *cryptobyte.Builder) {
		addInt(b, 0, 5)
		addStringField(b, 1, t.service.Realm)
		addName(b, 2, t.service)
		addField(b, 3, t.encrypted.add)
	})
}

// Ticket flags (RFC 4120 section 5.3, RFC 8062 section 3).
const (
	ticketInvalid   = 1 << (31 - 7)
	ticketAnonymous = 1 << (31 - 16)
)

// encTicketPart is EncTicketPart (RFC 4120 section 5.3), without the transited
// realms, which servers do not look at (MS-KILE section 3.1.5.5): the realm of
// a client is accepted by name, or it is not.
type encTicketPart struct {
	flags     uint32
	key       Key
	client    Principal
	authTime  time.Time
	startTime time.Time // zero where there is none: authTime
	endTime   time.Time
	renewTill time.Time // zero where there is none
	hasPAC    bool
}

func parseEncTicketPart(b []byte) (encTicketPart, error) {
	var t encTicketPart
	var seq, field cryptobyte.String
	var present bool
	if !readMessage(b, 3, &seq) || !readFlagsField(&seq, 0, &t.flags) ||
		!readField(&seq, 1, &field) || !readKey(&field, &t.key) || !field.Empty() ||
		!readStringField(&seq, 2, &t.client.Realm) || !readNameField(&seq, 3, &t.client) ||
		!readField(&seq, 4, &field) ||
		!readTime(&seq, 5, &t.authTime) || !readOptionalTime(&seq, 6, &t.startTime) ||
		!readTime(&seq, 7, &t.endTime) || !readOptionalTime(&seq, 8, &t.renewTill) ||
		!readOptionalField(&seq, 9, &field, &present) ||
		!readOptionalField(&seq, 10, &field, &present) {
		return t, malformed("encrypted part of the ticket")
	}
	if present {
		data, err := parseAuthorizationData(field)
		if err != nil {
			return t, err
		}
		t.hasPAC = data.has(adWin2KPAC)
	}
	return t, nil
}

func (t encTicketPart) marshal() ([]byte, error) {
	return marshalMessage(3, func(b *cryptobyte.Builder) {
		addFlags(b, 0, t.flags)
		addField(b, 1, func(b *cryptobyte.Builder) { addKey(b, t.key) })
		addStringField(b, 2, t.client.Realm)
		addName(b, 3, t.client)
		addField(b, 4, func(b *cryptobyte.Builder) {
			b.AddASN1(tagSequence, func(b *cryptobyte.Builder) { addInt(b, 0, 1); addOctets(b, 1, nil) })
		})
		addTime(b, 5, t.authTime)
		if !t.startTime.IsZero() {
			addTime(b, 6, t.startTime)
		}
		addTime(b, 7, t.endTime)
		if !t.renewTill.IsZero() {
			addTime(b, 8, t.renewTill)
		}
	})
}

// valid checks a ticket's times against a clock that may be wrong by skew (RFC
// 4120 section 3.2.3).
func (t encTicketPart) valid(now time.Time, skew time.Duration) error {
	start := t.startTime
	if start.IsZero() {
		start = t.authTime
	}
	switch {
	case t.flags&ticketInvalid != 0, start.After(now.Add(skew)):
		return ErrNotYetValid
	case t.endTime.Before(now.Add(-skew)):
		return ErrExpired
	}
	return nil
}
