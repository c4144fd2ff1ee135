//go:build !linux

package interop

import "time"

// leakTimeout is how long processes may outlive their server.
const leakTimeout = patience

// processID would name a process; other systems than Linux are not looked at.
type processID struct{}

func descendants(int) []processID { return nil }

func mentioning(string) []int { return nil }

func waitGone([]processID, string, time.Duration) []string { return nil }

func (processID) isStarter() bool { return false }
