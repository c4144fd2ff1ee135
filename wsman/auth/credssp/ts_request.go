package credssp

import (
	"math"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// TSRequest is every message of CredSSP (MS-CSSP 2.2.1). Fields that are nil
// are not there.
type TSRequest struct {
	// Version is the newest that the sender knows.
	Version int
	// NegoToken is a token of SPNEGO. The structure NegoData has room for
	// several (MS-CSSP 2.2.1.1); nobody sends them.
	NegoToken []byte
	// AuthInfo is TSCredentials, sealed.
	AuthInfo []byte
	// PubKeyAuth says which key the sender sees, sealed.
	PubKeyAuth []byte
	// ErrorCode says why a server refuses; 0 if it does not.
	ErrorCode Status
	// ClientNonce are 32 random bytes, from version 5 on.
	ClientNonce []byte
}

// DecodeTSRequest reads a message. Its fields are parts of b. The error is
// ErrRequest.
func DecodeTSRequest(b []byte) (*TSRequest, error) {
	s, ok := readSequence(b)
	if len(b) > maxRequest || !ok {
		return nil, malformed("TSRequest")
	}
	r := new(TSRequest)
	version, ok := readInt(&s, 0)
	if !ok || version < 0 || version > math.MaxInt32 {
		return nil, malformed("version")
	}
	r.Version = int(version)
	if r.NegoToken, ok = readNegoData(&s); !ok {
		return nil, malformed("negoTokens")
	}
	if r.AuthInfo, ok = readOptionalOctets(&s, 2, maxSealedCredentials); !ok {
		return nil, malformed("authInfo")
	}
	if r.PubKeyAuth, ok = readOptionalOctets(&s, 3, maxSealedKey); !ok {
		return nil, malformed("pubKeyAuth")
	}
	if r.ErrorCode, ok = readStatus(&s); !ok {
		return nil, malformed("errorCode")
	}
	if r.ClientNonce, ok = readOptionalOctets(&s, 5, nonceSize); !ok || r.ClientNonce != nil && len(r.ClientNonce) != nonceSize {
		return nil, malformed("clientNonce")
	}
	// A peer that is newer than us may have more to say.
	if !s.Empty() && (r.Version <= MaxVersion || !onlyNewer(s)) {
		return nil, malformed("fields")
	}
	return r, nil
}

// readNegoData reads negoTokens: SEQUENCE OF SEQUENCE { [0] OCTET STRING }.
func readNegoData(s *cryptobyte.String) ([]byte, bool) {
	var field, list, item cryptobyte.String
	if !s.PeekASN1Tag(tag(1)) {
		return nil, true
	}
	if !s.ReadASN1(&field, tag(1)) || !field.ReadASN1(&list, asn1.SEQUENCE) || !field.Empty() ||
		!list.ReadASN1(&item, asn1.SEQUENCE) || !list.Empty() {
		return nil, false
	}
	token, ok := readOctets(&item, 0, maxRequest)
	return token, ok && item.Empty()
}

// readStatus reads errorCode. Windows writes an NTSTATUS as the signed number
// that it is there; one that others write without the sign is the same.
func readStatus(s *cryptobyte.String) (Status, bool) {
	if !s.PeekASN1Tag(tag(4)) {
		return 0, true
	}
	code, ok := readInt(s, 4)
	return Status(uint32(code)), ok && code >= math.MinInt32 && code <= math.MaxUint32
}

// onlyNewer reports whether nothing is left but fields that we do not know.
func onlyNewer(s cryptobyte.String) bool {
	for n := uint8(6); !s.Empty(); n++ {
		var field cryptobyte.String
		var present bool
		if n > 30 || !s.ReadOptionalASN1(&field, &present, tag(n)) {
			return false
		}
	}
	return true
}

// Bytes writes the message.
func (r *TSRequest) Bytes() ([]byte, error) {
	var b cryptobyte.Builder
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		addInt(b, 0, int64(r.Version))
		if r.NegoToken != nil {
			b.AddASN1(tag(1), func(b *cryptobyte.Builder) {
				b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
					b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) { addOctets(b, 0, r.NegoToken) })
				})
			})
		}
		addOctets(b, 2, r.AuthInfo)
		addOctets(b, 3, r.PubKeyAuth)
		if r.ErrorCode != 0 {
			addInt(b, 4, int64(int32(r.ErrorCode)))
		}
		addOctets(b, 5, r.ClientNonce)
	})
	return b.Bytes()
}
