// Package winrm tries the client for terminals, cmd/winrm, as people do: in scripts
// (testdata/scripts), at a terminal whose screens are kept (testdata/screens), and by
// what docs/winrm.md says. All of it is against one winrmd with a real PowerShell engine.
//
// With -update what was seen becomes what is wanted.
package winrm
