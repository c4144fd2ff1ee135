package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io/fs"
	"os"
	"strings"

	krb5 "github.com/jcmturner/gokrb5/v8/client"
	"github.com/jcmturner/gokrb5/v8/config"

	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/auth/credssp"
	"github.com/winrmd/winrmd/wsman/auth/kerberos"
)

// handedOver is a password that a client has handed over by CredSSP. It is kept
// as long as its connection, and becomes a ticket for each session that is opened
// there. It implements wsman.Delegation.
type handedOver struct {
	domain, user string
	password     []byte
}

// keepPassword implements credssp.Config.Delegated. The credentials are cleared
// when it returns.
func keepPassword(_ context.Context, _ wsman.Principal, c *credssp.Credentials) (wsman.Delegation, error) {
	return &handedOver{domain: c.Domain(), user: c.User(), password: bytes.Clone(c.Password())}, nil
}

// CredentialCache implements wsman.Delegation. There is none where the machine
// has no configuration for Kerberos, and so no KDC to ask.
func (h *handedOver) CredentialCache(ctx context.Context) ([]byte, error) {
	settings, err := kerberosConfiguration()
	if err != nil || settings == nil {
		return nil, err
	}
	name, realm := h.principal(settings.LibDefaults.DefaultRealm)
	type outcome struct {
		credentials *kerberos.Credentials
		err         error
	}
	done := make(chan outcome, 1)
	go func() { // gokrb5 knows no context; it gives a KDC up after some seconds
		c := krb5.NewWithPassword(name, realm, string(h.password), settings, krb5.DisablePAFXFAST(true))
		defer c.Destroy()
		credentials, err := kerberos.TicketGranting(c)
		done <- outcome{credentials, err}
	}()
	select {
	case o := <-done:
		if o.err != nil {
			return nil, o.err
		}
		defer o.credentials.Destroy()
		return o.credentials.CCache(), nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// principal is who the password belongs to: user@REALM, or a user of a domain
// that has the realm's name in small letters. A short name of a domain says
// nothing about its realm.
func (h *handedOver) principal(own string) (name, realm string) {
	if i := strings.LastIndexByte(h.user, '@'); i > 0 {
		return h.user[:i], strings.ToUpper(h.user[i+1:])
	}
	if strings.Contains(h.domain, ".") && h.domain != "." {
		return h.user, strings.ToUpper(h.domain)
	}
	return h.user, own
}

// kerberosConfiguration is the machine's; nil where it has none.
func kerberosConfiguration() (*config.Config, error) {
	path, _, _ := strings.Cut(cmp.Or(os.Getenv("KRB5_CONFIG"), "/etc/krb5.conf"), ":")
	settings, err := config.Load(path)
	var unsupported config.UnsupportedDirective
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil && !errors.As(err, &unsupported):
		if _, missing := os.Stat(path); missing != nil { // gokrb5 wraps nothing
			return nil, nil
		}
		return nil, err
	}
	return settings, nil
}
