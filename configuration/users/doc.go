// Package users keeps the users file of a winrmd server: who may log on, and
// the argon2id hashes (RFC 9106) of their passwords.
//
// A [File] may be used by several goroutines, and the file by several
// processes: changes are made under a lock between processes and replace the
// file as a whole, and a changed file is read again. Nobody is let in by a
// file that cannot be read, that others can read or that has an error.
//
// Which schemes ask for passwords, and remembering that one was right, is left
// to package wsman/auth.
package users
