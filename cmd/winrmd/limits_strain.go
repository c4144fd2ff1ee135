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
	faults int64 // at the last look
	looks  int   // one after the other that have found it so
}

const (
	// strainedFaults are as many waits for files, between two looks, as say that
	// they are all that goes on: 40 a second, which is little for a slow disk.
	strainedFaults = 10
	// strainedLooks are 10 s: a program that has just enough goes on before that.
	strainedLooks = 40
)

// add takes what a look has found, and reports whether it has been so for long
// enough. limit is in bytes.
func (s *strain) add(now process.Strain, limit int64) bool {
	faults := now.MajorFaults - s.faults
	s.faults = now.MajorFaults
	if faults < strainedFaults || now.Anonymous < limit-limit/4 {
		s.looks = 0
		return false
	}
	if s.looks++; s.looks < strainedLooks {
		return false
	}
	s.looks = 0
	return true
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
