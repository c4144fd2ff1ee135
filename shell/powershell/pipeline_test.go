package powershell

import (
	"encoding/hex"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/psrp"
	"github.com/winrmd/winrmd/shell"
)

// TestPipelines is what pipelines do, in one pool.
func TestPipelines(t *testing.T) {
	w, c := open(t)
	t.Run("output and error", func(t *testing.T) {
		r := c.start(t, "1; 'two'; Write-Error 'three'; 4")
		got := r.completes(t, "1", "two", "4")
		assert.Equal(t, []psrp.MessageType{
			psrp.MessagePipelineOutput, psrp.MessagePipelineOutput, psrp.MessageErrorRecord,
			psrp.MessagePipelineOutput, psrp.MessagePipelineState,
		}, types(got.messages))
	})
	t.Run("failure", func(t *testing.T) {
		got := c.start(t, "1; throw 'no'").finish(t)
		assert.Equal(t, psrp.PSInvocationFailed, got.state)
		assert.Equal(t, []string{"1"}, got.output)
		assert.Contains(t, got.reason, "no")
	})
	t.Run("large output", func(t *testing.T) {
		got := c.start(t, "'x' * 2mb; 'y'").completes(t)
		require.Len(t, got.output, 2)
		assert.True(t, strings.Repeat("x", 2<<20) == got.output[0], "it is another")
		assert.Equal(t, "y", got.output[1])
	})
	t.Run("a host call that is larger than what is kept", func(t *testing.T) {
		got := c.start(t, fmt.Sprintf("$host.UI.Write('x' * %d); 1", maxWatched)).completes(t, "1")
		assert.Equal(t, psrp.MessagePipelineHostCall, got.messages[0].Type)
		assert.Greater(t, len(got.messages[0].Data), maxWatched)
	})
	t.Run("a command in several parts", func(t *testing.T) {
		r := c.newRun(t)
		f := r.fragments(t, r.create(t, "'in'; 'parts'"), 4)
		require.NoError(t, r.begin(t.Context(), wire(f[0])))
		r.give(t, f[1])
		r.nothing(t, r.command)
		r.give(t, append(f[2], f[3]...))
		r.completes(t, "in", "parts")
	})
	t.Run("a command in parts that is given up", func(t *testing.T) {
		r := c.newRun(t)
		require.NoError(t, r.begin(t.Context(), wire(r.fragments(t, r.create(t, "1"), 2)[0])))
		require.NoError(t, r.signal(t.Context(), shell.SignalTerminate))
		again := c.newRun(t)
		again.id, again.command = r.id, r.command
		require.NoError(t, again.begin(t.Context(), wire(again.fragment(again.create(t, "2")))))
		again.completes(t, "2")
	})
	t.Run("command metadata", func(t *testing.T) {
		r := c.newRun(t)
		m := r.message(psrp.MessageGetCommandMetadata, r.id, `<Obj RefId="0"><MS>`+
			`<Obj N="Name" RefId="1"><TN RefId="0"><T>System.String[]</T><T>System.Array</T><T>System.Object</T></TN><LST><S>Get-Command</S></LST></Obj>`+
			`<Obj N="CommandType" RefId="2"><TN RefId="1"><T>System.Management.Automation.CommandTypes</T><T>System.Enum</T><T>System.ValueType</T><T>System.Object</T></TN><ToString>Cmdlet</ToString><I32>8</I32></Obj>`+
			`<Nil N="Namespace" /><Nil N="ArgumentList" /></MS></Obj>`)
		require.NoError(t, r.begin(t.Context(), wire(r.fragment(m))))
		assert.NotEmpty(t, r.completes(t).output)
	})
	require.Eventually(t, func() bool { p, q := w.tables(); return p == 0 && q == 0 }, patience, tick)
}

// TestPSGuid checks that the engine's name of a pipeline comes from the bytes
// of its message, whichever order a client writes them in.
func TestPSGuid(t *testing.T) {
	_, c := open(t)
	for name, order := range map[string]func(psrp.GUID) psrp.GUID{
		".NET": func(g psrp.GUID) psrp.GUID { return g }, "big endian": psrp.GUID.Swapped,
	} {
		t.Run(name, func(t *testing.T) {
			r := c.newRun(t)
			r.id = order(r.id)
			if name == "big endian" {
				require.Equal(t, strings.ReplaceAll(r.command, "-", ""), hex.EncodeToString(r.id[:]))
			}
			require.NoError(t, r.begin(t.Context(), wire(r.fragment(r.create(t, "$input", withInput...)))))
			r.give(t, append(r.input("x"), r.endOfInput()...))
			r.completes(t, "x") // all in the same bytes
			require.NoError(t, r.signal(t.Context(), shell.SignalTerminate))
		})
	}
}

// TestPipelinesAtOnce runs as many pipelines as there are runspaces, and one
// more, each of which ends only when the others have begun.
func TestPipelinesAtOnce(t *testing.T) {
	_, c := open(t)
	const count = 5
	var all []*run
	for range count {
		all = append(all, c.start(t, "'begun'; $input", withInput...))
	}
	late := c.start(t, "'late'")
	for _, r := range all {
		got := r.until(t, r.command, isType(psrp.MessagePipelineOutput))
		require.Equal(t, "begun", content(got[0]))
	}
	late.nothing(t, late.command)
	var wg sync.WaitGroup
	for i, r := range all {
		wg.Go(func() {
			text := fmt.Sprintf("input %d", i)
			assert.NoError(t, r.send(t.Context(), r.command, "stdin", append(r.input(text), r.endOfInput()...)))
			got := r.finish(t)
			assert.Equal(t, psrp.PSInvocationCompleted, got.state)
			assert.Equal(t, []string{text}, got.output)
		})
	}
	wg.Wait()
	late.completes(t, "late")
}

// endless is a script that never ends and puts out nothing.
const endless = "$i = 0; 'begun'; while ($true) { $i++ }"

// started waits until a pipeline has put out its first.
func (r *run) started(t *testing.T) *run {
	t.Helper()
	r.until(t, r.command, isType(psrp.MessagePipelineOutput))
	return r
}

// soon checks that something takes less than two seconds.
func soon(t *testing.T, what string, f func() error) {
	t.Helper()
	begin := time.Now()
	assert.NoError(t, f(), what)
	assert.Less(t, time.Since(begin), 2*time.Second, what)
}

// TestNested runs a pipeline in the one runspace that another holds.
func TestNested(t *testing.T) {
	_, c := open(t, func(w *world) { w.maximum = 1 })
	outer := c.start(t, endless).started(t)
	inner := c.start(t, "$i -ge 0; 'inner'", nested...)
	inner.completes(t, "true", "inner")
	soon(t, "stop", func() error { return outer.signal(t.Context(), shell.SignalStop) })
	got := outer.finish(t)
	assert.Equal(t, psrp.PSInvocationStopped, got.state)
	soon(t, "stop what has stopped", func() error { return outer.signal(t.Context(), shell.SignalStop) })
	soon(t, "terminate", func() error { return outer.signal(t.Context(), shell.SignalTerminate) })
}

func TestSignals(t *testing.T) {
	w, c := open(t)
	for _, s := range []shell.Signal{shell.SignalTerminate, shell.SignalCtrlC, shell.SignalCtrlBreak} {
		t.Run(fmt.Sprint("closes ", s), func(t *testing.T) {
			r := c.start(t, endless).started(t)
			soon(t, "signal", func() error { return r.signal(t.Context(), s) })
			p, q := w.tables()
			assert.Zero(t, p+q, "the engine has closed it")
			if s == shell.SignalTerminate {
				_, _, err := r.receive(t, r.command, time.Second)
				var unknown *shell.NotFoundError
				assert.ErrorAs(t, err, &unknown)
			}
		})
	}
	t.Run("on what is over", func(t *testing.T) {
		for _, s := range []shell.Signal{shell.SignalStop, shell.SignalCtrlC, shell.SignalTerminate} {
			r := c.start(t, "1")
			r.completes(t, "1")
			soon(t, "signal", func() error { return r.signal(t.Context(), s) })
		}
	})
	t.Run("at once", func(t *testing.T) {
		for range 5 {
			r := c.start(t, endless)
			soon(t, "terminate", func() error { return r.signal(t.Context(), shell.SignalTerminate) })
		}
	})
	t.Run("all together", func(t *testing.T) {
		r := c.start(t, endless)
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() { soon(t, "stop", func() error { return r.signal(t.Context(), shell.SignalStop) }) })
		}
		wg.Wait()
		assert.Equal(t, psrp.PSInvocationStopped, r.finish(t).state)
	})
	t.Run("input of what is over", func(t *testing.T) {
		r := c.start(t, "1", withInput...)
		r.completes(t, "1")
		assert.NoError(t, r.send(t.Context(), r.command, "stdin", r.input("late")))
		assert.NoError(t, r.send(t.Context(), "", "pr", r.answer(t, 1, "late")))
	})
	c.works(t)
}

// TestThousandPipelines checks that a pool keeps nothing of what it has run.
func TestThousandPipelines(t *testing.T) {
	w, c := open(t)
	const clients, each = 4, 250
	var wg sync.WaitGroup
	for n := range clients {
		wg.Go(func() {
			for i := range each {
				r := c.start(t, fmt.Sprint(i))
				if got := r.finish(t); !assert.Equal(t, []string{fmt.Sprint(i)}, got.output) {
					return
				}
				if n%2 == 0 { // pypsrp never does
					assert.NoError(t, r.signal(t.Context(), shell.SignalTerminate))
				}
			}
		})
	}
	wg.Wait()
	require.Eventually(t, func() bool { p, q := w.tables(); return p == 0 && q == 0 }, patience, tick)
	w.session.engine.acks.mu.Lock()
	assert.Empty(t, w.session.engine.acks.waiting)
	w.session.engine.acks.mu.Unlock()
	soon(t, "close", func() error { return c.sh.Close(c.who) })
}
