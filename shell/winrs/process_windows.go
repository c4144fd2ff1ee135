package winrs

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
)

func rootDirectory() string { return filepath.VolumeName(os.Getenv("SystemRoot")) + `\` }

// shellProgram runs a line in cmd.exe. With /s it takes off the outer quotes
// and leaves the rest as it is.
func shellProgram(line string) program {
	path := os.Getenv("ComSpec")
	if path == "" {
		path = filepath.Join(os.Getenv("SystemRoot"), "System32", "cmd.exe")
	}
	return program{path: path, verbatim: `cmd.exe /s /c "` + line + `"`}
}

// command is what starts the program.
func (p program) command() *exec.Cmd {
	return &exec.Cmd{Path: p.path, Args: p.args, SysProcAttr: &syscall.SysProcAttr{CmdLine: p.verbatim}}
}

func commandEnvironment(env []string, _ string) []string { return env }

// startCode is the number of an error of starting a program.
func startCode(err error) uint32 {
	var errno syscall.Errno
	switch {
	case errors.As(err, &errno) && errno < 1<<16:
		return 0x80070000 | uint32(errno)
	case errors.Is(err, os.ErrNotExist), errors.Is(err, exec.ErrNotFound):
		return codeFileNotFound
	default:
		return codeGenFailure
	}
}

// exitStatus is the exit code.
func exitStatus(s *os.ProcessState) int { return s.ExitCode() }

// interruptRead does nothing. Nobody leaves a job, so all writers have ended
// with it and a Read finds the end of the pipe.
func interruptRead(*os.File) {}

// readNow has nothing to do, for the same reason.
func readNow(*os.File, []byte) int { return 0 }
