// Package daemon builds winrmd and runs it as a process of its own, for the
// benchmarks and for tests with package psrpclient. It also finds the
// PowerShell engine of this machine.
package daemon
