package main

import (
	"os"

	"github.com/winrmd/winrmd/shell"
	"github.com/winrmd/winrmd/shell/process"
)

// strain notices a session that has no room but for what it cannot give up, and so
// does little but read its programs' files in again. The system ends nobody then,
// for hours, since there is always something to give up.
type strain struct {
	looks  int   // how many there were since the beginning of the window
	before int64 // the faults until then
}

const (
	// strainWindow are as many looks as take 10 s: a program that has just enough
	// goes on before that.
	strainWindow = 40
	// strainedFaults are as many waits for files in a window as say that little else
	// goes on: 40 a second, which is little for a slow disk.
	strainedFaults = 10 * strainWindow
)

// add takes what a look has found, and reports whether a window has ended in which
// nothing got on. limit is in bytes.
func (s *strain) add(now process.Strain, limit int64) bool {
	if now.Anonymous < limit-limit/4 {
		s.looks = 0
		return false
	}
	if s.looks == 0 {
		s.before = now.MajorFaults
	}
	if s.looks++; s.looks <= strainWindow {
		return false
	}
	s.looks = 0
	return now.MajorFaults-s.before >= strainedFaults
}

// lookAtStrain ends the largest process of a session that gets no further at its
// limit. It costs nothing below that.
func (b *bounds) lookAtStrain(now process.Use) {
	limit := int64(b.limits.MaxMemoryPerShellMB) << 20
	if limit <= 0 || now.Memory < limit-limit/16 {
		b.strain.looks = 0
		return
	}
	found, err := process.StrainOf(b.shellID)
	if err != nil || !b.strain.add(found, limit) {
		return
	}
	if ended, err := process.EndLargest(b.shellID, os.Getpid()); err == nil && ended != 0 {
		b.reached(&shell.LimitError{
			Setting: "MaxMemoryPerShellMB", Limit: limit >> 20, Use: now.Memory >> 20, Unit: "MiB",
			Effect: "nothing got on any more, and the process that used most was ended",
		})
	}
}
