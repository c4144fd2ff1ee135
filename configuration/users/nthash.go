package users

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"unicode/utf16"

	//lint:ignore SA1019 MD4 is what an NT hash is
	"golang.org/x/crypto/md4" //nolint:staticcheck // MD4 is what an NT hash is
)

// ntHash is MD4 of the password in UTF-16, little endian (NTOWFv1 in MS-NLMP
// 3.3.1). It has no salt, costs nothing to make, and over NTLM it does what the
// password does. So it is kept for those only who asked for it.
type ntHash [md4.Size]byte

func newNTHash(password string) (h ntHash) {
	var text []byte
	for _, unit := range utf16.Encode([]rune(password)) {
		text = binary.LittleEndian.AppendUint16(text, unit)
	}
	sum := md4.New()
	sum.Write(text)
	sum.Sum(h[:0])
	clear(text)
	return h
}

// encode is how the file has it. It is not called String, so that no log shows
// it.
func (h ntHash) encode() string { return hex.EncodeToString(h[:]) }

// String does not say the hash.
func (ntHash) String() string { return "(NT hash)" }

// Format does not say it either, whatever the verb.
func (h ntHash) Format(f fmt.State, _ rune) { fmt.Fprint(f, h.String()) }

// errNoNTHash does not repeat the text, which may be a password in clear.
var errNoNTHash = errors.New("not an NT hash of 32 hexadecimal digits in small letters")

func parseNTHash(s string) (*ntHash, error) {
	var h ntHash
	if len(s) != hex.EncodedLen(len(h)) {
		return nil, errNoNTHash
	}
	if _, err := hex.Decode(h[:], []byte(s)); err != nil || h.encode() != s {
		return nil, errNoNTHash
	}
	return &h, nil
}

// NTHash returns the NT hash and the canonical name of a user. The name may be
// in every form that Verify takes. Ok is false if there is no such user, if no
// NT hash is kept of it, or if the file cannot be used; LookUpNT tells the last
// from the others.
func (f *File) NTHash(name string) (hash [16]byte, canonical string, ok bool) {
	found, ok, err := f.LookUpNT(name)
	return found.Hash, found.User.Name, ok && err == nil
}

// NT is what NTLM has to know of a user.
type NT struct {
	User User
	// Hash is the NT hash.
	Hash [16]byte
	// Credential is the Generation of the entry that the hash is from.
	Credential Credential
}

// LookUpNT finds the NT hash of a user as NTHash does. The error says why the
// file cannot be used.
func (f *File) LookUpNT(name string) (found NT, ok bool, err error) {
	e, known, err := f.lookup(name)
	if err != nil {
		return NT{}, false, fmt.Errorf("users file: %w", err)
	}
	if !known || e.ntHash == nil {
		return NT{}, false, nil
	}
	return NT{User: e.user, Hash: *e.ntHash, Credential: e.credential}, true, nil
}
