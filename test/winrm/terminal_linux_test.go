package winrm

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/charmbracelet/x/vt"
	"github.com/creack/pty"
	"github.com/rogpeppe/go-internal/txtar"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// terminal is a terminal with a program at one side and a person at the other. What the
// person sees is an emulator's to say.
type terminal struct {
	t       *testing.T
	tty     *os.File
	command *exec.Cmd
	ended   chan error

	mu       sync.Mutex
	emulator *vt.Emulator
	shown    strings.Builder // all that came, with plain ends of lines
	seen     int             // how much of it was awaited
	grown    chan struct{}   // closed when there is more
}

// sit starts a program of a person at a terminal of a size.
func (p person) sit(t *testing.T, width, height int, without string, command ...string) *terminal {
	t.Helper()
	c := exec.CommandContext(t.Context(), command[0], command[1:]...)
	c.Env = append(c.Environ(), "TERM=xterm", "PATH="+filepath.Dir(p.winrm)+":"+os.Getenv("PATH"))
	for key, value := range p.environment() {
		if key != without {
			c.Env = append(c.Env, key+"="+value)
		}
	}
	tty, err := pty.StartWithSize(c, &pty.Winsize{Rows: uint16(height), Cols: uint16(width)})
	require.NoError(t, err)
	s := &terminal{t: t, tty: tty, command: c, ended: make(chan error, 1), grown: make(chan struct{}), emulator: vt.NewEmulator(width, height)}
	read, answered := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(read)
		buffer := make([]byte, 4096)
		for {
			n, err := tty.Read(buffer)
			s.show(buffer[:n])
			if err != nil {
				return
			}
		}
	}()
	go func() { // what a program asks a terminal
		defer close(answered)
		_, _ = io.Copy(tty, s.emulator)
	}()
	go func() {
		<-read // Linux' terminals fail when nobody is at the other side any more
		s.ended <- c.Wait()
	}()
	t.Cleanup(func() {
		_ = c.Process.Kill()
		<-read
		_ = s.emulator.InputPipe().(io.Closer).Close() // the end of what it answers; Close races with Read
		<-answered
		_ = tty.Close()
	})
	return s
}

func (s *terminal) show(text []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, _ = s.emulator.Write(text)
	s.shown.WriteString(strings.ReplaceAll(string(text), "\r\n", "\n"))
	close(s.grown)
	s.grown = make(chan struct{})
}

// until waits until what the terminal shows is as f wants it.
func (s *terminal) until(f func() bool) bool {
	deadline := time.After(patience)
	for {
		s.mu.Lock()
		well, grown := f(), s.grown
		s.mu.Unlock()
		if well {
			return true
		}
		select {
		case <-grown:
		case <-deadline:
			return false
		}
	}
}

// await waits until a text has come after those that were awaited before.
func (s *terminal) await(text string) {
	s.t.Helper()
	if !s.until(func() bool {
		i := strings.Index(s.shown.String()[s.seen:], text)
		if i >= 0 {
			s.seen += i + len(text)
		}
		return i >= 0
	}) {
		require.FailNow(s.t, "the terminal does not show it", "%q in\n%s", text, s.shown.String())
	}
}

// types types, as it is: a line ends with "\n", and Ctrl-C is "\x03".
func (s *terminal) types(text string) {
	s.t.Helper()
	_, err := io.WriteString(s.tty, text)
	require.NoError(s.t, err)
}

// blind waits until the terminal shows nothing of what is typed.
func (s *terminal) blind() {
	s.t.Helper()
	require.Eventually(s.t, func() bool {
		state, err := unix.IoctlGetTermios(int(s.tty.Fd()), unix.TCGETS)
		return err == nil && state.Lflag&unix.ECHO == 0
	}, patience, 10*time.Millisecond)
}

// resize makes the terminal another size.
func (s *terminal) resize(width, height int) {
	s.t.Helper()
	s.mu.Lock()
	s.emulator.Resize(width, height)
	s.mu.Unlock()
	require.NoError(s.t, pty.Setsize(s.tty, &pty.Winsize{Rows: uint16(height), Cols: uint16(width)}))
}

// leaves waits for the program's end and returns its exit status.
func (s *terminal) leaves() int {
	s.t.Helper()
	select {
	case err := <-s.ended:
		code, err := status(err)
		require.NoError(s.t, err)
		return code
	case <-time.After(patience):
		require.FailNow(s.t, "the program does not end")
	}
	return -1
}

// picture is what the person sees, without the blanks behind it, and where the cursor
// is. The lock is held.
func (s *terminal) picture() string {
	lines := strings.Split(s.emulator.String(), "\n")
	for i, line := range lines {
		lines[i] = strings.TrimRight(line, " \r")
	}
	for len(lines) > 0 && lines[len(lines)-1] == "" {
		lines = lines[:len(lines)-1]
	}
	at := s.emulator.CursorPosition()
	return fmt.Sprintf("%d x %d, the cursor at %d, %d\n%s\n", s.emulator.Width(), s.emulator.Height(), at.X, at.Y, strings.Join(lines, "\n"))
}

// album is the screens that a test keeps.
type album struct {
	t    *testing.T
	path string
	kept *txtar.Archive
	seen txtar.Archive
}

// openAlbum opens the one of a name. At the end of the test all that is in it must have
// been seen.
func openAlbum(t *testing.T, name string) *album {
	t.Helper()
	a := &album{t: t, path: filepath.Join("testdata", "screens", name+".txt"), kept: &txtar.Archive{}}
	kept, err := txtar.ParseFile(a.path)
	if err == nil {
		a.kept = kept
	} else if !*update || !errors.Is(err, os.ErrNotExist) {
		require.NoError(t, err)
	}
	t.Cleanup(func() {
		switch {
		case t.Failed():
		case *update:
			assert.NoError(t, os.WriteFile(a.path, txtar.Format(&a.seen), 0o600))
		default:
			assert.Len(t, a.seen.Files, len(a.kept.Files), "screens that were not seen")
		}
	})
	return a
}

// shot waits until the terminal shows what was kept under a name.
func (a *album) shot(s *terminal, name string) {
	a.t.Helper()
	var want, got string
	for _, f := range a.kept.Files {
		if f.Name == name {
			want = string(f.Data)
		}
	}
	s.until(func() bool {
		got = s.picture()
		return *update || got == want
	})
	if !*update {
		require.Equal(a.t, want, got, name)
	}
	a.seen.Files = append(a.seen.Files, txtar.File{Name: name, Data: []byte(got)})
}

// run runs winrm where there is no terminal, and it must succeed.
func (p person) run(t *testing.T, arguments ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	c := exec.CommandContext(ctx, p.winrm, arguments...)
	for key, value := range p.environment() {
		c.Env = append(c.Environ(), key+"="+value)
	}
	output, err := c.CombinedOutput()
	require.NoError(t, err, "%s", output)
	return string(output)
}

// gate keeps a script waiting.
type gate struct{ path string }

func newGate(t *testing.T) gate { return gate{filepath.Join(t.TempDir(), "gate")} }

// script is what waits in a script.
func (g gate) script() string {
	return "while (-not [IO.File]::Exists('" + g.path + "')) { Start-Sleep -Milliseconds 50 }"
}

func (g gate) open(t *testing.T) {
	t.Helper()
	require.NoError(t, os.WriteFile(g.path, nil, 0o600))
}
