package powershell

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/psrp"
	"github.com/winrmd/winrmd/shell"
)

const (
	smallObject = 64 << 10
	smallData   = 256 << 10
)

// TestRefusedCommands checks that what cannot be a pipeline is refused, that
// the session goes on, and that the very same identifiers can then be used.
func TestRefusedCommands(t *testing.T) {
	w, c := open(t, func(w *world) { w.config.MaxObjectSize, w.config.MaxDataSize = smallObject, smallData })
	whole := func(r *run) []byte { return r.fragment(r.create(t, "1")) }
	text := func(s string) shell.Data { return shell.Base64Data([]byte(s)) }
	tests := map[string]struct {
		arguments func(r *run) []shell.Data
		code      uint32
	}{
		"no argument": {func(*run) []shell.Data { return nil }, codeArgumentCount},
		"two":         {func(r *run) []shell.Data { return []shell.Data{wire(whole(r)), wire(whole(r))} }, codeArgumentCount},
		"empty":       {func(*run) []shell.Data { return []shell.Data{{}} }, codeNullInput},
		"no fragment": {func(*run) []shell.Data { return []shell.Data{wire([]byte("this is not what a client sends"))} }, codeNullInput},
		"a header":    {func(r *run) []shell.Data { return []shell.Data{wire(whole(r)[:21])} }, codeNullInput},
		"cut off":     {func(r *run) []shell.Data { return []shell.Data{wire(whole(r)[:100])} }, codeNullInput},
		"no base64":   {func(*run) []shell.Data { return []shell.Data{text("ä base64 äää")} }, codeNullInput},
		"bad base64 further on": {func(r *run) []shell.Data {
			d := wire(whole(r))
			return []shell.Data{text(string(d.Raw()[:400]) + "----" + string(d.Raw()[404:]))}
		}, codeInputType},
		"length of base64": {func(r *run) []shell.Data { return []shell.Data{text(string(wire(whole(r)).Raw()) + "A")} }, codeNullInput},
		"other message": {func(r *run) []shell.Data {
			return []shell.Data{wire(r.input("x"))}
		}, codeNullInput},
		"no pipeline": {func(r *run) []shell.Data {
			return []shell.Data{wire(r.fragment(r.message(psrp.MessageCreatePipeline, psrp.GUID{}, createPipeline(t, "1"))))}
		}, codeNullInput},
		"second fragment": {func(r *run) []shell.Data {
			return []shell.Data{wire(r.fragments(t, r.create(t, "1"), 2)[1])}
		}, codeNullInput},
		"header split": {func(r *run) []shell.Data {
			return []shell.Data{wire(psrp.AppendFragments(nil, 77, r.create(t, "1"), 30)[:21+30])}
		}, codeNullInput},
		"out of order": {func(r *run) []shell.Data {
			f := r.fragments(t, r.create(t, "1"), 3)
			return []shell.Data{wire(append(f[0], f[2]...))}
		}, codeNullInput},
		"too large": {func(r *run) []shell.Data {
			return []shell.Data{wire(r.fragment(r.create(t, strings.Repeat("1;", smallObject/2))))}
		}, codeNullInput},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			r := c.newRun(t)
			err := r.begin(t.Context(), tt.arguments(r)...)
			assertRefused(t, err, tt.code)
			require.NoError(t, r.begin(t.Context(), wire(whole(r))), "the same again, but right")
			r.completes(t, "1")
		})
	}
	require.Eventually(t, func() bool { p, q := w.tables(); return p == 0 && q == 0 }, patience, tick)
}

func TestIdentifiersInUse(t *testing.T) {
	_, c := open(t)
	first := c.start(t, "$input", withInput...)
	for name, change := range map[string]func(r *run){
		"of the command":  func(r *run) { r.command = first.command },
		"of the pipeline": func(r *run) { r.id = first.id },
	} {
		t.Run(name, func(t *testing.T) {
			r := c.newRun(t)
			change(r)
			err := r.begin(t.Context(), wire(r.fragment(r.create(t, "1"))))
			var conflict *shell.ConflictError
			require.ErrorAs(t, err, &conflict)
			assert.Equal(t, c.sh.ID(), conflict.ShellID)
			assert.True(t, strings.EqualFold(r.command, conflict.CommandID))
			c.works(t)
		})
	}
	first.give(t, append(first.input("still there"), first.endOfInput()...))
	first.completes(t, "still there")
	require.NoError(t, first.signal(t.Context(), shell.SignalTerminate))
	again := c.newRun(t)
	again.id = first.id
	require.NoError(t, again.begin(t.Context(), wire(again.fragment(again.create(t, "'again'")))), "it is free now")
	again.completes(t, "again")
}

// TestRefusedInput checks what a running pipeline, and the pool, can be sent.
func TestRefusedInput(t *testing.T) {
	_, c := open(t, func(w *world) { w.config.MaxObjectSize, w.config.MaxDataSize = smallObject, smallData })
	three := func(r *run) [][]byte {
		return r.fragments(t, r.message(psrp.MessagePipelineInput, r.id, "<S>"+strings.Repeat("x", 100)+"</S>"), 3)
	}
	tests := map[string]struct {
		sends func(r *run) []shell.Data // the last one is refused
		code  uint32
	}{
		"no fragment":     {func(*run) []shell.Data { return []shell.Data{wire([]byte("x"))} }, codeNullInput},
		"nothing":         {func(*run) []shell.Data { return []shell.Data{{}} }, codeNullInput},
		"not begun":       {func(r *run) []shell.Data { return []shell.Data{wire(three(r)[1])} }, codeNullInput},
		"begun twice":     {func(r *run) []shell.Data { f := three(r)[0]; return []shell.Data{wire(f), wire(f)} }, codeNullInput},
		"one left out":    {func(r *run) []shell.Data { f := three(r); return []shell.Data{wire(f[0]), wire(f[2])} }, codeNullInput},
		"another between": {func(r *run) []shell.Data { return []shell.Data{wire(three(r)[0]), wire(r.input("x"))} }, codeNullInput},
		"rubbish between": {func(r *run) []shell.Data { return []shell.Data{wire(three(r)[0]), shell.Base64Data([]byte("????"))} }, codeInputType},
		"too large":       {func(r *run) []shell.Data { return []shell.Data{wire(r.input(strings.Repeat("x", smallObject)))} }, codeNullInput},
		"too large by and by": {func(r *run) (list []shell.Data) {
			for _, f := range r.fragments(t, r.message(psrp.MessagePipelineInput, r.id, strings.Repeat("x", 2*smallObject)), 4)[:2] {
				list = append(list, wire(f))
			}
			return list
		}, codeNullInput},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			r := c.start(t, "$input", withInput...)
			sends := tt.sends(r)
			for i, d := range sends {
				err := r.sh.Send(t.Context(), r.who, r.command, shell.Input{Stream: "stdin", Data: d})
				if i < len(sends)-1 {
					require.NoError(t, err)
					continue
				}
				assertRefused(t, err, tt.code)
			}
			r.give(t, append(r.input("right"), r.endOfInput()...))
			r.completes(t, "right")

			for i, d := range sends { // to the pool, where nothing of it is of use
				err := r.sh.Send(t.Context(), r.who, "", shell.Input{Stream: "pr", Data: d})
				if i == len(sends)-1 {
					assertRefused(t, err, tt.code)
				}
			}
			c.works(t)
		})
	}
	t.Run("other stream", func(t *testing.T) {
		assertRefused(t, c.send(t.Context(), "", "stdout", []byte("x")), codeInputStream)
		assertRefused(t, c.send(t.Context(), "", "", []byte("x")), codeInputStream)
		c.works(t)
	})
	t.Run("too much", func(t *testing.T) {
		r := c.start(t, "$input | & { process { $_.Length } }", withInput...)
		line := strings.Repeat("x", smallObject/2)
		sent := 0
		var err error
		for ; err == nil; sent++ {
			err = r.send(t.Context(), r.command, "stdin", r.input(line))
		}
		refusal := assertRefused(t, err, codeNullInput)
		assert.Contains(t, refusal.Message, "MaximumReceivedDataSizePerCommandMB")
		assert.Greater(t, sent*smallObject/2, smallData/2)
		assert.LessOrEqual(t, (sent-1)*smallObject/2, smallData)
		assertRefused(t, r.send(t.Context(), r.command, "stdin", r.endOfInput()), codeNullInput)
		require.NoError(t, r.signal(t.Context(), shell.SignalTerminate))
		c.works(t)
	})
}

// TestRefusedHalfRequest checks that a request to the pool that was refused in
// its middle is not in the way of the next.
func TestRefusedHalfRequest(t *testing.T) {
	_, c := open(t)
	request := c.message(psrp.MessageSetMaxRunspaces, psrp.GUID{}, setRunspaces("Max", 7, 1))
	f := c.fragments(t, request, 3)
	require.NoError(t, c.send(t.Context(), "", "stdin", f[0]))
	assertRefused(t, c.send(t.Context(), "", "stdin", f[2]), codeNullInput)
	require.NoError(t, c.send(t.Context(), "", "stdin", bytes.Join(c.fragments(t, request, 3), nil)))
	c.until(t, "", isType(psrp.MessageRunspaceAvailability))
	assert.Equal(t, []string{"1", "7"}, c.leave(t).connects(t).limits)
}

// TestManyEmptyFragments checks that fragments cannot be held without end.
func TestManyEmptyFragments(t *testing.T) {
	_, c := open(t)
	r := c.start(t, "$input", withInput...)
	object := uint64(c.objects.Add(1))
	begin := r.message(psrp.MessagePipelineInput, r.id, "")
	all := psrp.FragmentHeader{ObjectID: object, Start: true, BlobLength: uint32(len(begin))}.Append(nil)
	all = append(all, begin...)
	for i := range maxFragments {
		all = psrp.FragmentHeader{ObjectID: object, FragmentID: uint64(i + 1)}.Append(all)
	}
	assertRefused(t, r.send(t.Context(), r.command, "stdin", all), codeNullInput)
	r.give(t, r.endOfInput())
	r.completes(t)
}
