package runspacepool

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"

	"github.com/winrmd/winrmd/psrp"
	"github.com/winrmd/winrmd/psrp/clixml"
)

// keyExchange is the state of the exchange of the session key, under the pool's
// lock (MS-PSRP 3.1.5.4.3 to 3.1.5.4.5).
type keyExchange struct {
	private *rsa.PrivateKey // whose public part the server was sent, or is being sent
	session *clixml.SessionKey
	err     error // the exchange failed; the next one may not
}

// The sizes of the keys: RSA of 2048 bits, and AES of 256.
const (
	rsaBits    = 2048
	rsaSize    = rsaBits / 8
	sessionKey = 32
)

// The headers of CAPI's blobs: PUBLICKEYBLOB (2.2.2.3) with the exponent 65537,
// SIMPLEBLOB (2.2.2.4).
var (
	publicKeyBlob = []byte{
		0x06, 0x02, 0x00, 0x00, 0x00, 0xA4, 0x00, 0x00, 'R', 'S', 'A', '1',
		0x00, 0x08, 0x00, 0x00, 0x01, 0x00, 0x01, 0x00,
	}
	simpleBlob = []byte{0x01, 0x02, 0x00, 0x00, 0x10, 0x66, 0x00, 0x00, 0x00, 0xA4, 0x00, 0x00}
)

// SessionKey returns the key with which SecureStrings go to the server and come
// from it, and agrees on one with the server if there is none yet. It stays the
// same as long as the pool is this client's. The server gives it to whoever
// speaks to it over the transport: the transport has to be encrypted.
func (p *RunspacePool) SessionKey(ctx context.Context) (*clixml.SessionKey, error) {
	if err := p.opened("SessionKey"); err != nil {
		return nil, err
	}
	p.exchangeKey(ctx)
	var key *clixml.SessionKey
	err := p.await(ctx, func() (bool, error) {
		key = p.key.session
		if key == nil && p.key.err != nil {
			return true, p.key.err
		}
		if key == nil && p.state != Opened {
			return true, p.unableLocked("SessionKey")
		}
		return key != nil, nil
	})
	return key, err
}

// EncryptSecureString makes a SecureString of a text, for an argument or input.
func (p *RunspacePool) EncryptSecureString(ctx context.Context, plain string) (clixml.SecureString, error) {
	key, err := p.SessionKey(ctx)
	if err != nil {
		return "", err
	}
	return key.Encrypt(plain), nil
}

// DecryptSecureString returns the text of a SecureString that the server has
// sent.
func (p *RunspacePool) DecryptSecureString(ctx context.Context, s clixml.SecureString) (string, error) {
	key, err := p.SessionKey(ctx)
	if err != nil {
		return "", err
	}
	return key.Decrypt(s)
}

// PSCredential makes a credential of PowerShell's, for an argument or input.
func (p *RunspacePool) PSCredential(ctx context.Context, c Credential) (*clixml.Object, error) {
	password, err := p.EncryptSecureString(ctx, c.Password)
	if err != nil {
		return nil, err
	}
	const name = "System.Management.Automation.PSCredential"
	text := name
	return &clixml.Object{
		TypeNames: []string{name, "System.Object"}, ToString: &text,
		Adapted: clixml.Properties{property("UserName", clixml.String(c.UserName)), property("Password", password)},
	}, nil
}

// exchangeKey sends PUBLIC_KEY, unless there is a key, or that was done.
func (p *RunspacePool) exchangeKey(ctx context.Context) {
	p.mu.Lock()
	if p.key.session != nil || p.key.private != nil {
		p.mu.Unlock()
		return
	}
	p.mu.Unlock()
	private, err := rsa.GenerateKey(rand.Reader, rsaBits)
	if err == nil {
		p.mu.Lock()
		if p.key.private != nil { // another was quicker
			p.mu.Unlock()
			return
		}
		p.key = keyExchange{private: private}
		p.mu.Unlock()
		modulus := private.N.FillBytes(make([]byte, rsaSize))
		slices.Reverse(modulus)
		blob := base64.StdEncoding.EncodeToString(slices.Concat(publicKeyBlob, modulus))
		err = p.tell(ctx, psrp.MessagePublicKey, bag(property("PublicKey", clixml.String(blob))))
	}
	if err != nil && ctx.Err() == nil { // else it is on its way
		p.mu.Lock()
		defer p.mu.Unlock()
		p.key = keyExchange{err: fmt.Errorf("the session key was not agreed on: %w", err)}
		p.touchLocked()
	}
}

// takeKey takes ENCRYPTED_SESSION_KEY (2.2.2.4).
func (p *RunspacePool) takeKey(m psrp.Message) error {
	o, err := p.parseObject(m)
	if err != nil {
		return err
	}
	encrypted, err := clixml.Get[clixml.String](o, "EncryptedSessionKey")
	if err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.key.private == nil || p.key.session != nil {
		p.config.Log.Debug("a session key for which nobody has asked")
		return nil
	}
	p.key.session, err = decryptKey(p.key.private, string(encrypted))
	if err != nil {
		p.key = keyExchange{err: err}
	}
	p.touchLocked()
	return nil
}

var errSessionKey = errors.New("the server's session key is not encrypted as it must be")

// decryptKey reads a session key, as base64 of a SIMPLEBLOB.
func decryptKey(private *rsa.PrivateKey, text string) (*clixml.SessionKey, error) {
	blob, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errSessionKey, err)
	}
	encrypted, ok := bytes.CutPrefix(blob, simpleBlob)
	if !ok || len(encrypted) != rsaSize {
		return nil, errSessionKey
	}
	slices.Reverse(encrypted)
	//nolint:staticcheck // PKCS #1 v1.5 is what the protocol has; nobody is told how it fails
	key, err := rsa.DecryptPKCS1v15(nil, private, encrypted)
	if err != nil || len(key) != sessionKey {
		return nil, errSessionKey
	}
	return clixml.NewSessionKey(key)
}
