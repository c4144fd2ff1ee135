package interop

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/creack/pty"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// typist is who sits at a terminal, with a program at the other side.
type typist struct {
	t       *testing.T
	tty     *os.File
	command *exec.Cmd
	ended   chan error

	mu     sync.Mutex
	screen strings.Builder // all that was shown, with plain ends of lines
	seen   int             // how much of it was awaited
	grown  chan struct{}   // closed when there is more
}

// sit starts the client for terminals at one of a size.
func (c *terminal) sit(width, height uint16, arguments ...string) *typist {
	c.t.Helper()
	program, err := winrm()
	require.NoError(c.t, err)
	command := exec.CommandContext(c.t.Context(), program, arguments...)
	command.Env = append(append(command.Environ(), c.environment...), "TERM=xterm")
	tty, err := pty.StartWithSize(command, &pty.Winsize{Rows: height, Cols: width})
	require.NoError(c.t, err)
	p := &typist{t: c.t, tty: tty, command: command, ended: make(chan error, 1), grown: make(chan struct{})}
	read := make(chan struct{})
	go func() {
		defer close(read)
		buffer := make([]byte, 4096)
		for {
			n, err := tty.Read(buffer)
			p.show(string(buffer[:n]))
			if err != nil {
				return
			}
		}
	}()
	go func() {
		<-read // Linux' terminals fail when nobody is at the other side any more
		p.ended <- command.Wait()
	}()
	c.t.Cleanup(func() {
		_ = command.Process.Kill()
		_ = tty.Close()
		<-read
	})
	return p
}

func (p *typist) show(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.screen.WriteString(strings.ReplaceAll(text, "\r\n", "\n"))
	close(p.grown)
	p.grown = make(chan struct{})
}

// await waits until a text is shown after those that were awaited before.
func (p *typist) await(text string) {
	p.t.Helper()
	deadline := time.After(patience)
	for {
		p.mu.Lock()
		all, grown := p.screen.String(), p.grown
		if i := strings.Index(all[p.seen:], text); i >= 0 {
			p.seen += i + len(text)
			p.mu.Unlock()
			return
		}
		p.mu.Unlock()
		select {
		case <-grown:
		case <-deadline:
			require.FailNow(p.t, "the terminal does not show it", "%q in\n%s", text, all)
		}
	}
}

// types types, as it is: a line ends with "\n", and Ctrl-C is "\x03".
func (p *typist) types(text string) {
	p.t.Helper()
	_, err := io.WriteString(p.tty, text)
	require.NoError(p.t, err)
}

// blind waits until the terminal shows nothing of what is typed.
func (p *typist) blind() {
	p.t.Helper()
	require.Eventually(p.t, func() bool {
		state, err := unix.IoctlGetTermios(int(p.tty.Fd()), unix.TCGETS)
		return err == nil && state.Lflag&unix.ECHO == 0
	}, patience, 10*time.Millisecond)
}

// leaves waits for the program's end and returns its exit status and all that was
// shown.
func (p *typist) leaves() (status int, screen string) {
	p.t.Helper()
	select {
	case err := <-p.ended:
		if exit, ok := errors.AsType[*exec.ExitError](err); ok {
			status = exit.ExitCode()
		} else {
			require.NoError(p.t, err)
		}
	case <-time.After(patience):
		require.FailNow(p.t, "the program does not end")
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return status, p.screen.String()
}

// TestWinrmSessionTerminal: a person types in a session, is asked, types what
// nobody should see, and stops what takes too long.
func TestWinrmSessionTerminal(t *testing.T) {
	t.Parallel()
	s := start(t, setup{encryptedOnly: true})
	alice := s.terminal(t, "alice")
	p := alice.sit(130, 30, "session", "enter")
	p.await("> ")
	p.types("Set-Location /\n")
	p.await("PS /> ")
	dialogue := func(line string, more ...string) {
		t.Helper()
		p.types(line + "\n")
		for i := 0; i+1 < len(more); i += 2 {
			p.await(more[i])
			if strings.HasPrefix(more[i], "Secret") || strings.HasPrefix(more[i], "Password") {
				p.blind()
			}
			p.types(more[i+1])
		}
		p.await("\nPS /> ")
	}
	dialogue("1+1")
	dialogue("$secret = Read-Host -AsSecureString Secret", "Secret: ", "never shown\n")
	dialogue("$secret.Length")
	dialogue("'I am ' + (Read-Host Name)", "Name: ", "Ann\n")
	dialogue("'sta' + 'rted'; Start-Sleep 1000", "started\n", "\x03")
	dialogue("Read-Host Stopped", "Stopped: ", "\x03")
	dialogue("$Host.UI.PromptForChoice('Now?', '', @('&Yes', '&No'), 1)", "(default is \"N\"): ", "x\n", "): ", "y\n")
	dialogue("$c = $Host.UI.PromptForCredential('Caption', 'Who?', '', ''); $c.UserName, $c.Password.Length",
		"User: ", "bob\n", "Password for user bob: ", "nor this\n")
	dialogue("\"`e[2J`e]0;title`a\"")
	dialogue("$Host.UI.RawUI.WindowSize.Width")
	require.NoError(t, pty.Setsize(p.tty, &pty.Winsize{Rows: 30, Cols: 120}))
	dialogue("$Host.UI.RawUI.WindowSize.Width")
	p.types("exit\n")
	status, screen := p.leaves()
	assert.Zero(t, status)
	_, screen, _ = strings.Cut(screen, "Set-Location /\n")
	assert.Equal(t, `PS /> 1+1
2
PS /> $secret = Read-Host -AsSecureString Secret
Secret: 
PS /> $secret.Length
11
PS /> 'I am ' + (Read-Host Name)
Name: Ann
I am Ann
PS /> 'sta' + 'rted'; Start-Sleep 1000
started
^C
PS /> Read-Host Stopped
Stopped: ^C
PS /> $Host.UI.PromptForChoice('Now?', '', @('&Yes', '&No'), 1)
Now?
[Y] Yes  [N] No  [?] Help (default is "N"): x
[Y] Yes  [N] No  [?] Help (default is "N"): y
0
PS /> $c = $Host.UI.PromptForCredential('Caption', 'Who?', '', ''); $c.UserName, $c.Password.Length
Caption
Who?
User: bob
Password for user bob: 
bob
8
PS /> "`+"`e[2J`e]0;title`a"+`"
^[[2J^[]0;title^G
PS /> $Host.UI.RawUI.WindowSize.Width
130
PS /> $Host.UI.RawUI.WindowSize.Width
120
PS /> exit
`, screen)
	assert.Equal(t, "", alice.succeeds("session", "list", "-o", "plain"), "a session of its own ends")
}

// TestWinrmSessionLeave: Ctrl-C asks what is meant; who disconnects receives the
// rest later.
func TestWinrmSessionLeave(t *testing.T) {
	t.Parallel()
	s := start(t, setup{encryptedOnly: true})
	alice := s.terminal(t, "alice")
	goOn, further := newGate(t), newGate(t)
	p := alice.sit(20, 30, "session", "invoke", "--name", "left",
		"1; Write-Progress 'Counting' 'slowly' -PercentComplete 40; "+goOn.script()+"; 2; "+further.script()+"; 3; throw 'the end'")
	const question = "[D]isconnect, [S]top, [C]ontinue: "
	p.await("1\n")
	p.await(" 40% Counting: slow")
	p.types("\x03")
	p.await(question)
	p.types("c\n")
	goOn.open(t)
	p.await("2\n")
	p.types("\x03")
	p.await(question)
	p.types("d\n")
	p.await("winrm: the session was left; winrm session receive left goes on\n")
	status, screen := p.leaves()
	assert.NotContains(t, screen, "slowly", "no more than fits")
	assert.Zero(t, status, screen)

	further.open(t)
	stdout, stderr, status := alice.run("", "session", "receive", "left", "--remove")
	assert.Equal(t, []any{"3\n", 1}, []any{stdout, status})
	assert.Contains(t, stderr, "the end")

	p = alice.sit(200, 30, "session", "invoke", "'sta' + 'rted'; Start-Sleep 1000")
	p.await("started\n")
	p.types("\x03")
	p.await(question)
	p.types("s\n")
	p.await("winrm: the script was stopped\n")
	status, _ = p.leaves()
	assert.Equal(t, 1, status)
	assert.Equal(t, "", alice.succeeds("session", "list", "-o", "plain"))
}
