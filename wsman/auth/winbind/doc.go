// Package winbind checks NTLM responses of a domain's users through Samba: it is
// an ntlm.Verifier over the program ntlm_auth, which asks winbindd, which asks a
// domain controller.
//
// The program is spoken to in its protocol ntlm-server-1: lines "Key: value", or
// "Key:: base64" where a value is not plain ASCII, with a line "." at the end of
// a request and of an answer. It is handed challenge and response and gives back
// the session key. So the domain's hashes stay where they are.
package winbind
