package shellhost

import (
	"os/exec"
	"syscall"

	"golang.org/x/sys/windows"
)

// detach lets a host outlive the daemon and its console.
func detach(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{
		HideWindow: true, CreationFlags: windows.CREATE_NEW_PROCESS_GROUP | windows.DETACHED_PROCESS,
	}
}
