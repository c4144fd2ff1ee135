package users

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/crypto/argon2"
)

// What a new hash costs: the second recommendation of OWASP for argon2id, tens
// of milliseconds.
const (
	newMemory      = 19456 // KiB
	newTime        = 2
	newParallelism = 1
	newSaltSize    = 16
	newKeySize     = 32
)

// What a hash in the file may cost at most: whoever can edit the file shall
// not stop the server by it.
const (
	maxMemory      = 256 << 10 // KiB
	maxTime        = 16
	maxParallelism = 16
	minSaltSize    = 8
	minKeySize     = 16
	maxFieldSize   = 64 // bytes of salt and of key
)

// passwordHash is an argon2id hash with its parameters.
type passwordHash struct {
	memory      uint32 // KiB
	time        uint32
	parallelism uint8
	salt        []byte
	key         []byte
}

// newHash hashes a password with a new salt.
func newHash(password string) passwordHash {
	h := dummyHash()
	h.key = h.derive(password)
	return h
}

// dummyHash costs what a new hash costs and is met by no password.
func dummyHash() passwordHash {
	h := passwordHash{
		memory: newMemory, time: newTime, parallelism: newParallelism,
		salt: make([]byte, newSaltSize),
		key:  make([]byte, newKeySize),
	}
	rand.Read(h.salt) // crypto/rand never fails
	rand.Read(h.key)
	return h
}

func (h *passwordHash) derive(password string) []byte {
	return argon2.IDKey([]byte(password), h.salt, h.time, h.memory, h.parallelism, uint32(len(h.key)))
}

// matches takes the same time whatever the result.
func (h *passwordHash) matches(password string) bool {
	return subtle.ConstantTimeCompare(h.derive(password), h.key) == 1
}

// String is the hash as a PHC string.
func (h *passwordHash) String() string {
	b64 := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s",
		argon2.Version, h.memory, h.time, h.parallelism, b64(h.salt), b64(h.key))
}

// errNoHash is the error for everything that is no PHC string of argon2id. It
// does not repeat the text, which may be a password in clear.
var errNoHash = errors.New("not an argon2id hash of the form $argon2id$v=19$m=..,t=..,p=..$salt$hash")

// parseHash reads a PHC string.
func parseHash(s string) (passwordHash, error) {
	var h passwordHash
	parts := strings.Split(s, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return h, errNoHash
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &h.memory, &h.time, &h.parallelism); err != nil {
		return h, errNoHash
	}
	var errSalt, errKey error
	h.salt, errSalt = base64.RawStdEncoding.Strict().DecodeString(parts[4])
	h.key, errKey = base64.RawStdEncoding.Strict().DecodeString(parts[5])
	if errSalt != nil || errKey != nil || h.String() != s {
		return h, errNoHash // trailing text, leading zeros: one hash has one spelling
	}
	return h, h.checkCost()
}

func (h *passwordHash) checkCost() error {
	switch {
	case h.time < 1 || h.time > maxTime:
		return fmt.Errorf("argon2id: t=%d is out of range: must be 1 to %d", h.time, maxTime)
	case h.parallelism < 1 || h.parallelism > maxParallelism:
		return fmt.Errorf("argon2id: p=%d is out of range: must be 1 to %d", h.parallelism, maxParallelism)
	case h.memory < 8*uint32(h.parallelism) || h.memory > maxMemory:
		return fmt.Errorf("argon2id: m=%d is out of range: must be 8 for each of p to %d", h.memory, maxMemory)
	case len(h.salt) < minSaltSize || len(h.salt) > maxFieldSize:
		return fmt.Errorf("argon2id: the salt must be %d to %d bytes", minSaltSize, maxFieldSize)
	case len(h.key) < minKeySize || len(h.key) > maxFieldSize:
		return fmt.Errorf("argon2id: the hash must be %d to %d bytes", minKeySize, maxFieldSize)
	}
	return nil
}
