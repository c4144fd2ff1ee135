//go:build linux && cgo && pam

// Command winrmd-pam checks one password with PAM. It is started by winrmd (see
// package wsman/auth/pam): it reads a request, one line of JSON, from standard
// input, writes the answer to standard output and ends. It never writes the
// password anywhere. With the argument session it opens a PAM session for the
// user of the request instead, and closes it at the end of standard input. It is built with the tag pam, since it needs cgo and the
// headers of libpam.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/winrmd/winrmd/wsman/auth/pam"
)

// lifetime is how long the process may be there: a module that hangs must not
// keep it for ever if nobody kills it.
const lifetime = 2 * time.Minute

func main() {
	if len(os.Args) > 1 && os.Args[1] == sessionArgument {
		holdSession()
		return
	}
	time.AfterFunc(lifetime, func() { os.Exit(1) })
	if err := shield(); err != nil {
		fail(err)
	}
	request, err := read(os.Stdin)
	if err != nil {
		fail(err)
	}
	answer := check(request)
	clear(request.Password)
	if err := json.NewEncoder(os.Stdout).Encode(answer); err != nil {
		fail(err)
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "winrmd-pam:", err)
	os.Exit(1)
}

// shield keeps the password out of core files and of the reach of debuggers of
// the same account.
func shield() error {
	if err := unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{}); err != nil {
		return fmt.Errorf("no core files: %w", err)
	}
	return unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0)
}

var errRequest = errors.New("standard input is not a request")

// read takes one line, and leaves what comes after it: a session waits for that.
// The error does not show anything of it.
func read(r io.Reader) (*pam.Request, error) {
	line, err := bufio.NewReaderSize(io.LimitReader(r, pam.MaxLine), pam.MaxLine).ReadSlice('\n')
	defer clear(line)
	if err != nil {
		return nil, errRequest
	}
	var request pam.Request
	d := json.NewDecoder(bytes.NewReader(line))
	d.DisallowUnknownFields()
	if d.Decode(&request) != nil || !service(request.Service) || request.User == "" ||
		strings.ContainsRune(request.User, 0) || bytes.IndexByte(request.Password, 0) >= 0 {
		return nil, errRequest
	}
	return &request, nil
}

// service reports whether a name can only be that of a file in PAM's directory.
func service(name string) bool {
	for _, r := range name {
		if (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune("-_.", r) {
			return false
		}
	}
	return name != "" && name[0] != '.' && len(name) <= 64
}
