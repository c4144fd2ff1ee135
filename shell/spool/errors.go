package spool

import (
	"errors"
	"fmt"

	"github.com/winrmd/winrmd/shell"
)

// CorruptError says that a file of a spool is not as it was written.
type CorruptError struct {
	File   string
	Offset int64 // where the record or index begins that is damaged
	Reason string
	Cause  error // nil unless the system said something; fs.ErrNotExist for a file that is gone
}

func (e *CorruptError) Error() string {
	if e.Cause == nil {
		return fmt.Sprintf("%s is damaged at offset %d: %s", e.File, e.Offset, e.Reason)
	}
	return fmt.Sprintf("%s is damaged at offset %d: %s: %v", e.File, e.Offset, e.Reason, e.Cause)
}

func (e *CorruptError) Unwrap() error { return e.Cause }

// RefError says that a text is not the Ref of a record.
type RefError struct{ Ref string }

func (e *RefError) Error() string { return fmt.Sprintf("%q names no record of a spool", e.Ref) }

// writeError is the error of an operation that needs room on the disk.
func writeError(err error) error {
	for _, full := range fullErrors {
		if errors.Is(err, full) {
			return fmt.Errorf("%w: %w", shell.ErrSpoolFull, err)
		}
	}
	return err
}
