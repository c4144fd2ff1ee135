// Package upgrade tests what happens to clients and sessions when a server is
// replaced by a newer one while it serves, when a second one is started beside
// it, when systemd starts it, and when it is told to end. Servers are processes
// of their own, with the real PowerShell engine.
package upgrade
