// Package usertoken starts the hosts of sessions as other accounts on Windows: with
// a token of the account, which the local security authority (LSA) gives to a
// service that may act as part of the operating system (SeTcbPrivilege).
//
// A token is got without a password (S4U, service for user), or with one that an
// administrator has stored for the account. With it go the account's profile and
// environment, a directory that only the account and the service can use, and a job
// with the session's limits.
//
// It is what package starter is on Linux, but in the daemon's own process: there is
// no process between the daemon and these rights. docs/windows.md says what has
// been tried.
package usertoken
