//go:build cgo && unix

package main

import (
	"log/slog"
	"os"
)

// logVariable names a file that calls and completions are written to. Nothing of
// what they carry is in it.
const logVariable = "WINRMD_CLIENT_LOG"

// log is nobody's unless the variable is set. A file that cannot be written is
// none: there is nobody to tell.
var log = newLog()

func newLog() *slog.Logger {
	if name := os.Getenv(logVariable); name != "" {
		f, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
		if err == nil {
			return slog.New(slog.NewTextHandler(f, &slog.HandlerOptions{Level: slog.LevelDebug}))
		}
	}
	return slog.New(slog.DiscardHandler)
}
