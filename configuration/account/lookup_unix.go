//go:build unix && !darwin

package account

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
)

// systemPath is where programs of the system are, whatever the environment says.
const systemPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

// notFoundStatus is what getent(1) exits with for a key that is not there.
const notFoundStatus = 2

// lookUp asks the system's name service.
func (s Service) lookUp(ctx context.Context, name string) (*Account, error) {
	getent, ok := findProgram("getent")
	if !ok {
		return lookUpFile(name)
	}
	entry, err := s.ask(ctx, getent, "passwd", name)
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) && exit.ExitCode() == notFoundStatus {
		return nil, &NotFoundError{Name: name}
	}
	if err != nil {
		return nil, err
	}
	a, err := parseEntry(entry)
	if err != nil {
		return nil, err
	}
	return a, s.askGroups(ctx, a)
}

// askGroups asks for the groups of an account.
func (s Service) askGroups(ctx context.Context, a *Account) error {
	id, ok := findProgram("id")
	if !ok {
		a.Groups = []int{a.GID}
		return nil
	}
	text, err := s.ask(ctx, id, "-G", "--", a.Name)
	if err == nil {
		a.Groups, err = parseGroups(text)
	}
	if err != nil {
		return fmt.Errorf("groups of %s: %w", a.Name, err)
	}
	return nil
}

// own is the account of this process. One whose number has no entry has no name.
func (s Service) own(ctx context.Context) (*Account, error) {
	nameless := &Account{UID: os.Geteuid(), GID: os.Getegid()}
	getent, ok := findProgram("getent")
	if !ok {
		return ownFile(nameless)
	}
	entry, err := s.ask(ctx, getent, "passwd", strconv.Itoa(nameless.UID))
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) && exit.ExitCode() == notFoundStatus {
		return nameless, nil
	}
	if err != nil {
		return nil, err
	}
	return parseEntry(entry)
}

// ask runs a program of the system and returns what it says.
func (s Service) ask(ctx context.Context, path string, arguments ...string) (string, error) {
	cmd := exec.CommandContext(ctx, path, arguments...)
	cmd.Env, cmd.Dir = []string{"PATH=" + systemPath, "LC_ALL=C"}, "/"
	var output strings.Builder
	cmd.Stdout = &output
	start := s.Start
	if start == nil {
		start = (*exec.Cmd).Start
	}
	err := start(cmd)
	if err == nil {
		err = cmd.Wait()
	}
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	return output.String(), err
}

func findProgram(name string) (string, bool) {
	for directory := range strings.SplitSeq(systemPath, ":") {
		path := directory + "/" + name
		if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0 {
			return path, true
		}
	}
	return "", false
}
