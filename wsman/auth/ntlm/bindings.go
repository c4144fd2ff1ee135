package ntlm

import (
	"crypto/md5"
	"crypto/subtle"
	"encoding/binary"
)

// Bindings are channel bindings as NTLM carries them: MD5 of the structure
// gss_channel_bindings_struct (MS-NLMP 2.2.2.1, MsvAvChannelBindings). The zero
// value is that of a client that has none.
type Bindings [16]byte

// NewBindings makes them of application data, for example
// "tls-server-end-point:" and the hash of the server's certificate (RFC 5929
// section 4). Addresses are left empty (RFC 2744 section 3.11).
func NewBindings(applicationData []byte) Bindings {
	b := make([]byte, 16, 20+len(applicationData))
	b = binary.LittleEndian.AppendUint32(b, uint32(len(applicationData)))
	return md5.Sum(append(b, applicationData...))
}

// BindingsState is how a client's channel bindings compare with what they
// should be. What follows from it is the caller's policy.
type BindingsState int

// The states.
const (
	// BindingsAbsent means that the client sent none, or zeros, which is what
	// one that supports them sends over a connection without.
	BindingsAbsent BindingsState = iota
	// BindingsMatch means that the client speaks over the very channel.
	BindingsMatch
	// BindingsMismatch means that it speaks over another one: there is somebody
	// in between, maybe a proxy that ends TLS.
	BindingsMismatch
)

// String names the state.
func (s BindingsState) String() string {
	switch s {
	case BindingsMatch:
		return "match"
	case BindingsMismatch:
		return "mismatch"
	case BindingsAbsent:
	}
	return "absent"
}

// Check compares what a client sent with what its channel has.
func (b Bindings) Check(expected Bindings) BindingsState {
	switch {
	case b == Bindings{}:
		return BindingsAbsent
	case subtle.ConstantTimeCompare(b[:], expected[:]) == 1:
		return BindingsMatch
	}
	return BindingsMismatch
}
