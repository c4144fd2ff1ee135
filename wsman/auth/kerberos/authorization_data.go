package kerberos

import (
	"encoding/binary"

	"golang.org/x/crypto/cryptobyte"
)

// Types of authorization data (RFC 4120 section 7.5.4, MS-KILE section 2.2).
const (
	adIfRelevant    = 1
	adWin2KPAC      = 128
	adAPOptions     = 143     // KERB_AUTH_DATA_CLIENT_OPTIONS: 32 bits, little-endian
	apOptionBinding = 1 << 14 // KERB_AP_OPTIONS_CBT, MS-KILE section 3.2.5.8
)

// maxNesting is how many AD-IF-RELEVANT stand in each other at most. One is
// usual.
const maxNesting = 4

// authorizationData is AuthorizationData (RFC 4120 section 5.2.6), with what
// stands in AD-IF-RELEVANT among the rest.
type authorizationData []authorizationDatum

type authorizationDatum struct {
	kind int32
	data []byte
}

func parseAuthorizationData(b []byte) (authorizationData, error) {
	var all authorizationData
	if !all.read(b, maxNesting) {
		return nil, malformed("authorization data")
	}
	return all, nil
}

func (a *authorizationData) read(b []byte, depth int) bool {
	s := cryptobyte.String(b)
	var seq cryptobyte.String
	if depth == 0 || !readSequence(&s, &seq) || !s.Empty() {
		return false
	}
	for !seq.Empty() {
		var one, data cryptobyte.String
		var kind int32
		if !readSequence(&seq, &one) || !readInt32(&one, 0, &kind) || !readOctets(&one, 1, &data) {
			return false
		}
		if kind != adIfRelevant {
			*a = append(*a, authorizationDatum{kind, data})
			continue
		}
		// What cannot be read is not relevant (RFC 4120 section 5.2.6.1).
		a.read(data, depth-1)
	}
	return true
}

func (a authorizationData) has(kind int32) bool {
	for _, d := range a {
		if d.kind == kind {
			return true
		}
	}
	return false
}

// bindingAware reports whether the client says that it binds to channels where
// it can: then missing bindings mean that somebody stands between.
func (a authorizationData) bindingAware() bool {
	for _, d := range a {
		if d.kind == adAPOptions && len(d.data) >= 4 && binary.LittleEndian.Uint32(d.data)&apOptionBinding != 0 {
			return true
		}
	}
	return false
}

// addAPOptions writes AuthorizationData that says bindingAware, in
// AD-IF-RELEVANT as Windows does.
func addAPOptions(b *cryptobyte.Builder, options uint32) {
	list := func(kind int64, data []byte) func(*cryptobyte.Builder) {
		return func(b *cryptobyte.Builder) {
			b.AddASN1(tagSequence, func(b *cryptobyte.Builder) { addInt(b, 0, kind); addOctets(b, 1, data) })
		}
	}
	var inner cryptobyte.Builder
	inner.AddASN1(tagSequence, list(adAPOptions, binary.LittleEndian.AppendUint32(nil, options)))
	b.AddASN1(tagSequence, list(adIfRelevant, inner.BytesOrPanic()))
}
