// Package kerberos authenticates clients by Kerberos tickets, as a GSS-API
// acceptor, and protects messages with what was agreed.
//
//	RFC 4120       the messages: AP-REQ, AP-REP, KRB-CRED, tickets
//	RFC 4121       the GSS-API mechanism for AES: tokens, sealing, checksum 0x8003
//	RFC 1964, 4757 the same for RC4, which is off unless it is asked for
//	RFC 3961, 3962 encryption with AES and SHA-1; RFC 8009 with AES and SHA-2
//	RFC 2743       section 3.1: the frame around the first token
//	MS-KILE        what Windows does differently; cited where it matters
//
// An [Acceptor] is made once, from a keytab. Each handshake is a [Context],
// which is fed the client's tokens and then says who the client is ([Peer]) and
// gives the [Session] that seals messages. An [Initiator] is the other side.
//
// The messages are read with x/crypto/cryptobyte and decrypted here. gokrb5,
// which has most of it too, is used for keytabs, key derivation and for talking
// to a KDC, but not for what an unknown peer sends: its decryption indexes
// before it looks at lengths, its replay cache is one for the process and never
// bounded, and it cannot make an AP-REP.
//
// What the package does not do: it does not look into the PAC (Peer.HasPAC says
// that there was one): groups come from elsewhere, and a PAC's signature proves
// no more about the name than the ticket does. It does not compare the addresses
// in a ticket with the peer's, as behind translation they are wrong. It keeps no
// replay cache over a restart. It does no user-to-user authentication.
package kerberos
