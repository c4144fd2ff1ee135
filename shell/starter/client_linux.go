package starter

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"time"

	"github.com/winrmd/winrmd/shell/process"
)

// Client asks a starter. It may be used by several goroutines.
type Client struct {
	socket *os.File
	log    *slog.Logger
}

// NewClient makes a Client of the daemon's end of the socket.
func NewClient(socket *os.File, log *slog.Logger) *Client { return &Client{socket: socket, log: log} }

// File is the socket, for the daemon that comes after this one.
func (c *Client) File() *os.File { return c.socket }

// Pair makes the socket's two ends: the daemon's and the starter's.
func Pair() (daemon, starter *os.File, err error) { return pair() }

// answerTimeout is how long the starter may take: to end what is left of a shell,
// or to ask a directory service.
const answerTimeout = 3 * clearTimeout

// Renew has the starter become one of the version that its program file is now, which
// is the daemon's own after it took over. The error says why it stays what it was.
func (c *Client) Renew() error {
	_, err := c.ask(&request{Operation: operationRenew})
	return err
}

// Service is the name of the account of this daemon, if the starter starts hosts as
// that one too; empty where it does not, as one of an older version.
func (c *Client) Service() string {
	a, err := c.ask(&request{Operation: operationAbout})
	if err != nil {
		c.log.Warn("sessions of users without an account have no limits but open files", "error", err)
		return ""
	}
	return a.Service
}

// Make makes the directory of a shell for an account and returns the account's
// number. The error is fs.ErrExist if the directory is there.
func (c *Client) Make(shellID, account string) (uid int, err error) {
	a, err := c.ask(&request{Operation: operationMake, ShellID: shellID, Account: account})
	if err != nil {
		return 0, err
	}
	return a.UID, nil
}

// Start starts the host of a shell whose directory is there, with its standard
// input and output.
func (c *Client) Start(shellID, account string, limits process.Limits, stdin, stdout *os.File) error {
	a, err := c.ask(&request{Operation: operationStart, ShellID: shellID, Account: account, Limits: limits}, stdin, stdout)
	if err == nil && a.Warning != "" {
		c.log.Warn("a limit cannot be had", "shell", shellID, "error", a.Warning)
	}
	return err
}

// Clear ends what is left of a shell's host and reports whether output of
// finished commands lies on disk.
func (c *Client) Clear(shellID string) (remains bool, err error) {
	a, err := c.ask(&request{Operation: operationClear, ShellID: shellID})
	return err == nil && a.Remains, err
}

// Remove removes the directory of a shell.
func (c *Client) Remove(shellID string) error {
	_, err := c.ask(&request{Operation: operationRemove, ShellID: shellID})
	return err
}

// Check runs winrmd-pam with a line for its standard input, and returns what it
// says. It is for package wsman/auth/pam.
func (c *Client) Check(ctx context.Context, line []byte) ([]byte, error) {
	stdin, tells, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer tells.Close()
	hears, stdout, err := os.Pipe()
	if err != nil {
		return nil, errors.Join(err, stdin.Close())
	}
	defer hears.Close()
	_, err = c.ask(&request{Operation: operationCheck}, stdin, stdout)
	stdin.Close()
	stdout.Close()
	if err != nil {
		return nil, err
	}
	defer context.AfterFunc(ctx, func() { _ = errors.Join(tells.SetDeadline(time.Now()), hears.SetDeadline(time.Now())) })()
	if _, err := tells.Write(line); err != nil {
		return nil, err
	}
	return io.ReadAll(io.LimitReader(hears, maxChecked))
}

// maxChecked bounds what winrmd-pam says, in bytes.
const maxChecked = 16 << 10

// ask sends a request and waits for its answer.
func (c *Client) ask(r *request, files ...*os.File) (*answer, error) {
	r.Version = version
	packet, err := json.Marshal(r)
	if err != nil {
		return nil, err
	}
	ours, theirs, err := pair()
	if err != nil {
		return nil, err
	}
	defer ours.Close()
	err = send(c.socket, packet, append([]*os.File{theirs}, files...)...)
	theirs.Close()
	if err != nil {
		return nil, fmt.Errorf("the starter cannot be asked: %w", err)
	}
	a, err := receiveAnswer(ours, time.Now().Add(answerTimeout))
	switch {
	case err != nil:
		return nil, fmt.Errorf("the starter does not answer: %w", err)
	case a.Exists:
		return nil, fs.ErrExist
	case a.Error != "":
		return nil, errors.New(a.Error)
	}
	return a, nil
}
