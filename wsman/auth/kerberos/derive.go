package kerberos

import (
	"encoding/binary"
	"fmt"

	"github.com/jcmturner/gokrb5/v8/crypto"
)

// Key usage numbers (RFC 4120 section 7.5.1, RFC 4121 section 2).
const (
	usageTicket        = 2
	usageAuthenticator = 11
	usageAPRep         = 12
	usageCred          = 14
	usageAcceptorSeal  = 22
	usageAcceptorSign  = 23
	usageInitiatorSeal = 24
	usageInitiatorSign = 25
)

// purpose is the last byte of what a key is derived with (RFC 3961 section 5.3).
type purpose byte

const (
	forEncryption purpose = 0xAA // Ke
	forIntegrity  purpose = 0x55 // Ki
	forChecksum   purpose = 0x99 // Kc
)

// derive makes a key for one use of k. It is the slow part of small messages,
// so who seals many keeps what it returns.
func derive(k Key, usage uint32, p purpose) ([]byte, error) {
	e, err := crypto.GetEtype(int32(k.Type))
	if err != nil {
		return nil, fmt.Errorf("%w: %s", ErrEncryptionType, k.Type)
	}
	derived, err := e.DeriveKey(k.Value, append(binary.BigEndian.AppendUint32(nil, usage), byte(p)))
	if err != nil {
		return nil, fmt.Errorf("deriving a key from a %s: %w", k, err)
	}
	return derived, nil
}
