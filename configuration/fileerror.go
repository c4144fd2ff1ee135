package configuration

import (
	"strconv"
	"strings"
)

// FileError says what is wrong in a settings file, and where.
type FileError struct {
	// File is the path of the file; empty where the settings are of none.
	File string
	// Line and Column are where it is, counted from 1; 0 where the file does
	// not name the key.
	Line, Column int
	// Key is the dotted key; empty where the text is no TOML at all.
	Key string
	// Err is what is wrong.
	Err error
}

// Error is "FILE:LINE:COLUMN: KEY: what", without the parts that are unknown.
func (e *FileError) Error() string {
	var b strings.Builder
	if e.File != "" {
		b.WriteString(e.File)
		if e.Line > 0 {
			b.WriteString(":" + strconv.Itoa(e.Line) + ":" + strconv.Itoa(e.Column))
		}
		b.WriteString(": ")
	}
	if e.Key != "" {
		b.WriteString(e.Key + ": ")
	}
	b.WriteString(e.Err.Error())
	return b.String()
}

// Unwrap returns Err.
func (e *FileError) Unwrap() error { return e.Err }
