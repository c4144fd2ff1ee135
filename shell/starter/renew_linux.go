package starter

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/winrmd/winrmd/shell/process"
)

// A starter is as old as the start of the service. So that it is not older than the
// daemon that has taken over, it can be asked to run the program file anew that lies
// where its own was: with execve, as the same process, so that hosts stay its
// children and its socket, with what is asked meanwhile, stays open. Which file that
// is was said when it was started, and the file is refused if anybody but the
// superuser could have put something else there.

// Renewal says how a starter becomes one of a newer version. Without a Program it
// does not.
type Renewal struct {
	// Program is the absolute path of the program file.
	Program string
	// Arguments are those of this process, its name first. A newer version has to
	// understand those of an older one.
	Arguments []string
	// Inherited is where the state of the version before is; nil: there was none.
	Inherited *os.File
}

// InheritedFlag is the argument by which the newer version is told the descriptor
// of Renewal.Inherited.
const InheritedFlag = "inherited"

// state is what a starter tells the version of it that comes after. It is read by
// another version: what it says may only ever grow.
type state struct {
	// Hosts are the processes of hosts, by ShellId.
	Hosts map[string]int
	// Others are its other children: what holds PAM sessions, or checks a password.
	Others []int
	// Answer is the descriptor of who has asked for the renewal.
	Answer int
}

// How long a renewal waits for requests under way, and how often it looks.
const (
	settleTimeout = clearTimeout
	settlePause   = 5 * time.Millisecond
)

// renew runs the program anew. It returns where that is not necessary, or not
// possible. No request is taken meanwhile.
func (s *server) renew(socket, answerTo *os.File) error {
	if s.policy.Renewal.Program == "" {
		return errors.New("this starter was not told its program")
	}
	program, err := openProgram(s.policy.Renewal.Program)
	if err != nil {
		return err
	}
	defer program.Close()
	if same, err := isOwnProgram(program); same || err != nil {
		return err
	}
	for end := time.Now().Add(settleTimeout); s.underWay.Load() > 0; time.Sleep(settlePause) {
		if time.Now().After(end) {
			return errors.New("requests are under way that do not end")
		}
	}
	told, err := s.tell(answerTo)
	if err != nil {
		return err
	}
	defer told.Close()
	arguments := slices.DeleteFunc(slices.Clone(s.policy.Renewal.Arguments), func(argument string) bool {
		return strings.HasPrefix(argument, "--"+InheritedFlag+"=")
	})
	arguments = append(arguments, fmt.Sprintf("--%s=%d", InheritedFlag, descriptor(told)))
	kept := []*os.File{socket, answerTo, told}
	for _, f := range kept {
		if err := keepOnExec(f, true); err != nil {
			return err
		}
	}
	s.log.Info("starter: renewed", "program", s.policy.Renewal.Program)
	err = syscall.Exec("/proc/self/fd/"+strconv.Itoa(descriptor(program)), arguments, os.Environ())
	for _, f := range kept {
		err = errors.Join(err, keepOnExec(f, false))
	}
	return fmt.Errorf("starter not renewed: %w", err)
}

// tell writes down what the next version must know.
func (s *server) tell(answerTo *os.File) (*os.File, error) {
	s.mu.Lock()
	known := state{Hosts: map[string]int{}, Answer: descriptor(answerTo)}
	for shellID, h := range s.running {
		known.Hosts[shellID] = h.pid
	}
	s.mu.Unlock()
	for _, pid := range process.Started() {
		if !slices.Contains(slices.Collect(maps.Values(known.Hosts)), pid) {
			known.Others = append(known.Others, pid)
		}
	}
	text, err := json.Marshal(known)
	if err != nil {
		return nil, err
	}
	fd, err := unix.MemfdCreate(InheritedFlag, unix.MFD_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("state of the starter: %w", err)
	}
	f := os.NewFile(uintptr(fd), InheritedFlag)
	if _, err = f.Write(text); err == nil {
		_, err = f.Seek(0, io.SeekStart)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// inherit takes up what the version before has told. It is to be called before
// anybody judges children.
func (s *server) inherit() error {
	told := s.policy.Renewal.Inherited
	if told == nil {
		return nil
	}
	defer told.Close()
	known := state{}
	if err := json.NewDecoder(told).Decode(&known); err != nil {
		return fmt.Errorf("state of the starter before: %w", err)
	}
	for shellID, pid := range known.Hosts {
		h, err := s.reserve(shellID)
		if err != nil {
			return err
		}
		h.pid = pid
		go s.await(waitFor(pid), shellID, h)
	}
	for _, pid := range known.Others {
		wait := waitFor(pid)
		go func() { _ = wait() }() // who uses it knows how it ended
	}
	unix.CloseOnExec(known.Answer)
	answerTo := os.NewFile(uintptr(known.Answer), "answer")
	defer answerTo.Close()
	sendAnswer(answerTo, &answer{})
	return nil
}

// waitFor makes a child of the version before one of this, and returns what waits
// for it. One that has ended, and was waited for, is none any more.
func waitFor(pid int) func() error {
	if err := process.Own(pid); err != nil {
		return func() error { return err }
	}
	p, err := os.FindProcess(pid)
	if err != nil {
		return func() error { return err }
	}
	return func() error {
		state, err := p.Wait()
		if err == nil && !state.Success() {
			err = errors.New(state.String())
		}
		return err
	}
}

func descriptor(f *os.File) (fd int) {
	if raw, err := f.SyscallConn(); err == nil {
		_ = raw.Control(func(own uintptr) { fd = int(own) })
	}
	return fd
}

// keepOnExec says whether the next program has a descriptor.
func keepOnExec(f *os.File, keep bool) error {
	flags := unix.FD_CLOEXEC
	if keep {
		flags = 0
	}
	_, err := unix.FcntlInt(uintptr(descriptor(f)), unix.F_SETFD, flags)
	return err
}

func isOwnProgram(program *os.File) (bool, error) {
	a, err := program.Stat()
	if err != nil {
		return false, err
	}
	b, err := os.Stat("/proc/self/exe")
	return err == nil && os.SameFile(a, b), err
}

// maxLinks is how many symbolic links a path may lead through, as for the system.
const maxLinks = 40

// openProgram opens a program file that only the superuser can have put there: the
// file, the directories that lead to it, and links on the way are the superuser's,
// and nobody else may write to them. In a directory with the sticky bit others may
// make files, and not replace those of the superuser.
func openProgram(path string) (*os.File, error) {
	if !filepath.IsAbs(path) {
		return nil, fmt.Errorf("the path %s of the program is not absolute", path)
	}
	current, rest, links := "/", strings.Split(path, "/"), 0
	info, err := trusted("/")
	for len(rest) > 0 && err == nil {
		name := rest[0]
		rest = rest[1:]
		switch name {
		case "", ".":
			continue
		case "..":
			current = filepath.Dir(current)
			continue
		}
		next := filepath.Join(current, name)
		if info, err = trusted(next); err != nil {
			break
		}
		if info.Mode()&fs.ModeSymlink == 0 {
			current = next
			continue
		}
		var target string
		if target, err = os.Readlink(next); err == nil && links == maxLinks {
			err = fmt.Errorf("%s leads through too many links", path)
		}
		links++
		if filepath.IsAbs(target) {
			current = "/"
		}
		rest = append(strings.Split(target, "/"), rest...)
	}
	if err != nil {
		return nil, err
	}
	if info, err = os.Lstat(current); err != nil || !info.Mode().IsRegular() || info.Mode()&0o111 == 0 {
		return nil, errors.Join(fmt.Errorf("%s is no program", path), err)
	}
	file, err := os.OpenFile(current, os.O_RDONLY|unix.O_NOFOLLOW, 0)
	if err != nil {
		return nil, err
	}
	opened, err := file.Stat()
	if err != nil || !os.SameFile(info, opened) {
		return nil, errors.Join(fmt.Errorf("%s was changed meanwhile", path), err, file.Close())
	}
	return file, nil
}

// trusted looks at a part of a path that nobody but the superuser may change.
func trusted(path string) (fs.FileInfo, error) {
	info, err := os.Lstat(path)
	if err != nil {
		return nil, err
	}
	const others = 0o022
	switch owner := info.Sys().(*unixStat).Uid; {
	case owner != 0:
		return nil, fmt.Errorf("%s belongs to account %d, who could put another program there", path, owner)
	case info.Mode()&fs.ModeSymlink != 0, info.IsDir() && info.Mode()&fs.ModeSticky != 0, info.Mode()&others == 0:
		return info, nil
	}
	return nil, fmt.Errorf("others than the superuser may write to %s, and put another program there", path)
}
