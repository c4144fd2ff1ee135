package kerberos

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// realm is a KDC in memory: it makes tickets, true ones and others.
type realm struct {
	tb      testing.TB
	keytab  string
	entries []keytabEntry
}

const testHost = "server.winrmd.test"

// newRealm has keys of all types for HTTP and host.
func newRealm(tb testing.TB) *realm {
	r := &realm{tb: tb, keytab: filepath.Join(tb.TempDir(), "keytab")}
	for _, service := range []string{"HTTP/" + testHost, "host/" + testHost} {
		for _, e := range append(AESTypes(), RC4) {
			r.add(service, e, 3)
		}
	}
	r.write()
	return r
}

func (r *realm) add(service string, e EncryptionType, version uint32) {
	key, err := newKey(e)
	require.NoError(r.tb, err)
	r.entries = append(r.entries, keytabEntry{service: principal(service), version: version, key: key})
}

func principal(name string) Principal {
	return Principal{Type: nameTypeService, Name: strings.Split(name, "/"), Realm: testRealm}
}

// write writes the keytab file (version 2 of the format).
func (r *realm) write() {
	b := []byte{5, 2}
	text := func(b []byte, s string) []byte {
		return append(binary.BigEndian.AppendUint16(b, uint16(len(s))), s...)
	}
	for _, e := range r.entries {
		one := binary.BigEndian.AppendUint16(nil, uint16(len(e.service.Name)))
		one = text(one, e.service.Realm)
		for _, name := range e.service.Name {
			one = text(one, name)
		}
		one = binary.BigEndian.AppendUint32(one, uint32(e.service.Type))
		one = binary.BigEndian.AppendUint32(one, 1_000_000_000)
		one = append(one, byte(e.version))
		one = binary.BigEndian.AppendUint16(one, uint16(e.key.Type))
		one = text(one, string(e.key.Value))
		one = binary.BigEndian.AppendUint32(one, e.version)
		b = append(binary.BigEndian.AppendUint32(b, uint32(len(one))), one...)
	}
	require.NoError(r.tb, os.WriteFile(r.keytab, b, 0o600))
}

func (r *realm) acceptor(change ...func(*Config)) *Acceptor {
	c := Config{Keytab: r.keytab, Services: []string{"HTTP"}}
	for _, f := range change {
		f(&c)
	}
	a, err := NewAcceptor(c)
	require.NoError(r.tb, err)
	return a
}

// find is the newest key of a service.
func (r *realm) find(service string, e EncryptionType) keytabEntry {
	all := slices.DeleteFunc(slices.Clone(r.entries), func(k keytabEntry) bool {
		return k.key.Type != e || k.service.User() != service
	})
	require.NotEmpty(r.tb, all)
	return all[len(all)-1]
}

// order says what a ticket is to be like.
type order struct {
	service string         // HTTP/testHost if empty
	etype   EncryptionType // of ticket and session key; AES256SHA1 if 0
	change  func(*encTicketPart)
	rename  string // the name that is written on the ticket, if it is to be another
}

// ticket makes a ticket for alice that is good for an hour.
func (r *realm) ticket(o order) Credential {
	if o.service == "" {
		o.service = "HTTP/" + testHost
	}
	if o.etype == 0 {
		o.etype = AES256SHA1
	}
	now := time.Now().UTC().Truncate(time.Second)
	entry := r.find(o.service, o.etype)
	key, err := newKey(o.etype)
	require.NoError(r.tb, err)
	part := encTicketPart{
		key: key, client: Principal{Type: nameTypePrincipal, Name: []string{"alice"}, Realm: testRealm},
		authTime: now, endTime: now.Add(time.Hour),
	}
	if o.change != nil {
		o.change(&part)
	}
	plain, err := part.marshal()
	require.NoError(r.tb, err)
	t := ticket{service: entry.service}
	if o.rename != "" {
		t.service = principal(o.rename)
	}
	t.encrypted, err = encrypt(entry.key, usageTicket, entry.version, plain)
	require.NoError(r.tb, err)
	der, err := t.marshal()
	require.NoError(r.tb, err)
	return Credential{
		Client: part.client, Service: t.service, Key: part.key, Ticket: der,
		AuthTime: part.authTime, StartTime: part.startTime, EndTime: part.endTime,
	}
}

// request makes a first token whose authenticator and AP-REQ were changed.
func (r *realm) request(c Credential, o InitiatorOptions, change func(*authenticator), options uint32) []byte {
	i := NewInitiator(c, o)
	_, err := i.begin()
	require.NoError(r.tb, err)
	if change != nil {
		change(&i.sent)
	}
	plain, err := i.sent.marshal()
	require.NoError(r.tb, err)
	req := apReq{options: options, ticket: ticket{raw: c.Ticket}}
	req.authenticator, err = encrypt(c.Key, usageAuthenticator, 0, plain)
	require.NoError(r.tb, err)
	b, err := req.marshal()
	require.NoError(r.tb, err)
	if i.options.Flags.Has(FlagDCEStyle) {
		return b
	}
	return makeToken(tokenAPReq, b)
}
