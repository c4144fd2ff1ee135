package pam

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"
)

// Session is a PAM session that is open.
type Session struct {
	// Environment are the variables, as NAME=value, that its modules have set.
	Environment []string
	// PID is of the process that holds it. The limits that modules have set
	// (setrlimit) are that process's.
	PID int
	// Hold keeps the session open as long as any process has it: whoever is
	// started in the session inherits it. The caller closes its own.
	Hold *os.File
}

// sessionTimeout is how long modules may take to open a session.
const sessionTimeout = 30 * time.Second

// OpenSession opens a PAM session for a local account, with the account and
// session modules of a service. start starts the program, which ends by itself;
// it is the caller's to wait for. Only the superuser can do this. The error is
// ErrUnusable where the account must not be used now.
func OpenSession(program, service, account string, start func(*exec.Cmd) error) (*Session, error) {
	line, err := json.Marshal(&Request{Service: service, User: account})
	if err != nil {
		return nil, err
	}
	stdin, hold, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer stdin.Close()
	stdout, write, err := os.Pipe()
	if err != nil {
		return nil, errors.Join(err, hold.Close())
	}
	defer stdout.Close()
	command := exec.Command(program, "session")
	command.Stdin, command.Stdout, command.Env, command.Dir = stdin, write, []string{}, "/"
	err = start(command)
	write.Close()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%w: %w", ErrUnavailable, err), hold.Close())
	}
	a, err := converse(hold, stdout, append(line, '\n'))
	if err == nil {
		err = a.refused()
	}
	if err != nil {
		return nil, errors.Join(err, hold.Close())
	}
	return &Session{Environment: a.Environment, PID: command.Process.Pid, Hold: hold}, nil
}

// converse writes a request and reads the answer.
func converse(to, from *os.File, line []byte) (*Answer, error) {
	end := time.Now().Add(sessionTimeout)
	if err := errors.Join(to.SetDeadline(end), from.SetDeadline(end)); err != nil {
		return nil, err
	}
	if _, err := to.Write(line); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	text, err := io.ReadAll(io.LimitReader(from, MaxLine))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	a := &Answer{}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(a); err != nil {
		return nil, fmt.Errorf("%w: not an answer: %w", ErrUnavailable, err)
	}
	return a, nil
}

// refused is why there is no session.
func (a *Answer) refused() error {
	switch a.Result {
	case Accepted:
		return nil
	case Denied, Unusable:
		return fmt.Errorf("%w: %s", ErrUnusable, a.Message)
	}
	return fmt.Errorf("%w: PAM says %d, %q", ErrUnavailable, a.Code, a.Message)
}
