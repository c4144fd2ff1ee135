// Package certificate lets clients in by their TLS certificate, as WinRM does
// (MS-WSMV 2.2.9.1, DSP0226 security profile https/mutual).
//
// A client shows its certificate in the TLS handshake, which proves that it has
// the key, and sends the name of the profile as its Authorization. TLS is told
// to ask for a certificate and not to judge it ([Request]): the [Scheme] does,
// since clients of other schemes have none. It wants a chain to one of the
// configured authorities, client authentication among the extended key usages,
// and a [Mapping] that says which user the certificate stands for.
//
// Certificates that were revoked are not told from others: no list is read and
// nobody is asked. A mapping can be disabled.
package certificate
