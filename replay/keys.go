package replay

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"math/big"
	"regexp"
	"slices"
	"sync"

	"github.com/winrmd/winrmd/psrp/clixml"
)

// The forms of keys in PUBLIC_KEY and ENCRYPTED_SESSION_KEY (MS-PSRP 2.2.2.3
// and 2.2.2.4) are those of CryptoAPI: a PUBLICKEYBLOB and a SIMPLEBLOB.
const (
	keyBits          = 2048
	publicBlobHeader = 20
	simpleBlobHeader = 12
)

var (
	publicBlobStart = []byte{0x06, 0x02, 0, 0, 0, 0xA4, 0, 0, 'R', 'S', 'A', '1'}
	simpleBlobStart = []byte{0x01, 0x02, 0, 0, 0x10, 0x66, 0, 0, 0, 0xA4, 0, 0}
)

var (
	publicKeyText  = regexp.MustCompile(`(<S N="PublicKey">)([^<]*)(</S>)`)
	sessionKeyText = regexp.MustCompile(`(<S N="EncryptedSessionKey">)([^<]*)(</S>)`)
	secureText     = regexp.MustCompile(`(<SS(?: [^>]*)?>)([^<]*)(</SS>)`)
)

var errKey = errors.New("the session key cannot be read")

// publicBlob writes a public key.
func publicBlob(k *rsa.PublicKey) []byte {
	b := slices.Clone(publicBlobStart)
	b = binary.LittleEndian.AppendUint32(b, uint32(k.N.BitLen()))
	b = binary.LittleEndian.AppendUint32(b, uint32(k.E))
	modulus := k.N.FillBytes(make([]byte, (k.N.BitLen()+7)/8))
	slices.Reverse(modulus)
	return append(b, modulus...)
}

// readPublicBlob is the inverse of publicBlob.
func readPublicBlob(b []byte) (*rsa.PublicKey, error) {
	if len(b) <= publicBlobHeader || len(b) > publicBlobHeader+1024 || !slices.Equal(b[8:12], publicBlobStart[8:]) {
		return nil, errKey
	}
	modulus := slices.Clone(b[publicBlobHeader:])
	slices.Reverse(modulus)
	k := &rsa.PublicKey{N: new(big.Int).SetBytes(modulus), E: int(binary.LittleEndian.Uint32(b[16:]))}
	if k.N.BitLen() < 1024 || k.E < 3 {
		return nil, errKey
	}
	return k, nil
}

// keys are those of one shell.
type keys struct {
	mu      sync.Mutex
	private *rsa.PrivateKey
	session *clixml.SessionKey
}

// publicKey puts a key of our own into a PUBLIC_KEY.
func (k *keys) publicKey(data []byte) ([]byte, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.private == nil {
		var err error
		if k.private, err = rsa.GenerateKey(rand.Reader, keyBits); err != nil {
			return nil, err
		}
	}
	return setText(publicKeyText, data, base64.StdEncoding.EncodeToString(publicBlob(&k.private.PublicKey))), nil
}

// take reads the session key from an ENCRYPTED_SESSION_KEY.
func (k *keys) take(data []byte) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	m := sessionKeyText.FindSubmatch(data)
	if m == nil || k.private == nil {
		return errKey
	}
	b, err := base64.StdEncoding.DecodeString(string(m[2]))
	if err != nil || len(b) <= simpleBlobHeader {
		return errKey
	}
	b = slices.Clone(b[simpleBlobHeader:])
	slices.Reverse(b)
	key, err := rsa.DecryptPKCS1v15(nil, k.private, b)
	if err != nil {
		return errKey
	}
	k.session, err = clixml.NewSessionKey(key)
	return err
}

// offer makes a session key for the client that has sent a PUBLIC_KEY, and puts
// it into a recorded ENCRYPTED_SESSION_KEY.
func (k *keys) offer(public, data []byte) ([]byte, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	m := publicKeyText.FindSubmatch(public)
	if m == nil {
		return nil, errKey
	}
	b, err := base64.StdEncoding.DecodeString(string(m[2]))
	if err != nil {
		return nil, errKey
	}
	peer, err := readPublicBlob(b)
	if err != nil {
		return nil, err
	}
	key := make([]byte, 32)
	if _, err := rand.Read(key); err != nil {
		return nil, err
	}
	if k.session, err = clixml.NewSessionKey(key); err != nil {
		return nil, err
	}
	sealed, err := rsa.EncryptPKCS1v15(rand.Reader, peer, key)
	if err != nil {
		return nil, errKey
	}
	slices.Reverse(sealed)
	return setText(sessionKeyText, data, base64.StdEncoding.EncodeToString(append(slices.Clone(simpleBlobStart), sealed...))), nil
}

// secure puts a placeholder into all SecureStrings. Without a session key they
// stay as they are.
func (k *keys) secure(data []byte, placeholder string) []byte {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.session == nil {
		return data
	}
	return setText(secureText, data, string(k.session.Encrypt(placeholder)))
}

// setText puts a text between what a pattern's first and third group match.
func setText(pattern *regexp.Regexp, data []byte, text string) []byte {
	return pattern.ReplaceAllFunc(data, func(all []byte) []byte {
		m := pattern.FindSubmatch(all)
		return slices.Concat(m[1], []byte(text), m[3])
	})
}
