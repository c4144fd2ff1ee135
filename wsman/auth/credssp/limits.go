package credssp

import "time"

// Bounds for what a peer sends.
const (
	// maxToken is the longest token, in bytes. With base64 around it it is what
	// auth.MaxToken lets through.
	maxToken = 48 << 10
	// maxRequest is the longest TSRequest: a Kerberos ticket with the groups of
	// a large domain, and what is around it.
	maxRequest = maxToken
	// maxHandshakeTokens is how many tokens the client may need for TLS: two, and
	// one more where it has to say hello again (RFC 8446 section 4.1.4).
	maxHandshakeTokens = 4
	// maxTokens is how many tokens a login may take. It is 6 with NTLM.
	maxTokens = 16
	// maxSealedKey is the longest pubKeyAuth: a key of RSA with 16384 bits in
	// versions 2 to 4, and what sealing adds.
	maxSealedKey = 4 << 10
	// maxSealedCredentials is the longest authInfo.
	maxSealedCredentials = 16 << 10
	// maxName and maxPassword are the longest names and passwords, in bytes of
	// UTF-16. Windows has 256 characters for a password.
	maxName     = 1 << 10
	maxPassword = 4 << 10
	// nonceSize is the size of clientNonce (MS-CSSP 2.2.1).
	nonceSize = 32
)

// Bounds for all clients together.
const (
	// DefaultTimeout is how long a login may take.
	DefaultTimeout = time.Minute
	// DefaultMaxHandshakes is how many TLS handshakes may be under way. Each
	// holds a coroutine and about 30 KB. The next one ends the oldest.
	DefaultMaxHandshakes = 256
)
