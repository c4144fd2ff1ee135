package kerberos

import (
	"fmt"

	"github.com/jcmturner/gokrb5/v8/client"
	"github.com/jcmturner/gokrb5/v8/messages"
)

// TicketGranting gets the ticket-granting ticket of a gokrb5 client, which has
// a password or a keytab and need not be logged in, from its KDC (RFC 4120
// section 3.1). It waits for the KDC as long as gokrb5 does.
func TicketGranting(c *client.Client) (*Credentials, error) {
	realm, name := c.Credentials.Domain(), c.Credentials.CName()
	request, err := messages.NewASReqForTGT(realm, c.Config, name)
	if err != nil {
		return nil, fmt.Errorf("ticket-granting ticket: %w", err)
	}
	answer, err := c.ASExchange(realm, request, 0)
	if err != nil {
		return nil, fmt.Errorf("ticket-granting ticket: %w", err)
	}
	der, err := answer.Ticket.Marshal()
	if err != nil {
		return nil, fmt.Errorf("ticket-granting ticket: %w", err)
	}
	// The KDC may give the client another name than it asked by.
	who := Principal{Type: answer.CName.NameType, Name: answer.CName.NameString, Realm: answer.CRealm}
	part := answer.DecryptedEncPart
	flags := uint32(0)
	for i := range min(part.Flags.BitLength, 32) {
		flags |= uint32(part.Flags.At(i)) << (31 - i)
	}
	return &Credentials{Client: who, Tickets: []Credential{{
		Client:  who,
		Service: Principal{Type: answer.Ticket.SName.NameType, Name: answer.Ticket.SName.NameString, Realm: answer.Ticket.Realm},
		Key:     Key{Type: EncryptionType(part.Key.KeyType), Value: part.Key.KeyValue},
		Ticket:  der, Flags: flags,
		AuthTime: part.AuthTime, StartTime: part.StartTime, EndTime: part.EndTime, RenewTill: part.RenewTill,
	}}}, nil
}
