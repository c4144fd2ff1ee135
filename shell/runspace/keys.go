package runspace

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"sync"
	"time"

	"github.com/winrmd/winrmd/psrp"
	"github.com/winrmd/winrmd/psrp/clixml"
	"github.com/winrmd/winrmd/shell"
)

// keys are what SecureStrings are encrypted with. The key is made with the
// session and stays for its life; each client is told of it once it has said
// its public key.
type keys struct {
	session *clixml.SessionKey
	plain   []byte

	mu        sync.Mutex
	exchanged chan struct{} // closed when the client that is attached has the key
	asked     bool          // PUBLIC_KEY_REQUEST was sent to it
}

// Sizes of the keys in bytes: AES of 256 bits, and RSA of 2048.
const (
	sessionKeySize = 32
	rsaSize        = 256
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

const rsaExponent = 65537

// publicKeyTimeout is how long a client may take to say its key
// (PowerShell's own server waits as long).
const publicKeyTimeout = 4 * time.Minute

func (k *keys) init() {
	k.plain = make([]byte, sessionKeySize)
	rand.Read(k.plain)
	k.session, _ = clixml.NewSessionKey(k.plain) // the size is right
	k.exchanged = make(chan struct{})
}

// newClient forgets what the client that has gone was told.
func (k *keys) newClient() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.asked = false
	select {
	case <-k.exchanged:
		k.exchanged = make(chan struct{})
	default:
	}
}

// takePublicKey takes PUBLIC_KEY (2.2.2.3) and answers with the session key. The
// caller holds the session's lock.
func (s *session) takePublicKey(m psrp.Message) error {
	o, err := parseObject(m)
	if err != nil {
		return err
	}
	text, err := clixml.Get[clixml.String](o, "PublicKey")
	if err != nil {
		return refuse(codeNullInput, "The message PUBLIC_KEY has no PublicKey.", err)
	}
	encrypted, err := encryptKey(string(text), s.keys.plain)
	if err != nil {
		return refuse(codeNullInput, "The PublicKey is not an RSA key of 2048 bits as CryptoAPI writes it.", err)
	}
	b, err := s.message(psrp.MessageEncryptedSessionKey, psrp.GUID{}, bag(property("EncryptedSessionKey", clixml.String(encrypted))))
	if err != nil {
		return err
	}
	s.put(s.pool.out, b, shell.ClassSession)
	s.keys.mu.Lock()
	defer s.keys.mu.Unlock()
	select {
	case <-s.keys.exchanged:
	default:
		close(s.keys.exchanged)
	}
	return nil
}

var errPublicKey = errors.New("the blob is not as it must be")

// encryptKey makes the SIMPLEBLOB for a PUBLICKEYBLOB, both as base64.
func encryptKey(public string, key []byte) (string, error) {
	blob, err := base64.StdEncoding.DecodeString(public)
	if err != nil {
		return "", err
	}
	modulus, ok := bytes.CutPrefix(blob, publicKeyBlob)
	if !ok || len(modulus) != rsaSize {
		return "", errPublicKey
	}
	slices.Reverse(modulus)
	//nolint:staticcheck // PKCS #1 v1.5 is what the protocol has
	encrypted, err := rsa.EncryptPKCS1v15(rand.Reader, &rsa.PublicKey{N: new(big.Int).SetBytes(modulus), E: rsaExponent}, key)
	if err != nil {
		return "", err
	}
	slices.Reverse(encrypted)
	return base64.StdEncoding.EncodeToString(slices.Concat(simpleBlob, encrypted)), nil
}

// exchange sees to it that the client has the session key: it asks for the
// client's own if there was none, and waits. wait runs what else can be done
// meanwhile.
func (s *session) exchange(ctx context.Context, wait func(context.Context, <-chan struct{}) error) error {
	s.keys.mu.Lock()
	exchanged, ask := s.keys.exchanged, !s.keys.asked
	select {
	case <-exchanged:
		ask = false
	default:
		s.keys.asked = true
	}
	s.keys.mu.Unlock()
	if ask {
		b, err := s.message(psrp.MessagePublicKeyRequest, psrp.GUID{}, clixml.String(""))
		if err != nil {
			return err
		}
		s.mu.Lock()
		s.put(s.pool.out, b, shell.ClassSession)
		s.mu.Unlock()
	}
	ctx, cancel := context.WithTimeoutCause(ctx, publicKeyTimeout, fmt.Errorf("the client has not sent its public key within %v", publicKeyTimeout))
	defer cancel()
	return wait(ctx, exchanged)
}
