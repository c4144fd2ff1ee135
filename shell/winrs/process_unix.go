//go:build unix

package winrs

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"syscall"
	"time"
)

func rootDirectory() string { return "/" }

// shellProgram runs a line in the shell. "--" because a line may begin with a
// dash.
func shellProgram(line string) program {
	return program{path: "/bin/sh", args: []string{"sh", "-c", "--", line}}
}

// command is what starts the program.
func (p program) command() *exec.Cmd { return &exec.Cmd{Path: p.path, Args: p.args} }

// commandEnvironment adds what a program expects to find of its directory.
func commandEnvironment(env []string, dir string) []string {
	return append(env[:len(env):len(env)], "PWD="+dir)
}

// exitStatus is the exit code, or 128 + N after signal N, as shells have it.
func exitStatus(s *os.ProcessState) int {
	if status, ok := s.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return 128 + int(status.Signal())
	}
	return s.ExitCode()
}

// interruptRead ends a Read that waits for a writer.
func interruptRead(pipe *os.File) {
	_ = pipe.SetReadDeadline(time.Unix(1, 0)) // pipes of os.Pipe have deadlines
}

// readNow reads what is there without waiting. It returns 0 if nothing is.
func readNow(pipe *os.File, buf []byte) int {
	if pipe.SetReadDeadline(time.Time{}) != nil {
		return 0
	}
	raw, err := pipe.SyscallConn()
	if err != nil {
		return 0
	}
	n := 0
	err = raw.Read(func(fd uintptr) bool {
		n, _ = syscall.Read(int(fd), buf)
		return true // never wait
	})
	if err != nil || n < 0 {
		return 0
	}
	return n
}

// startCode is the Windows number of an error of starting a program.
func startCode(err error) uint32 {
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENOTDIR):
		return codeFileNotFound
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EISDIR):
		return codeAccessDenied
	case errors.Is(err, syscall.ENOEXEC):
		return codeBadFormat
	case errors.Is(err, syscall.E2BIG), errors.Is(err, syscall.ENAMETOOLONG):
		return codeTooLong
	case errors.Is(err, syscall.EAGAIN), errors.Is(err, syscall.ENOMEM), errors.Is(err, syscall.EMFILE), errors.Is(err, syscall.ENFILE):
		return codeNotEnough
	default:
		return codeGenFailure
	}
}
