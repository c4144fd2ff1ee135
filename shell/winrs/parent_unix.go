//go:build unix && !linux

package winrs

import "syscall"

// dieWithServer does nothing: this system cannot end a process with its
// parent. A command that reads stdin notices.
func dieWithServer(*syscall.SysProcAttr) {}
