// Package account knows the local accounts of the machine, and which of them the
// sessions of a user run as.
//
// Accounts are asked of the system: with getent(1) and id(1), which know those of
// directory services (LDAP, SSSD, winbind) as well as those of /etc/passwd.
// Package os/user without cgo knows only the latter, and is asked where there is
// no getent, and on macOS. On Windows the local security authority is asked, which
// knows the accounts of the machine and of its domain.
//
// The rules are those of [Rules.Resolve]. Who a user is, and what becomes of a
// refusal on the wire, is not this package's.
package account
