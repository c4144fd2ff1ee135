package sealed

import (
	"fmt"

	"github.com/winrmd/winrmd/wsman/auth"
)

// maxPadding is by how much Length may count more than the clear text: the
// padding of Kerberos' ciphers.
const maxPadding = 16

// smallPiece is the size of the pieces of peers that cut their messages (MS-WSMV
// 2.2.9.1.3).
const smallPiece = 16 << 10

// Size is how long a sealed message may be that has n bytes of clear text.
func Size(n int) int { return n + (n/smallPiece+1)*2*maxSignature }

// Unseal decrypts a sealed message where it lies, and returns the message in it
// with its Content-Type. An error is, or wraps, ErrMalformed, or is the Sealer's;
// after it the Sealer is not to be used any more.
func Unseal(sealer auth.Sealer, m Media, body []byte) (contentType string, plain []byte, err error) {
	if err := m.check(sealer.Protocol()); err != nil {
		return "", nil, err
	}
	all, err := newPieces(m, body)
	if err != nil {
		return "", nil, err
	}
	for n := 0; ; n++ {
		one, ok, err := all.next()
		switch {
		case err != nil:
			return "", nil, err
		case !ok && n == 0:
			return "", nil, malformed("it has no pieces")
		case !ok:
			return contentType, plain, nil
		case n > 0 && one.contentType != contentType:
			return "", nil, malformed("its pieces are of different types")
		}
		clear, err := sealer.Unseal(one.signature, one.sealed)
		if err != nil {
			return "", nil, fmt.Errorf("unseal: %w", err)
		}
		if padding := one.length - len(clear); padding < 0 || padding > maxPadding {
			return "", nil, malformed("Length is not that of the message")
		}
		if n == 0 {
			contentType, plain = one.contentType, clear
			continue
		}
		if n == 1 {
			// Pieces are put together in the body: what they were in is longer.
			plain = append(body[:0], plain...)
		}
		plain = append(plain, clear...)
	}
}
