package starter

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/winrmd/winrmd/configuration/account"
	"github.com/winrmd/winrmd/shell/process"
	"github.com/winrmd/winrmd/shell/unit"
)

// MarkName is the environment variable by which everything of a shell is found
// that has outlived its host; its value is the ShellId.
const MarkName = "WINRMD_SHELL_ID"

// server does what it is asked for.
type server struct {
	policy      Policy
	directories *directories
	log         *slog.Logger
	// makeUnit has systemd make a unit; nil: it does not run this machine.
	makeUnit func(context.Context, unit.Scope) error

	checks chan struct{} // those of passwords under way

	underWay atomic.Int32 // requests
	ending   atomic.Int32 // hosts that have ended, and of which something may be left

	mu      sync.Mutex
	running map[string]*running // by ShellId
}

// running is a host.
type running struct {
	pid   int           // 0 while it is started
	ended chan struct{} // closed when all of it has ended
}

// clearTimeout is how long the end of what is left of a shell may take.
const clearTimeout = 10 * time.Second

// Serve answers requests until nobody has the other end of the socket any more.
// The hosts that it has started go on then.
func Serve(socket *os.File, p Policy, log *slog.Logger) error {
	directories, err := openDirectories(p.Directory)
	if err != nil {
		return err
	}
	// What a host that was killed leaves behind comes to this process.
	if err := errors.Join(process.BecomeReaper(), process.OwnSession()); err != nil {
		return err
	}
	s := &server{policy: p, directories: directories, log: log, running: make(map[string]*running), checks: make(chan struct{}, maxChecks)}
	if unit.Usable() {
		s.makeUnit = unit.Start
	}
	if err := s.inherit(); err != nil {
		return err
	}
	reaper := process.NewReaper()
	defer reaper.Close()
	for {
		packet, files, err := receive(socket)
		if errors.Is(err, io.EOF) {
			s.finish()
			return nil
		}
		if err != nil {
			log.Warn("starter: packet", "error", err)
			closeAll(files)
			if errors.Is(err, os.ErrClosed) {
				return err
			}
			continue
		}
		if r, err := parseRequest(packet); err == nil && r.Operation == operationRenew {
			s.handle(packet, files, func(answerTo *os.File) error { return s.renew(socket, answerTo) })
			continue // nothing is taken from the socket before the next version does
		}
		s.underWay.Add(1)
		go func() {
			defer s.underWay.Add(-1)
			s.handle(packet, files, nil)
		}()
	}
}

// handle answers one request. renew, if not nil, is what that asks for.
func (s *server) handle(packet []byte, files []*os.File, renew func(answerTo *os.File) error) {
	defer closeAll(files)
	if len(files) == 0 {
		s.log.Warn("starter: a request without a way to answer it")
		return
	}
	a, err := s.serve(packet, files[1:])
	if err == nil && renew != nil {
		err = renew(files[0])
	}
	if err != nil {
		s.log.Warn("starter: refused", "error", err)
		a = &answer{Error: err.Error(), Exists: errors.Is(err, fs.ErrExist)}
		if len(a.Error) > maxMessage/2 {
			a.Error = a.Error[:maxMessage/2]
		}
	}
	sendAnswer(files[0], a)
}

// serve does what a request asks for.
func (s *server) serve(packet []byte, files []*os.File) (*answer, error) {
	r, err := parseRequest(packet)
	if err != nil {
		return nil, err
	}
	if len(files) != r.descriptors() {
		return nil, fmt.Errorf("%s with %d descriptors", r.Operation, len(files))
	}
	ctx, cancel := context.WithTimeout(context.Background(), clearTimeout)
	defer cancel()
	switch r.Operation {
	case operationRenew:
		return &answer{}, nil // the caller does
	case operationAbout:
		return &answer{Service: s.policy.Service}, nil
	case operationCheck:
		return &answer{}, s.check(files[0], files[1])
	case operationClear:
		if err := s.clear(ctx, r.ShellID); err != nil {
			return nil, err
		}
		return &answer{Remains: s.directories.remains(r.ShellID)}, nil
	case operationRemove:
		if s.isRunning(r.ShellID) {
			return nil, errors.New("the host of the shell lives")
		}
		return &answer{}, s.directories.remove(r.ShellID)
	}
	a, err := account.LookUp(ctx, r.Account)
	if err != nil {
		return nil, err
	}
	if err := s.policy.admit(a); err != nil {
		return nil, err
	}
	if r.Operation == operationMake {
		return &answer{UID: a.UID}, s.directories.make(r.ShellID, a)
	}
	warning, err := s.start(r, a, files[0], files[1])
	return &answer{UID: a.UID, Warning: warning}, err
}

// start starts the host of a shell.
func (s *server) start(r *request, a *account.Account, stdin, stdout *os.File) (warning string, err error) {
	if err := s.directories.check(r.ShellID, a); err != nil {
		return "", err
	}
	host, err := s.reserve(r.ShellID)
	if err != nil {
		return "", err
	}
	session, err := s.openSession(a)
	if err != nil {
		s.release(r.ShellID, host)
		return "", err
	}
	defer session.Hold.Close()
	limits, err := session.rlimits(r.Limits.OpenFiles)
	if err != nil {
		s.release(r.ShellID, host)
		return "", err
	}
	cmd := exec.Command(s.policy.Command[0], s.policy.Command[1:]...)
	cmd.ExtraFiles = session.files()
	cmd.Stdin, cmd.Stdout, cmd.Stderr = stdin, stdout, os.Stderr
	cmd.Dir = directory(a)
	cmd.Env = slices.Concat(environment(a), session.Environment, []string{MarkName + "=" + r.ShellID, rlimitVariable + "=" + limits})
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Credential: credential(a)}
	group := s.newGroup(r.ShellID)
	if group != nil {
		group.Attach(cmd)
		defer group.Close()
	}
	err = process.StartOwn(cmd)
	if err != nil && cmd.Dir != "/" { // the account may not be let into its home
		cmd = again(cmd)
		err = process.StartOwn(cmd)
	}
	if err != nil {
		s.release(r.ShellID, host)
		return "", fmt.Errorf("host of the shell: %w", err)
	}
	warning = s.confine(r, a, cmd.Process.Pid, group)
	s.mu.Lock()
	host.pid = cmd.Process.Pid
	s.mu.Unlock()
	go s.await(cmd.Wait, r.ShellID, host)
	return warning, nil
}

// again is the same command, in a directory that everybody is let into.
func again(cmd *exec.Cmd) *exec.Cmd {
	next := exec.Command(cmd.Path, cmd.Args[1:]...)
	next.Stdin, next.Stdout, next.Stderr = cmd.Stdin, cmd.Stdout, cmd.Stderr
	next.ExtraFiles = cmd.ExtraFiles
	next.Env, next.SysProcAttr, next.Dir = cmd.Env, cmd.SysProcAttr, "/"
	return next
}

// reserve keeps a shell's place: it has one host at a time.
func (s *server) reserve(shellID string) (*running, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.running[shellID] != nil {
		return nil, errors.New("the shell has a host")
	}
	host := &running{ended: make(chan struct{})}
	s.running[shellID] = host
	return host, nil
}

func (s *server) release(shellID string, host *running) {
	s.mu.Lock()
	delete(s.running, shellID)
	s.mu.Unlock()
	close(host.ended)
}

func (s *server) isRunning(shellID string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.running[shellID] != nil
}

// await waits for the end of a host, and ends what is left of it.
func (s *server) await(wait func() error, shellID string, host *running) {
	defer s.release(shellID, host)
	err := wait()
	s.ending.Add(1)
	defer s.ending.Add(-1)
	if err != nil {
		s.log.Warn("shell host ended", "shell", shellID, "error", err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), clearTimeout)
	defer cancel()
	if err := s.end(ctx, shellID); err != nil {
		s.log.Error("something of a session is left", "shell", shellID, "error", err)
	}
}

// farewell is for hosts that end at the same time as whoever has asked for them.
const farewell = 200 * time.Millisecond

// finish waits until nothing is left of the hosts that have ended.
func (s *server) finish() {
	time.Sleep(farewell)
	for end := time.Now().Add(clearTimeout); s.ending.Load() > 0 && time.Now().Before(end); {
		time.Sleep(settlePause)
	}
}

// clear ends a host and everything of it. One that this starter has started is
// waited for.
func (s *server) clear(ctx context.Context, shellID string) error {
	if err := s.end(ctx, shellID); err != nil {
		return err
	}
	s.mu.Lock()
	host := s.running[shellID]
	s.mu.Unlock()
	if host == nil {
		return nil
	}
	select {
	case <-host.ended:
		return nil
	case <-ctx.Done():
		return errors.New("the host of the shell does not end")
	}
}

// end ends everything that is marked as a shell's, or in its control group.
func (s *server) end(ctx context.Context, shellID string) error {
	var grouped error
	if path, err := process.ScopePath(shellID); err == nil {
		grouped = endScope(ctx, path)
	}
	marked := process.KillMarked(ctx, MarkName, shellID)
	return errors.Join(grouped, marked, process.KillOrphans(ctx), process.Release(shellID))
}

func endScope(ctx context.Context, path string) error {
	scope, err := process.OpenScope(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer scope.Close()
	if err := scope.Kill(); err != nil {
		return err
	}
	return scope.Remove(ctx)
}

// Directory is where the hosts of a state directory have theirs, for a Policy.
func Directory(state string) string { return filepath.Join(state, "shells") }
