package spnego

// The names of mechanisms, as object identifiers in dotted form.
const (
	// OID is SPNEGO's own (RFC 4178 section 3).
	OID = "1.3.6.1.5.5.2"
	// OIDNTLM is NTLM (MS-SPNG 1.9 and MS-NLMP 1.9).
	OIDNTLM = "1.3.6.1.4.1.311.2.2.10"
	// OIDKerberos is Kerberos (RFC 4121 section 4.1).
	OIDKerberos = "1.2.840.113554.1.2.2"
	// OIDMSKerberos is Kerberos by the number that Windows 2000 gave it by
	// mistake, cutting a value to 16 bits, and that Windows lists first still
	// (MS-SPNG 3.1.5.2 and its note). Tokens have OIDKerberos in both cases.
	OIDMSKerberos = "1.2.840.48018.1.2.2"
	// OIDNegoEx is MS-NEGOEX, which nothing here speaks.
	OIDNegoEx = "1.3.6.1.4.1.311.2.2.30"
)
