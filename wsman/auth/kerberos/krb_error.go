package kerberos

import "golang.org/x/crypto/cryptobyte"

// parseKRBError reads as much of KRB-ERROR (RFC 4120 section 5.9.1) as there
// is use for, and returns it as a *RemoteError.
func parseKRBError(b []byte) error {
	var seq, field cryptobyte.String
	var version, kind int32
	var present bool
	e := new(RemoteError)
	if !readMessage(b, 30, &seq) || !readInt32(&seq, 0, &version) || !readInt32(&seq, 1, &kind) ||
		version != 5 || kind != 30 ||
		!readOptionalField(&seq, 2, &field, &present) || !readOptionalField(&seq, 3, &field, &present) ||
		!readField(&seq, 4, &field) || !readField(&seq, 5, &field) || !readInt32(&seq, 6, &e.Code) {
		return malformed("KRB-ERROR")
	}
	return e
}
