package shellhost

import (
	"os/exec"
	"syscall"

	"golang.org/x/sys/windows"

	"github.com/winrmd/winrmd/shell/process"
)

// detach lets a host outlive the daemon, its console, and its job where that lets
// anybody go.
func detach(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{
		HideWindow: true, CreationFlags: windows.CREATE_NEW_PROCESS_GROUP | windows.DETACHED_PROCESS | process.Breakaway(),
	}
}
