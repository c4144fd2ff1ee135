package kerberos

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// DefaultSkew is by how much clocks may differ (RFC 4120 section 8.2).
const DefaultSkew = 5 * time.Minute

// Config says whom an Acceptor accepts. Only Keytab is needed.
type Config struct {
	// Keytab is the path of a keytab file, in MIT's format. It is read again
	// when it has changed.
	Keytab string
	// Services are the names that a ticket may be for: a service, for example
	// "HTTP", or a service and a host, "HTTP/server.example.org". Case does not
	// matter. Empty means all that have a key in the keytab.
	//
	// A key of the name must be in the keytab in any case. To look for keys under
	// other names would be to accept tickets for other services, since anyone
	// can change the name that stands on a ticket.
	Services []string
	// Realms are client realms that are accepted beside the service's own. A
	// realm is accepted by its name: the realms between, if any, are trusted as
	// the KDC trusts them.
	Realms []string
	// Skew is by how much the clocks of clients and KDC may differ from this
	// one; 0 means DefaultSkew.
	Skew time.Duration
	// EncryptionTypes are permitted for tickets, session keys and subkeys. Empty
	// means AESTypes.
	EncryptionTypes []EncryptionType
	// AllowRC4 permits RC4 too. It is broken; some old domains have nothing else.
	AllowRC4 bool
	// MaxReplays is how many requests are remembered in twice the skew; 0 means
	// DefaultMaxReplays.
	MaxReplays int
}

// Acceptor accepts the tickets of clients. It is used by all connections at
// the same time.
type Acceptor struct {
	keytab    *keytabFile
	services  [][]string
	realms    []string
	skew      time.Duration
	permitted []EncryptionType
	replays   *replayCache
}

// NewAcceptor makes an Acceptor. A keytab that cannot be read, or has no key
// that could be used, is an error.
func NewAcceptor(c Config) (*Acceptor, error) {
	if c.Skew < 0 || c.MaxReplays < 0 {
		return nil, errors.New("kerberos: negative skew or number of replays")
	}
	if c.Skew == 0 {
		c.Skew = DefaultSkew
	}
	if c.MaxReplays == 0 {
		c.MaxReplays = DefaultMaxReplays
	}
	a := &Acceptor{
		keytab:    &keytabFile{path: c.Keytab},
		realms:    slices.Clone(c.Realms),
		skew:      c.Skew,
		permitted: slices.Clone(c.EncryptionTypes),
		replays:   newReplayCache(c.Skew, c.MaxReplays),
	}
	if len(a.permitted) == 0 {
		a.permitted = AESTypes()
	}
	// RC4 is not permitted by accident.
	a.permitted = slices.DeleteFunc(a.permitted, func(e EncryptionType) bool { return e == RC4 })
	if c.AllowRC4 {
		a.permitted = append(a.permitted, RC4)
	}
	for _, s := range c.Services {
		a.services = append(a.services, strings.Split(s, "/"))
	}
	if err := a.CheckKeytab(); err != nil {
		return nil, err
	}
	return a, nil
}

// CheckKeytab reports whether the keytab can be read and has a key of a
// permitted type for an accepted service.
func (a *Acceptor) CheckKeytab() error {
	entries, err := a.keytab.load()
	if err != nil {
		return &Error{Err: err}
	}
	for _, e := range entries {
		if a.accepts(e.service) && slices.Contains(a.permitted, e.key.Type) {
			return nil
		}
	}
	return &Error{Err: fmt.Errorf("%w: the keytab has none of a permitted type for an accepted service", ErrNoKey)}
}

// Begin starts a handshake.
func (a *Acceptor) Begin() *Context { return &Context{acceptor: a} }

// accepts reports whether a service is one of Config.Services.
func (a *Acceptor) accepts(service Principal) bool {
	if len(a.services) == 0 {
		return true
	}
	return slices.ContainsFunc(a.services, func(s []string) bool {
		if len(s) == 1 && len(service.Name) > 1 {
			return strings.EqualFold(s[0], service.Name[0])
		}
		return sameService(s, service.Name)
	})
}

// permit refuses encryption types that are not permitted.
func (a *Acceptor) permit(e EncryptionType) error {
	if !slices.Contains(a.permitted, e) {
		return fmt.Errorf("%w: %s", ErrEncryptionType, e)
	}
	return nil
}

// open decrypts a ticket with the keys of the service that it names. Key
// versions are a hint only: after a change of the password, and in keytabs that
// were made by hand, they are often wrong.
func (a *Acceptor) open(t ticket) (encTicketPart, error) {
	var part encTicketPart
	if !a.accepts(t.service) {
		return part, fmt.Errorf("%w: it is for %q", ErrWrongService, shorten(t.service))
	}
	if err := a.permit(t.encrypted.etype); err != nil {
		return part, err
	}
	entries, err := a.keytab.load()
	if err != nil {
		return part, err
	}
	candidates := slices.DeleteFunc(slices.Clone(entries), func(e keytabEntry) bool {
		return e.key.Type != t.encrypted.etype || !e.serves(t.service)
	})
	if len(candidates) == 0 {
		return part, fmt.Errorf("%w: the keytab has no %s for %q", ErrNoKey, t.encrypted.etype, shorten(t.service))
	}
	slices.SortStableFunc(candidates, func(x, y keytabEntry) int {
		return -compare(x.version == t.encrypted.kvno, y.version == t.encrypted.kvno)
	})
	err = fmt.Errorf("%w: no key for %q in the keytab fits, the ticket has version %d", ErrNoKey, shorten(t.service), t.encrypted.kvno)
	if candidates[0].version == t.encrypted.kvno {
		err = fmt.Errorf("ticket for %q: %w", shorten(t.service), ErrIntegrity)
	}
	for _, e := range candidates {
		plain, decryptErr := t.encrypted.decrypt(e.key, usageTicket)
		if decryptErr == nil {
			return parseEncTicketPart(plain)
		}
	}
	return part, err
}

// shorten cuts what stands on a ticket, which anyone can write there, to what a
// log line can bear.
func shorten(p Principal) string {
	const longest = 128
	s := p.String()
	if len(s) > longest {
		return s[:longest]
	}
	return s
}

// compare orders false before true.
func compare(x, y bool) int {
	switch {
	case x == y:
		return 0
	case y:
		return -1
	}
	return 1
}
