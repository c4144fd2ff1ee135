package ntlm

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
)

// LookUp finds the NT hash of a user, and what the Server shall hand on as the
// user's identity. Ok is false if there is no such user or it may not log on.
// An error means that it could not be looked up. It should take as long whether
// or not it finds somebody.
type LookUp func(ctx context.Context, user, domain string) (hash Hash, identity any, ok bool, err error)

// HashVerifier is a Verifier that has the users' NT hashes.
type HashVerifier struct {
	lookUp LookUp
	nobody Hash
}

// NewHashVerifier makes one.
func NewHashVerifier(lookUp LookUp) *HashVerifier {
	v := &HashVerifier{lookUp: lookUp}
	rand.Read(v.nobody[:]) // crypto/rand never fails
	return v
}

// Verify computes the response anew (MS-NLMP 3.2.5.1.2). A user that does not
// exist has a hash that nobody has a password for, so that the same is done for
// it as for a wrong password.
//
// Some clients make the response without the domain that they send with it
// (ibidem); so both are computed, always.
func (v *HashVerifier) Verify(ctx context.Context, attempt *Attempt) (Verified, error) {
	response, err := DecodeResponse(attempt.Response)
	if err != nil {
		return Verified{}, err
	}
	hash, identity, ok, err := v.lookUp(ctx, attempt.User, attempt.Domain)
	if err != nil {
		return Verified{}, err
	}
	found := 1
	if !ok {
		hash, identity, found = v.nobody, nil, 0
	}
	right := 0
	var key [16]byte
	for _, domain := range [...]string{attempt.Domain, ""} {
		k := responseKey(hash, attempt.User, domain)
		proof := prove(k, attempt.Challenge, response.blob)
		base := sessionBaseKey(k, proof)
		same := subtle.ConstantTimeCompare(proof[:], response.Proof[:])
		subtle.ConstantTimeCopy(same, key[:], base[:])
		right |= same
	}
	if right&found != 1 {
		return Verified{}, ErrLogonFailed
	}
	return Verified{SessionBaseKey: key, Identity: identity}, nil
}
