//go:build !linux

// Package account makes local accounts for tests; see account_linux.go.
package account
