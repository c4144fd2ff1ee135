package starter

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/google/uuid"

	"github.com/winrmd/winrmd/configuration/account"
	"github.com/winrmd/winrmd/shell/process"
)

// version is that of the requests. A starter refuses others: it is as old as the
// service's start, and may be older than the daemon.
const version = 1

// Operations.
const (
	// operationMake makes the directory of a shell, for an account.
	operationMake = "make"
	// operationStart starts the host of a shell whose directory is there. With the
	// request come two descriptors: the host's standard input and output.
	operationStart = "start"
	// operationCheck checks a password with PAM: it starts winrmd-pam, which ends by
	// itself, with two descriptors as its standard input and output.
	operationCheck = "check"
	// operationClear ends everything that is left of a shell's host.
	operationClear = "clear"
	// operationRemove removes the directory of a shell with all that is in it.
	operationRemove = "remove"
	// operationAbout tells what the daemon cannot know of a starter that it has
	// inherited. One that is older does not know this operation.
	operationAbout = "about"
	// operationRenew has the starter run its program file anew, if that is another
	// one now.
	operationRenew = "renew"
)

// maxMessage bounds a request and an answer, in bytes.
const maxMessage = 4096

// request is one packet. The first descriptor that comes with it takes the answer.
type request struct {
	Version   int
	Operation string
	ShellID   string `json:",omitempty"`
	// Account is the name of a local account, for make and start.
	Account string `json:",omitempty"`
	// Limits are for start.
	Limits process.Limits `json:",omitzero"`
}

// answer is what comes back, once.
type answer struct {
	// Error is empty where all went well.
	Error string `json:",omitempty"`
	// Exists says that make has found the directory there.
	Exists bool `json:",omitempty"`
	// UID is the number of the account, of make and start.
	UID int `json:",omitempty"`
	// Warning says what could not be had of a start's limits.
	Warning string `json:",omitempty"`
	// Remains says, of clear, that output of finished commands lies on disk.
	Remains bool `json:",omitempty"`
	// Service is, of about, the name of the account as which hosts are started for
	// users who have none; empty: the daemon starts them.
	Service string `json:",omitempty"`
}

// parseRequest reads a packet strictly: nothing unknown, and nothing after it.
func parseRequest(packet []byte) (*request, error) {
	if len(packet) > maxMessage {
		return nil, errors.New("the request is too long")
	}
	decoder := json.NewDecoder(bytes.NewReader(packet))
	decoder.DisallowUnknownFields()
	r := &request{}
	if err := decoder.Decode(r); err != nil {
		return nil, fmt.Errorf("request: %w", err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("something comes after the request")
	}
	return r, r.check()
}

// check refuses what cannot be meant.
func (r *request) check() error {
	if r.Version != version {
		return fmt.Errorf("the request is of version %d and this starter of version %d: restart the service winrmd", r.Version, version)
	}
	switch r.Operation {
	case operationCheck, operationAbout, operationRenew:
		if *r != (request{Version: version, Operation: r.Operation}) {
			return fmt.Errorf("%s takes no shell, account or limits", r.Operation)
		}
		return nil
	}
	if len(r.ShellID) != 36 || uuid.Validate(r.ShellID) != nil || bytes.ContainsAny([]byte(r.ShellID), "abcdef") {
		return fmt.Errorf("%q is no ShellId in upper case", r.ShellID)
	}
	switch r.Operation {
	case operationMake, operationStart:
		return errors.Join(account.CheckName(r.Account), r.checkLimits())
	case operationClear, operationRemove:
		if r.Account != "" {
			return fmt.Errorf("%s takes no account", r.Operation)
		}
		return r.checkLimits()
	}
	return fmt.Errorf("there is no operation %q", r.Operation)
}

func (r *request) checkLimits() error {
	l := r.Limits
	if l != (process.Limits{}) && r.Operation != operationStart {
		return fmt.Errorf("%s takes no limits", r.Operation)
	}
	if l.MemoryMB < 0 || l.Processes < 0 || l.ProcessorWeight < 0 || l.ProcessorWeight > 10000 || l.OpenFiles < 0 {
		return errors.New("a limit is out of range")
	}
	return nil
}

// descriptors is how many come with a request besides the one for its answer.
func (r *request) descriptors() int {
	switch r.Operation {
	case operationStart, operationCheck:
		return 2
	}
	return 0
}
