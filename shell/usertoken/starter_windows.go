package usertoken

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/windows"

	"github.com/winrmd/winrmd/configuration/account"
	"github.com/winrmd/winrmd/shell/process"
)

// MarkName is the environment variable that tells a process which session it is of;
// its value is the ShellId.
const MarkName = "WINRMD_SHELL_ID"

// Config is what a Starter is made from.
type Config struct {
	// Directory is where the hosts have their directories. Only this process's
	// account may write there; see Guard.
	Directory string
	// Command is the program, with arguments, that runs a host. Every account must
	// be able to run it.
	Command []string
	// Passwords are those that are stored.
	Passwords Passwords
	Log       *slog.Logger
}

// Starter starts hosts as other accounts; it is a shellhost.Starter. It may be used
// by several goroutines. Enable must have been called.
type Starter struct {
	config  Config
	service string // SID of this process's account
	logOn   func(*account.Account) (windows.Token, error)

	mu      sync.Mutex
	running map[string]*host // by ShellId
}

// host is a host that this Starter has started, or is about to.
type host struct {
	ended chan struct{} // closed when all of it has ended
	job   *process.Job  // nil until it runs
}

// NewStarter makes a Starter.
func NewStarter(c Config) (*Starter, error) {
	service, err := ownSID()
	if err != nil {
		return nil, err
	}
	logOn := func(a *account.Account) (windows.Token, error) { return logOn(a, c.Passwords) }
	return &Starter{config: c, service: service, logOn: logOn, running: map[string]*host{}}, nil
}

func (s *Starter) path(shellID string) string { return filepath.Join(s.config.Directory, shellID) }

// find is an account that sessions may run as.
func find(name string) (*account.Account, error) {
	a, err := account.LookUp(context.Background(), name)
	if err != nil {
		return nil, err
	}
	return a, admit(a.Name, a.SID)
}

// Make makes the directory of a shell for an account and returns the account's
// relative identifier. The error is fs.ErrExist if the directory is there.
func (s *Starter) Make(shellID, name string) (int, error) {
	a, err := find(name)
	if err != nil {
		return 0, err
	}
	id, err := relativeID(a.SID)
	if err != nil {
		return 0, err
	}
	return int(id), makeDirectory(s.path(shellID), directoryDescriptor(s.service, a.SID))
}

// Start starts the host of a shell whose directory is there, under limits, with its
// standard input and output.
func (s *Starter) Start(shellID, name string, limits process.Limits, stdin, stdout *os.File) error {
	a, err := find(name)
	if err != nil {
		return err
	}
	if err := checkDirectory(s.path(shellID), s.service, a.SID); err != nil {
		return err
	}
	h, err := s.reserve(shellID)
	if err != nil {
		return err
	}
	if err := s.start(shellID, a, limits, h, stdin, stdout); err != nil {
		s.release(shellID, h)
		return fmt.Errorf("host of the shell: %w", err)
	}
	return nil
}

// start starts a host. What it needs of this process is let go of when it ends.
func (s *Starter) start(shellID string, a *account.Account, limits process.Limits, h *host, stdin, stdout *os.File) (err error) {
	token, err := s.logOn(a)
	if err != nil {
		return err
	}
	loaded, err := loadProfile(token, parsePrincipal(a.Name))
	if err != nil { // as without: the registry is the default user's then
		s.config.Log.Warn("no profile", "account", a.Name, "error", err)
	}
	leave := func() error { return errors.Join(loaded.unload(), token.Close()) }
	defer func() {
		if err != nil {
			err = errors.Join(err, leave())
		}
	}()
	environment, err := token.Environ(false)
	if err != nil {
		return fmt.Errorf("environment of %s: %w", a.Name, err)
	}
	command := func(directory string) *exec.Cmd {
		cmd := exec.Command(s.config.Command[0], s.config.Command[1:]...)
		cmd.Stdin, cmd.Stdout, cmd.Stderr, cmd.Dir = stdin, stdout, os.Stderr, directory
		cmd.Env = append(environment, MarkName+"="+shellID)
		cmd.SysProcAttr = &syscall.SysProcAttr{
			Token: syscall.Token(token), HideWindow: true,
			CreationFlags: windows.CREATE_NEW_PROCESS_GROUP | windows.DETACHED_PROCESS | process.Breakaway(),
		}
		return cmd
	}
	cmd := command(home(token, a))
	descriptor := jobDescriptor(s.service, a.SID)
	job, warning, err := process.StartConfined(cmd, shellID, descriptor, limits)
	if err != nil && cmd.Dir != systemRoot() { // the account may not be let into its home
		cmd = command(systemRoot())
		job, warning, err = process.StartConfined(cmd, shellID, descriptor, limits)
	}
	if err != nil {
		return err
	}
	if warning != nil {
		s.config.Log.Warn("a limit cannot be had", "shell", shellID, "error", warning)
	}
	s.mu.Lock()
	h.job = job
	s.mu.Unlock()
	go s.await(cmd, shellID, h, leave)
	return nil
}

// await waits for the end of a host, and ends what is left of it.
func (s *Starter) await(cmd *exec.Cmd, shellID string, h *host, leave func() error) {
	if err := cmd.Wait(); err != nil {
		s.config.Log.Warn("shell host ended", "shell", shellID, "error", err)
	}
	if err := h.job.Kill(); err != nil {
		s.config.Log.Error("something of a session is left", "shell", shellID, "error", err)
	}
	if err := leave(); err != nil {
		s.config.Log.Warn("logon of a session that has ended", "shell", shellID, "error", err)
	}
	s.release(shellID, h)
}

// reserve keeps a shell's place: it has one host at a time.
func (s *Starter) reserve(shellID string) (*host, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.running[shellID] != nil {
		return nil, errors.New("the shell has a host")
	}
	h := &host{ended: make(chan struct{})}
	s.running[shellID] = h
	return h, nil
}

func (s *Starter) release(shellID string, h *host) {
	s.mu.Lock()
	delete(s.running, shellID)
	if h.job != nil {
		_ = h.job.Close()
		h.job = nil
	}
	s.mu.Unlock()
	close(h.ended)
}

// clearTimeout is how long the end of what is left of a shell may take, clearPause
// how often is looked.
const (
	clearTimeout = 10 * time.Second
	clearPause   = 20 * time.Millisecond
)

// Clear ends a host and everything of it, by its job, and reports whether output of
// finished commands lies on disk.
func (s *Starter) Clear(shellID string) (remains bool, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), clearTimeout)
	defer cancel()
	ended, err := s.kill(shellID)
	if err != nil {
		return false, err
	}
	select {
	case <-ended:
	case <-ctx.Done():
		return false, errors.New("the host of the shell does not end")
	}
	for process.KillConfined(shellID) == nil { // a host that a daemon before has started
		if _, err := process.UseOf(shellID); err != nil {
			break
		}
		if ctx.Err() != nil {
			return false, errors.New("what is left of the shell does not end")
		}
		time.Sleep(clearPause)
	}
	return hasRemains(s.config.Directory, shellID), nil
}

// kill ends a host of this Starter's; ended is closed when it has, and where there
// is none.
func (s *Starter) kill(shellID string) (ended <-chan struct{}, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	h := s.running[shellID]
	if h == nil {
		none := make(chan struct{})
		close(none)
		return none, nil
	}
	if h.job != nil {
		err = h.job.Kill()
	}
	return h.ended, err
}

// Remove removes the directory of a shell with all that is in it.
func (s *Starter) Remove(shellID string) error {
	s.mu.Lock()
	h := s.running[shellID]
	s.mu.Unlock()
	if h != nil {
		return errors.New("the host of the shell lives")
	}
	if err := removeDirectory(s.config.Directory, shellID); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
