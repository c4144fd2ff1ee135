package kerberos

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/jcmturner/gokrb5/v8/client"
	"github.com/jcmturner/gokrb5/v8/config"
	"github.com/jcmturner/gokrb5/v8/credentials"
	"github.com/jcmturner/gokrb5/v8/keytab"
)

// LoginConfig is how a client comes to tickets: with a password, with a keytab,
// or with a credential cache where there is neither.
type LoginConfig struct {
	// User is a name, "name@REALM" or "REALM\name"; Realm, where the name has none,
	// "" for the default realm. With a credential cache they are the cache's.
	User, Realm string
	// Password returns the password; nil means that there is none. It is behind a
	// function so that nothing prints it.
	Password func() string
	// Keytab is a file with the user's keys.
	Keytab string
	// CCache is a credential cache file. "" means what KRB5CCNAME names, or
	// /tmp/krb5cc_UID.
	CCache string
	// Config is a krb5.conf; "" means what KRB5_CONFIG names, or /etc/krb5.conf.
	// Where that does not exist, KDCs are found by DNS.
	Config string
}

// Login gets service tickets. It may be used by several goroutines.
type Login struct {
	config LoginConfig

	mu      sync.Mutex
	tickets map[string]recent
}

// recent is a ticket and when it was got.
type recent struct {
	ticket Credential
	at     time.Time
}

// keepTicket is how long a ticket is used again for the connections that follow.
// It is shorter than any ticket's life.
const keepTicket = time.Minute

// maxTickets is for how many services tickets are kept.
const maxTickets = 64

// NewLogin makes a Login. Nothing is asked of a KDC, nor read, before Ticket.
func NewLogin(c LoginConfig) *Login {
	return &Login{config: c, tickets: map[string]recent{}}
}

// Ticket gets a ticket for a service, for example "HTTP/server.example.org". When
// ctx ends it returns at once; gokrb5, which does not know contexts, ends by
// itself later.
func (l *Login) Ticket(ctx context.Context, service string) (Credential, error) {
	if t, ok := l.kept(service); ok {
		return t, nil
	}
	type result struct {
		ticket Credential
		err    error
	}
	done := make(chan result, 1)
	go func() {
		t, err := l.fetch(service)
		done <- result{t, err}
	}()
	select {
	case r := <-done:
		return r.ticket, r.err
	case <-ctx.Done():
		return Credential{}, context.Cause(ctx)
	}
}

func (l *Login) kept(service string) (Credential, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	r, ok := l.tickets[service]
	return r.ticket, ok && time.Since(r.at) < keepTicket
}

func (l *Login) keep(service string, t Credential) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.tickets) >= maxTickets {
		clear(l.tickets)
	}
	l.tickets[service] = recent{t, time.Now()}
}

// fetch asks the KDC. gokrb5 indexes what it reads from files and from KDCs before
// it looks at lengths; that must not end the program.
func (l *Login) fetch(service string) (ticket Credential, err error) {
	defer func() {
		if p := recover(); p != nil {
			ticket, err = Credential{}, fmt.Errorf("kerberos: a damaged file or answer: %v", p)
		}
	}()
	c, err := l.client()
	if err != nil {
		return Credential{}, fmt.Errorf("kerberos: %w", err)
	}
	defer c.Destroy()
	t, err := ServiceTicket(c, service)
	if err != nil {
		return Credential{}, fmt.Errorf("kerberos: %w", err)
	}
	l.keep(service, t)
	return t, nil
}

// client is one of gokrb5's, logged in.
func (l *Login) client() (*client.Client, error) {
	settings, err := loadConfig(l.config.Config)
	if err != nil {
		return nil, err
	}
	// Active Directory does not answer a client that offers FAST (RFC 6806).
	noFAST := client.DisablePAFXFAST(true)
	if l.config.Password == nil && l.config.Keytab == "" {
		cache, err := loadCCache(l.config.CCache)
		if err != nil {
			return nil, err
		}
		return client.NewFromCCache(cache, settings, noFAST)
	}
	user, realm := l.who(settings)
	if realm == "" {
		return nil, errNoRealm
	}
	var c *client.Client
	if l.config.Keytab != "" {
		keys, err := keytab.Load(l.config.Keytab)
		if err != nil {
			return nil, err
		}
		c = client.NewWithKeytab(user, realm, keys, settings, noFAST)
	} else {
		c = client.NewWithPassword(user, realm, l.config.Password(), settings, noFAST)
	}
	if err := c.Login(); err != nil {
		c.Destroy()
		return nil, err
	}
	return c, nil
}

var errNoRealm = errors.New("no realm: write the user's name with it, or set default_realm in krb5.conf")

// who takes a user's name apart.
func (l *Login) who(settings *config.Config) (user, realm string) {
	user, realm = l.config.User, l.config.Realm
	if domain, name, ok := strings.Cut(user, `\`); ok {
		user, realm = name, strings.ToUpper(domain)
	} else if at := strings.LastIndexByte(user, '@'); at >= 0 {
		user, realm = user[:at], user[at+1:]
	}
	if realm == "" {
		realm = settings.LibDefaults.DefaultRealm
	}
	return user, realm
}

// loadConfig reads a krb5.conf. What gokrb5 does not know in it is no error.
func loadConfig(path string) (*config.Config, error) {
	chosen := path
	if chosen == "" {
		chosen = os.Getenv("KRB5_CONFIG")
	}
	if chosen == "" {
		chosen = "/etc/krb5.conf"
	}
	settings, err := config.Load(chosen)
	var unsupported config.UnsupportedDirective
	switch {
	case err == nil, errors.As(err, &unsupported):
	case path == "" && isMissing(chosen):
		settings = config.New()
		settings.LibDefaults.DNSLookupKDC = true
	default:
		return nil, fmt.Errorf("%s: %w", chosen, err)
	}
	withSHA2(&settings.LibDefaults)
	return settings, nil
}

// withSHA2 adds the types of RFC 8009, which gokrb5 knows and does not ask for by
// itself, where the file does not say which types there are.
func withSHA2(l *config.LibDefaults) {
	standard := config.New().LibDefaults
	for _, list := range []struct {
		ids      *[]int32
		standard []int32
	}{
		{&l.DefaultTktEnctypeIDs, standard.DefaultTktEnctypeIDs},
		{&l.DefaultTGSEnctypeIDs, standard.DefaultTGSEnctypeIDs},
		{&l.PermittedEnctypeIDs, standard.PermittedEnctypeIDs},
	} {
		if slices.Equal(*list.ids, list.standard) {
			*list.ids = append(slices.Clone(list.standard), int32(AES256SHA2), int32(AES128SHA2))
		}
	}
}

// isMissing reports whether there is no such file: gokrb5 does not say so in a
// way that can be asked for.
func isMissing(path string) bool {
	_, err := os.Stat(path)
	return errors.Is(err, fs.ErrNotExist)
}

func loadCCache(path string) (*credentials.CCache, error) {
	if path == "" {
		path = os.Getenv("KRB5CCNAME")
	}
	if path == "" {
		path = "/tmp/krb5cc_" + strconv.Itoa(os.Getuid())
	}
	if kind, rest, ok := strings.Cut(path, ":"); ok && len(kind) > 1 { // not a drive's letter
		if kind != "FILE" {
			return nil, fmt.Errorf("credential cache %s: only files are read: set KRB5CCNAME to one", path)
		}
		path = rest
	}
	cache, err := credentials.LoadCCache(path)
	if err != nil {
		return nil, fmt.Errorf("credential cache %s: %w", path, err)
	}
	return cache, nil
}
