// Package configuration keeps the settings of a winrmd server: the service's
// own in winrmd.toml, one session configuration per file under
// configurations, and the TLS certificate, all in one state directory.
//
// A [Store] reads them strictly (an unknown key, a wrong type or a value out
// of range is an error that names file, line and key), makes the files that
// are missing and reads a file again when it has changed. Names, units, ranges
// and defaults are WinRM's (MS-WSMV 2.2.4, winrm/config) where WinRM has the
// setting; each struct's settings are one table, from which the defaults, the
// checks and the comments in the generated files come.
//
// What a setting means is left to the packages that obey it; the WS-Man
// resources under winrm/config are package configresource's, the users file is
// package users'.
package configuration
