//go:build unix

package powershell

import (
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/psrp"
	"github.com/winrmd/winrmd/shell"
)

// kill ends the engine as the system does when memory is short.
func (w *world) kill(t *testing.T) {
	t.Helper()
	require.NoError(t, syscall.Kill(w.process(), syscall.SIGKILL))
}

// assertEnded checks that err says that the session has ended and why.
func assertEnded(t *testing.T, err error, why string) {
	t.Helper()
	var ended *shell.EndedError
	require.ErrorAs(t, err, &ended)
	assert.NotEmpty(t, ended.ShellID)
	assert.ErrorContains(t, ended.Cause, why)
	assert.NotErrorAs(t, ended.Cause, &ended, "the reason is said once")
}

// isBroken checks that the pool's stream ends with the state Broken and why.
func (c *client) isBroken(t *testing.T, why string) {
	t.Helper()
	all := c.until(t, "", func(m psrp.Message) bool { return poolState(m) == psrp.RunspacePoolBroken })
	last := all[len(all)-1]
	assert.Equal(t, c.pool, last.RunspacePoolID)
	assert.Contains(t, string(last.Data), why)
	_, _, err := c.receive(t, "", patience)
	assertEnded(t, err, why)
}

// refusesAll checks that nothing can be done any more but to close.
func (r *run) refusesAll(t *testing.T, why string) {
	t.Helper()
	_, _, err := r.receive(t, r.command, patience)
	assertEnded(t, err, why)
	assertEnded(t, r.newRun(t).begin(t.Context(), wire(r.fragment(r.create(t, "1")))), why)
	assertEnded(t, r.send(t.Context(), r.command, "stdin", r.input("x")), why)
	assertEnded(t, r.send(t.Context(), "", "pr", r.input("x")), why)
	assertEnded(t, r.signal(t.Context(), shell.SignalStop), why)
	assertEnded(t, r.signal(t.Context(), shell.SignalTerminate), why)
	begin := time.Now()
	assert.NoError(t, r.sh.Close(r.who))
	assert.Less(t, time.Since(begin), time.Second)
}

func TestEngineKilled(t *testing.T) {
	w, c := open(t)
	r := c.start(t, "'one'; 'two'; Start-Sleep 60")
	r.buffered(t, 200) // both
	w.kill(t)
	got := &results{}
	for len(got.output) < 2 {
		_, messages, err := r.receive(t, r.command, patience)
		require.NoError(t, err)
		got.add(t, messages)
	}
	assert.Equal(t, []string{"one", "two"}, got.output)
	c.isBroken(t, "killed")
	r.refusesAll(t, "killed")
}

func TestEngineExits(t *testing.T) {
	_, c := open(t)
	r := c.start(t, "[Environment]::Exit(3)")
	c.isBroken(t, "exit status 3")
	r.refusesAll(t, "exit status 3")
}

// TestEngineEndsWhileAsked checks that requests that wait for an engine are
// told of its end.
func TestEngineEndsWhileAsked(t *testing.T) {
	w, c := open(t)
	reader := c.start(t, "$input", withInput...)
	require.NoError(t, syscall.Kill(w.process(), syscall.SIGSTOP))
	waits := map[string]func() error{
		"Command": func() error {
			r := c.newRun(t)
			return r.begin(t.Context(), wire(r.fragment(r.create(t, "1"))))
		},
		"Send": func() error {
			for {
				if err := reader.send(t.Context(), reader.command, "stdin", reader.input("x")); err != nil {
					return err
				}
			}
		},
		"Signal": func() error { return reader.signal(t.Context(), shell.SignalStop) },
		"Receive": func() error {
			_, _, err := reader.receive(t, reader.command, patience)
			return err
		},
	}
	type outcome struct {
		name string
		err  error
	}
	outcomes := make(chan outcome)
	for name, wait := range waits {
		go func() { outcomes <- outcome{name, wait()} }()
	}
	select {
	case early := <-outcomes:
		t.Fatal(early)
	case <-time.After(300 * time.Millisecond):
	}
	w.kill(t)
	for range waits {
		got := <-outcomes
		t.Log(got.name)
		assertEnded(t, got.err, "killed")
	}
}

// TestTransportError checks the one error that an engine reports on stderr and
// survives, but is of no use after.
func TestTransportError(t *testing.T) {
	_, c := open(t)
	r := c.newRun(t)
	err := r.begin(t.Context(), wire(r.fragment(r.message(psrp.MessageCreatePipeline, r.id, "<rubbish"))))
	if err != nil {
		assertEnded(t, err, transportErrorText)
	}
	c.isBroken(t, transportErrorText)
	require.NoError(t, c.sh.Close(c.who))
}

var transportErrorText = string(transportError)

// TestEngineWritesRubbish checks that a session whose engine loses its senses
// ends with it.
func TestEngineWritesRubbish(t *testing.T) {
	w := newWorld(t, fake(t, acknowledge+`read -r line
		echo "<DataAck PSGuid='00000000-0000-0000-0000-000000000000' />"
		read -r line
		echo rubbish
		exec sleep 60`))
	c, err := w.create(t, patience)
	require.NoError(t, err)
	c.sendPool(t, psrp.MessageResetRunspaceState, "")
	c.isBroken(t, "not its protocol")
}

// TestEngineLeavesProcess checks that an engine that has ended is not waited
// for because of what it has started.
func TestEngineLeavesProcess(t *testing.T) {
	number := filepath.Join(t.TempDir(), "number")
	script := acknowledge + "read -r line; echo \"<DataAck PSGuid='00000000-0000-0000-0000-000000000000' />\"; read -r line; "
	t.Run("of its group", func(t *testing.T) {
		w := newWorld(t, fake(t, script+"(echo $$ > "+number+"; exec sleep 60) & exit 3"))
		c, err := w.create(t, patience)
		require.NoError(t, err)
		c.sendPool(t, psrp.MessageResetRunspaceState, "")
		c.isBroken(t, "exit status 3")
		assert.Eventually(t, func() bool { return syscall.Kill(-w.process(), 0) != nil }, patience, tick, "its group is left")
	})
	t.Run("of another session", func(t *testing.T) {
		setsid, err := exec.LookPath("setsid")
		if err != nil {
			lacks(t, "setsid command")
		}
		w := newWorld(t, fake(t, script+setsid+" sh -c 'echo $$ > "+number+".setsid; exec sleep 60' & exit 3"))
		c, err := w.create(t, patience)
		require.NoError(t, err)
		begin := time.Now()
		c.sendPool(t, psrp.MessageResetRunspaceState, "")
		left := readNumber(t, number+".setsid")
		defer func() { assert.NoError(t, syscall.Kill(left, syscall.SIGKILL), "it is a process of its own") }()
		c.isBroken(t, "exit status 3")
		assert.Less(t, time.Since(begin), 5*time.Second)
		assert.NoError(t, c.sh.Close(c.who))
	})
}
