package certificate

import (
	"crypto/x509"
	encoding_asn1 "encoding/asn1"
	"errors"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

var (
	oidSubjectAlternativeName = encoding_asn1.ObjectIdentifier{2, 5, 29, 17}
	// oidUPN is szOID_NT_PRINCIPAL_NAME (MS-WCCE 2.2.2.7.5 and its like).
	oidUPN = encoding_asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 311, 20, 2, 3}
)

// maxUPN is the longest user principal name, in bytes, and maxNames how many
// alternative names are looked at: more are an error.
const (
	maxUPN   = 1024
	maxNames = 100
)

var errSAN = errors.New("malformed subject alternative name")

// UPNs returns the user principal names in a certificate's subject alternative
// name: otherName entries (RFC 5280 4.2.1.6) of type UPN. There may be none.
func UPNs(c *x509.Certificate) ([]string, error) {
	var all []string
	for _, e := range c.Extensions {
		if !e.Id.Equal(oidSubjectAlternativeName) {
			continue
		}
		found, err := parseSAN(e.Value)
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	return all, nil
}

// parseSAN reads GeneralNames and skips those that are no UPN.
func parseSAN(der []byte) (upns []string, err error) {
	input := cryptobyte.String(der)
	var names cryptobyte.String
	if !input.ReadASN1(&names, asn1.SEQUENCE) || !input.Empty() {
		return nil, errSAN
	}
	for n := 0; !names.Empty(); n++ {
		var name cryptobyte.String
		var tag asn1.Tag
		if n == maxNames || !names.ReadAnyASN1(&name, &tag) {
			return nil, errSAN
		}
		if tag != asn1.Tag(0).ContextSpecific().Constructed() {
			continue
		}
		upn, ok, err := parseOtherName(name)
		if err != nil {
			return nil, err
		}
		if ok {
			upns = append(upns, upn)
		}
	}
	return upns, nil
}

// parseOtherName reads the content of an otherName: type-id, and the value in an
// explicit tag 0.
func parseOtherName(name cryptobyte.String) (upn string, ok bool, err error) {
	var oid encoding_asn1.ObjectIdentifier
	var wrapped, value cryptobyte.String
	if !name.ReadASN1ObjectIdentifier(&oid) ||
		!name.ReadASN1(&wrapped, asn1.Tag(0).ContextSpecific().Constructed()) || !name.Empty() {
		return "", false, errSAN
	}
	if !oid.Equal(oidUPN) {
		return "", false, nil
	}
	if !wrapped.ReadASN1(&value, asn1.UTF8String) || !wrapped.Empty() {
		return "", false, errSAN
	}
	// A NUL ends a name early where somebody else reads it.
	if upn = string(value); upn == "" || len(upn) > maxUPN || !utf8.ValidString(upn) || strings.ContainsRune(upn, 0) {
		return "", false, errSAN
	}
	return upn, true, nil
}
