// Package matrix makes the table of client, operation and scheme in
// docs/interoperability.md of what tests have really run.
//
// A test says with one line what has passed in it:
//
//	matrix.Ran(t, "pypsrp", "run a pipeline", "HTTP, Negotiate")
//
// and the TestMain of its package ends with [Done], which holds what was noted
// against testdata/PACKAGE.txt. With WINRMD_UPDATE_INTEROPERABILITY=true it writes
// that file, and the document: all of it where the whole package ran, and else
// what is new. `make interoperability` runs the packages so.
package matrix
