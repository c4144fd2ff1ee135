// Package pam checks passwords with PAM, through the program winrmd-pam: the
// only part of winrmd that needs cgo and libpam.
//
// A process of it is started for each password. It reads a [Request], one line
// of JSON, and writes an [Answer], another, and ends. So nothing of a PAM module
// is left in the server: neither its memory, nor its threads, nor its faults.
package pam
