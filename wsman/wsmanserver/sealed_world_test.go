package wsmanserver_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/auth"
	"github.com/winrmd/winrmd/wsman/wsmanserver"
)

const vaultProtocol = "application/HTTP-Vault-session-encrypted"

// vault is a scheme that lets everybody in by name and seals: a toy, so that a
// test can say every byte. Signatures are the message's number and sum; sealed
// text is the clear one with every bit turned over, in place.
type vault struct{ maxPiece int }

func (*vault) Name() string               { return "Vault" }
func (*vault) Challenge() string          { return "Vault" }
func (*vault) Offered(*http.Request) bool { return true }
func (s *vault) Begin() auth.Context      { return vaultContext{s} }

type vaultContext struct{ scheme *vault }

func (c vaultContext) Step(_ context.Context, _ *http.Request, token string) (auth.Result, error) {
	sealer := auth.Sealer(&vaultSealer{})
	if c.scheme.maxPiece > 0 {
		sealer = &pieceVault{vaultSealer{}, c.scheme.maxPiece}
	}
	return auth.Result{Done: true, Bound: true, Principal: wsman.Principal{User: token}, Sealer: sealer}, nil
}

type vaultSealer struct{ out, in uint32 }

func (*vaultSealer) Protocol() string { return vaultProtocol }

func (s *vaultSealer) Seal(plain []byte) (signature, sealed []byte, err error) {
	signature = vaultSignature(s.out, plain)
	s.out++
	turn(plain)
	return signature, plain, nil
}

func (s *vaultSealer) Unseal(signature, sealed []byte) ([]byte, error) {
	turn(sealed)
	if !bytes.Equal(signature, vaultSignature(s.in, sealed)) {
		return nil, errors.New("vault: not sealed by the peer, or not now")
	}
	s.in++
	return sealed, nil
}

// pieceVault takes short messages only, and makes them longer.
type pieceVault struct {
	vaultSealer
	maxPiece int
}

func (s *pieceVault) MaxPiece() int { return s.maxPiece }

func (s *pieceVault) Seal(plain []byte) (signature, sealed []byte, err error) {
	signature, sealed, err = s.vaultSealer.Seal(plain)
	return signature, append([]byte("head"), sealed...), err
}

func (s *pieceVault) Unseal(signature, sealed []byte) ([]byte, error) {
	if !bytes.HasPrefix(sealed, []byte("head")) {
		return nil, errors.New("vault: no head")
	}
	return s.vaultSealer.Unseal(signature, sealed[4:])
}

func vaultSignature(n uint32, plain []byte) []byte {
	sum := uint32(0)
	for _, b := range plain {
		sum = sum*31 + uint32(b)
	}
	return binary.LittleEndian.AppendUint32(binary.LittleEndian.AppendUint32(nil, n), sum)
}

func turn(b []byte) {
	for i := range b {
		b[i] ^= 0xff
	}
}

// withVault lets a world have the scheme, and Basic beside it.
func withVault(s *vault) func(*wsmanserver.Config) {
	return func(c *wsmanserver.Config) {
		c.Authenticator = &auth.Authenticator{Schemes: []auth.Scheme{
			s, auth.NewBasic(passwords{"ann": "secret"}, func() bool { return true }),
		}}
	}
}

// vaultClient is a connection to a server that has the scheme.
type vaultClient struct {
	*client
	sealer auth.Sealer
}

func (w *world) vault(t *testing.T) *vaultClient {
	c := &vaultClient{client: w.dial(t), sealer: &vaultSealer{}}
	c.write("%s", message("/wsman", "", "Authorization: Vault ann"))
	require.Equal(t, 200, c.read().status)
	return c
}

const (
	sealedType = `Content-Type: multipart/encrypted;protocol="` + vaultProtocol + `";boundary="Encrypted Boundary"`
	multiType  = `Content-Type: multipart/x-multi-encrypted;protocol="` + vaultProtocol + `";boundary="Encrypted Boundary"`
)

// group is a piece as a client writes it, without the closing line.
func group(original string, signature, sealed []byte) string {
	return "--Encrypted Boundary\r\n\tContent-Type: " + vaultProtocol + "\r\n\tOriginalContent: " + original +
		"\r\n--Encrypted Boundary\r\n\tContent-Type: application/octet-stream\r\n" +
		string(binary.LittleEndian.AppendUint32(nil, uint32(len(signature)))) + string(signature) + string(sealed)
}

// seal is a message of one piece.
func (c *vaultClient) seal(original, text string) string {
	c.t.Helper()
	signature, sealed, err := c.sealer.Seal([]byte(text))
	require.NoError(c.t, err)
	return group(original, signature, sealed) + closing
}

const closing = "--Encrypted Boundary--\r\n"

func original(text string) string { return fmt.Sprintf("type=%s;Length=%d", contentType, len(text)) }

// postSealed sends an envelope and reads the answer, which must be sealed.
func (c *vaultClient) postSealed(text string) *reply {
	c.t.Helper()
	c.write("%s", message("/wsman", c.seal(original(text), text), sealedType))
	return c.readSealed()
}

// readSealed reads an answer and unseals it, by its own words only.
func (c *vaultClient) readSealed() *reply {
	c.t.Helper()
	r := c.read()
	media, rest, _ := strings.Cut(r.header.Get("Content-Type"), ";")
	require.Equal(c.t, `protocol="`+vaultProtocol+`";boundary="Encrypted Boundary"`, rest, "%d %s", r.status, r.body)
	require.Contains(c.t, []string{"multipart/encrypted", "multipart/x-multi-encrypted"}, media)
	body, ok := bytes.CutSuffix(r.body, []byte(closing))
	require.True(c.t, ok)
	r.body = nil
	for len(body) > 0 {
		var inner string
		var length int
		head, after, ok := bytes.Cut(body, []byte("application/octet-stream\r\n"))
		require.True(c.t, ok)
		_, err := fmt.Sscanf(strings.ReplaceAll(string(head), ";Length=", " "), "--Encrypted Boundary\r\n\tContent-Type: "+
			vaultProtocol+"\r\n\tOriginalContent: type=%s %d\r\n--Encrypted Boundary\r\n\tContent-Type: ", &inner, &length)
		require.NoError(c.t, err, "%s", head)
		size := binary.LittleEndian.Uint32(after)
		if _, ok := c.sealer.(auth.PieceSealer); ok {
			length += 4
		}
		end := 4 + int(size) + length
		plain, err := c.sealer.Unseal(after[4:4+size], after[4+size:end])
		require.NoError(c.t, err)
		r.header.Set("Content-Type", inner)
		r.body = append(r.body, plain...)
		body = after[end:]
	}
	return r
}
