package negotiate

import (
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
)

// EndPoint describes a channel by the server's certificate: the application
// data of the channel binding tls-server-end-point (RFC 5929 section 4). The
// hash is the one of the certificate's signature, but SHA-256 in place of MD5,
// SHA-1, and what clients do not know either.
func EndPoint(certificate *x509.Certificate) []byte {
	channel := []byte("tls-server-end-point:")
	switch certificate.SignatureAlgorithm {
	case x509.SHA384WithRSA, x509.SHA384WithRSAPSS, x509.ECDSAWithSHA384:
		sum := sha512.Sum384(certificate.Raw)
		return append(channel, sum[:]...)
	case x509.SHA512WithRSA, x509.SHA512WithRSAPSS, x509.ECDSAWithSHA512:
		sum := sha512.Sum512(certificate.Raw)
		return append(channel, sum[:]...)
	}
	sum := sha256.Sum256(certificate.Raw)
	return append(channel, sum[:]...)
}
