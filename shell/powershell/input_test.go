package powershell

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/psrp"
	"github.com/winrmd/winrmd/shell"
)

// long is text that can be cut behind the header of its message.
var long = strings.Repeat("long ", 40)

func TestInput(t *testing.T) {
	_, c := open(t)
	t.Run("several Sends", func(t *testing.T) {
		r := c.start(t, "$input", withInput...)
		var want []string
		for i := range 20 {
			want = append(want, fmt.Sprint("line ", i))
			r.give(t, r.input(want[i]))
		}
		r.give(t, r.endOfInput())
		r.completes(t, want...)
	})
	t.Run("many objects in one", func(t *testing.T) {
		r := c.start(t, "$input", withInput...)
		var all []byte
		var want []string
		for i := range 100 {
			want = append(want, strings.Repeat("x", i)) // fragments begin anywhere in a quantum
			all = append(all, r.input(want[i])...)
		}
		r.give(t, append(all, r.endOfInput()...))
		r.completes(t, want...)
	})
	t.Run("one object in many", func(t *testing.T) {
		r := c.start(t, "$input | & { process { $_.Length } }", withInput...)
		text := strings.Repeat("x", 1<<20)
		for _, f := range r.fragments(t, r.message(psrp.MessagePipelineInput, r.id, "<S>"+text+"</S>"), 17) {
			r.give(t, f)
		}
		r.give(t, r.endOfInput())
		r.completes(t, fmt.Sprint(len(text)))
	})
	t.Run("borders between Sends within objects", func(t *testing.T) {
		r := c.start(t, "$input", withInput...)
		var fragments [][]byte
		var want []string
		for i := range 9 {
			want = append(want, fmt.Sprint(strings.Repeat("y", 150), i))
			fragments = append(fragments, r.fragments(t, r.message(psrp.MessagePipelineInput, r.id, "<S>"+want[i]+"</S>"), 3)...)
		}
		for part := range slices.Chunk(fragments, 4) {
			r.give(t, slices.Concat(part...))
		}
		r.give(t, r.endOfInput())
		r.completes(t, want...)
	})
	t.Run("two at once", func(t *testing.T) {
		r := c.start(t, "$input", withInput...)
		blocks := make([][]byte, 4)
		for i := range blocks {
			for j := range 30 {
				blocks[i] = append(blocks[i], r.input(fmt.Sprint(i, " ", j))...)
			}
		}
		var wg sync.WaitGroup
		for _, block := range blocks {
			wg.Go(func() { assert.NoError(t, r.send(t.Context(), r.command, "stdin", block)) })
		}
		wg.Wait()
		r.give(t, r.endOfInput())
		got := r.completes(t).output
		require.Len(t, got, 120)
		for block := range slices.Chunk(got, 30) {
			for j, line := range block {
				require.Equal(t, fmt.Sprint(block[0][:1], " ", j), line, "each Send is together and in order")
			}
		}
	})
	t.Run("bytes instead of text", func(t *testing.T) {
		r := c.start(t, "$input", withInput...)
		for _, b := range [][]byte{r.input("plain"), r.endOfInput()} {
			require.NoError(t, r.sh.Send(t.Context(), r.who, r.command, shell.Input{Stream: "stdin", Data: shell.BytesData(b)}))
		}
		r.completes(t, "plain")
	})
}

// TestHalfInput checks that what one client has half sent is finished by its
// own session only.
func TestHalfInput(t *testing.T) {
	_, c := open(t)
	halves := func(r *run) [][]byte {
		return r.fragments(t, r.message(psrp.MessagePipelineInput, r.id, "<S>"+long+"</S>"), 2)
	}
	t.Run("it comes back", func(t *testing.T) {
		r := c.start(t, "$input", withInput...)
		f := halves(r)
		r.give(t, f[0])
		c.leave(t)
		require.NoError(t, c.sh.Reconnect(t.Context(), c.who, nil))
		r.give(t, append(f[1], r.endOfInput()...))
		r.completes(t, long)
	})
	reader := c.start(t, "$input", withInput...)
	first := halves(reader)[0]
	reader.give(t, append(reader.input("whole"), first...))
	request := c.fragments(t, c.message(psrp.MessageSetMaxRunspaces, psrp.GUID{}, setRunspaces("Max", 9, 1)), 2)
	require.NoError(t, c.send(t.Context(), "", "stdin", request[0]))
	unborn := c.newRun(t)
	require.NoError(t, unborn.begin(t.Context(), wire(unborn.fragments(t, unborn.create(t, "1"), 2)[0])))
	idle := c.start(t, "'no input'")

	second := c.leave(t).connects(t)
	assert.Equal(t, []string{"1", "5"}, second.limits)
	second.greeted(t)
	second.connectCommand(t, reader).completes(t, "whole")
	second.connectCommand(t, idle).completes(t, "no input")
	failed := second.connectCommand(t, unborn).finish(t)
	assert.Equal(t, psrp.PSInvocationFailed, failed.state)
	assert.Contains(t, failed.reason, "left before")

	second.sendPool(t, psrp.MessageSetMaxRunspaces, setRunspaces("Max", 6, 1))
	second.until(t, "", isType(psrp.MessageRunspaceAvailability))
	assert.Equal(t, []string{"1", "6"}, second.leave(t).connects(t).limits)
}
