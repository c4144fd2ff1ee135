package kerberos

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// Credential is a ticket with the key that belongs to it.
type Credential struct {
	Client, Service Principal
	Key             Key
	// Ticket is the ticket's DER.
	Ticket []byte
	// Flags are the ticket's flags, bit 0 the highest (RFC 4120 section 5.3).
	Flags                                   uint32
	AuthTime, StartTime, EndTime, RenewTill time.Time
}

// Credentials are what a client gave to the server to act in its name: in all
// known cases one forwarded ticket-granting ticket. Whoever has them is the
// client, for the KDC, until EndTime. They go to the client's processes only.
type Credentials struct {
	Client  Principal
	Tickets []Credential
}

// Destroy overwrites the keys.
func (c *Credentials) Destroy() {
	for _, t := range c.Tickets {
		clear(t.Key.Value)
	}
}

// openDelegation reads the KRB-CRED in checksum 0x8003.
func (c *Context) openDelegation(b []byte, part encTicketPart, auth authenticator) (*Credentials, error) {
	m, err := parseKRBCred(b)
	if err != nil {
		return nil, err
	}
	plain, err := m.open(part, auth)
	if err != nil {
		return nil, fmt.Errorf("delegated credentials: %w", err)
	}
	infos, err := parseEncKrbCredPart(plain)
	if err != nil {
		return nil, err
	}
	if len(infos) != len(m.tickets) || len(infos) == 0 {
		return nil, malformed("KRB-CRED: tickets do not fit what is said of them")
	}
	for i := range infos {
		infos[i].Ticket = slices.Clone(m.tickets[i].raw)
		infos[i].Key.Value = slices.Clone(infos[i].Key.Value)
		if len(infos[i].Client.Name) == 0 {
			infos[i].Client = part.client
		}
		if len(infos[i].Service.Name) == 0 {
			infos[i].Service = m.tickets[i].service
		}
		// Credentials of somebody else would be taken for the client's.
		if !infos[i].Client.equal(part.client) {
			return nil, fmt.Errorf("delegated credentials: %w", ErrNameMismatch)
		}
	}
	return &Credentials{Client: part.client, Tickets: infos}, nil
}

// open decrypts it with the ticket's session key (RFC 4121 section 4.1.1), or the
// subkey, which some use. Heimdal, and so macOS, does not encrypt it (type 0, RFC
// 4120 section 5.8.1): here it stands in the authenticator, which is encrypted.
func (m krbCred) open(part encTicketPart, auth authenticator) ([]byte, error) {
	if m.encrypted.etype == 0 {
		return m.encrypted.cipher, nil
	}
	plain, err := m.encrypted.decrypt(part.key, usageCred)
	if errors.Is(err, ErrIntegrity) && auth.subkey != nil {
		return m.encrypted.decrypt(*auth.subkey, usageCred)
	}
	return plain, err
}

// makeDelegation is the other side of openDelegation.
func makeDelegation(all []Credential, session Key) ([]byte, error) {
	plain, err := marshalEncKrbCredPart(all)
	if err != nil {
		return nil, err
	}
	var m krbCred
	if m.encrypted, err = encrypt(session, usageCred, 0, plain); err != nil {
		return nil, err
	}
	for _, c := range all {
		m.tickets = append(m.tickets, ticket{raw: c.Ticket})
	}
	return m.marshal()
}
