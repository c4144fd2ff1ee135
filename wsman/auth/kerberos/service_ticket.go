package kerberos

import (
	"fmt"

	"github.com/jcmturner/gokrb5/v8/client"
)

// ServiceTicket gets a ticket for a service, for example "HTTP/server.example.org",
// from the KDC that a gokrb5 client knows. The client may be logged in with a
// password or a keytab, or come from a credential cache.
func ServiceTicket(c *client.Client, service string) (Credential, error) {
	t, key, err := c.GetServiceTicket(service)
	if err != nil {
		return Credential{}, fmt.Errorf("ticket for %s: %w", service, err)
	}
	der, err := t.Marshal()
	if err != nil {
		return Credential{}, fmt.Errorf("ticket for %s: %w", service, err)
	}
	who := c.Credentials.CName()
	return Credential{
		Client:  Principal{Type: who.NameType, Name: who.NameString, Realm: c.Credentials.Domain()},
		Service: Principal{Type: t.SName.NameType, Name: t.SName.NameString, Realm: t.Realm},
		Key:     Key{Type: EncryptionType(key.KeyType), Value: key.KeyValue},
		Ticket:  der,
	}, nil
}
