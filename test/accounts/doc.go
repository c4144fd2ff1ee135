// Package accounts holds the tests of sessions that run as the accounts of their
// users: a server that the superuser starts, with accounts that the tests make.
// They need the superuser, and Linux.
package accounts
