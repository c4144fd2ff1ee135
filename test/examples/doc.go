// Package examples builds the programs of ../../examples as their readers do,
// and runs them against winrmd with a real PowerShell engine.
package examples
