// Package cmdlets has tests in which the genuine cmdlets of PowerShell, over
// cmd/libpsrpclient, work with a winrmd that hosts the genuine engine. The engine
// is that of ../shared/pshost: its Windows build has all the cmdlets, its Unix
// build those that PowerShell has on Linux and macOS.
//
// WINRMD_TEST_SERVER and WINRMD_TEST_CLIENT name a winrmd and a libpsrpclient that
// are there already, in place of ones that are built from this tree.
package cmdlets
