package shellresource

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/shell"
	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/xpress"
)

// sizes are those that a client may ask for, from the smallest.
var sizes = []int{wsman.MinEnvelopeSize, 8193, 32768, 153600, 512000}

// eachSize runs f for every size in both character sets, compressed and not.
func eachSize(t *testing.T, f func(t *testing.T, w *world, a ask)) {
	for _, size := range sizes {
		for _, charset := range []wsman.Charset{wsman.UTF8, wsman.UTF16} {
			for _, change := range [][]func(*ask){nil, {compressed}} {
				t.Run(fmt.Sprintf("%d %s %d", size, charset, len(change)), func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						w := newWorld(t)
						w.createPowerShell(change...)
						f(t, w, ask{size: size, charset: charset, limits: wsman.Limits{MaxEnvelopeSize: 512000}})
					})
				})
			}
		}
	}
}

// TestReceiveSize: no answer is larger than its client takes, whatever the
// pieces, and together they hold everything in order.
func TestReceiveSize(t *testing.T) {
	eachSize(t, func(t *testing.T, w *world, a ask) {
		rng := rand.New(rand.NewPCG(uint64(a.size), uint64(a.charset)))
		cmd := w.command()
		var want bytes.Buffer
		put := func() {
			piece := randomBytes(rng, 1<<rng.IntN(18))
			want.Write(piece)
			d := shell.BytesData(piece)
			if rng.IntN(2) == 0 {
				d = shell.Base64Data([]byte(base64.StdEncoding.EncodeToString(piece)))
			}
			cmd.Stream("stdout").Put(shell.Piece{Data: d})
		}
		for range 12 {
			put()
		}
		var got bytes.Buffer
		answers, largest := 0, 0
		for done := false; !done; {
			switch {
			case answers >= 10 || got.Len() == want.Len():
				cmd.Finish(-2147483648)
			case rng.IntN(8) == 0:
				put()
			}
			a.action, a.shell, a.body = wsman.ActionReceive, shellA, receiveRequest(commandA, "stdout")
			a.id = "uuid:" + uuid.NewString() + strings.Repeat("&amp;", rng.IntN(50))
			a.operation, a.sequence = "", 0
			if rng.IntN(2) == 0 {
				a.operation, a.sequence = "uuid:"+uuid.NewString(), 1+rng.IntN(1<<30)
			}
			r := w.serve(a)
			require.NoError(t, r.err())
			require.LessOrEqual(t, r.size, a.size)
			for _, s := range r.all("rsp:Stream") {
				got.Write(streamBytes(t, w, s.Text()))
			}
			done = len(r.all("rsp:ExitCode")) > 0
			answers++
			largest = max(largest, r.size)
		}
		require.Equal(t, want.Len(), got.Len())
		assert.True(t, bytes.Equal(want.Bytes(), got.Bytes()))
		if a.size <= 32768 && !isCompressed(w) {
			assert.Greater(t, largest, a.size*8/10, "the size is made use of")
		}
	})
}

// randomBytes are noise, or text that repeats itself.
func randomBytes(rng *rand.Rand, n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(rng.Uint32())
	}
	if rng.IntN(3) == 0 {
		for i := range b {
			b[i] = "abcdefgh\n"[i%9]
		}
	}
	return b
}

func isCompressed(w *world) bool {
	sh, err := w.dir.Shell(shellA)
	require.NoError(w.t, err)
	return sh.Spec().Compression != ""
}

// streamBytes is what a client finds in an rsp:Stream.
func streamBytes(t *testing.T, w *world, text string) []byte {
	b, err := base64.StdEncoding.DecodeString(text)
	require.NoError(t, err)
	if isCompressed(w) {
		b, err = xpress.Decompress(nil, b, 8<<20)
		require.NoError(t, err)
	}
	return b
}

// TestConsoleSize: an answer with everything in it that a command shell says,
// two streams, their ends and the exit code, fits too.
func TestConsoleSize(t *testing.T) {
	for _, charset := range []wsman.Charset{wsman.UTF8, wsman.UTF16} {
		for extra := range 60 {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				id := w.createCmd()
				a := ask{resource: wsman.ResourceCmd, shell: id, size: wsman.MinEnvelopeSize, charset: charset}
				a.action, a.body = wsman.ActionCommand, commandBody("", "x")
				command := w.serve(a).text("rsp:CommandId")
				cmd := w.lastCommand(w.cmd)
				cmd.Stream("stdout").Put(keep(strings.Repeat("x", 400+extra*100)))
				cmd.Stream("stderr").Put(keep(strings.Repeat("x", 100)))
				cmd.Finish(-2147483648)
				a.action, a.body = wsman.ActionReceive, receiveRequest(command, "stdout stderr")
				n := 0
				for done := false; !done; {
					r := w.serve(a)
					require.NoError(t, r.err())
					require.LessOrEqual(t, r.size, a.size)
					for _, s := range r.all("rsp:Stream") {
						n += len(streamText(t, s.Text()))
					}
					done = len(r.all("rsp:ExitCode")) > 0
				}
				assert.Equal(t, 500+extra*100, n)
			})
		}
	}
}

func streamText(t *testing.T, text string) []byte {
	b, err := base64.StdEncoding.DecodeString(text)
	require.NoError(t, err)
	return b
}

// TestNoRoom: a request that leaves no room for an answer's content times out
// and loses nothing.
func TestNoRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		sh := w.createPowerShell()
		sh.Stream("stdout").Put(keep("x"))
		a := ask{action: wsman.ActionReceive, shell: shellA, body: receiveRequest("", "stdout"), size: wsman.MinEnvelopeSize}
		a.operation = "uuid:" + strings.Repeat("&amp;", 4000)
		begun := time.Now()
		require.ErrorIs(t, w.serve(a).err(), wsman.CodeOperationTimedOut)
		assert.Equal(t, 20*time.Second, time.Since(begun))
		a.operation = ""
		r := w.serve(a)
		require.NoError(t, r.err())
		assert.Equal(t, "eA==", r.text("rsp:Stream"))
	})
}

// TestEnumerateSize: the same for lists of shells.
func TestEnumerateSize(t *testing.T) {
	eachSize(t, func(t *testing.T, w *world, a ask) {
		rng := rand.New(rand.NewPCG(uint64(a.size), 7))
		want := map[string]bool{shellA: true}
		for range 60 {
			id := strings.ToUpper(uuid.NewString())
			want[id] = true
			name := strings.Repeat("ä", rng.IntN(120))
			require.NoError(t, w.serve(ask{action: wsman.ActionCreate, body: psShell(id, "<r:Name>"+name+"</r:Name>")}).err())
		}
		a.resource = wsman.ResourceShell
		a.action, a.body = wsman.ActionEnumerate, "<n:Enumerate><wsm:OptimizeEnumeration/><wsm:EnumerationMode>EnumerateObjectAndEPR</wsm:EnumerationMode></n:Enumerate>"
		for {
			a.id = "uuid:" + uuid.NewString() + strings.Repeat("&amp;", rng.IntN(50))
			r := w.serve(a)
			require.NoError(t, r.err())
			require.LessOrEqual(t, r.size, a.size)
			for _, e := range r.all("rsp:ShellId") {
				require.True(t, want[e.Text()], "%s came twice", e.Text())
				delete(want, e.Text())
			}
			if len(r.all("w:EndOfSequence"))+len(r.all("n:EndOfSequence")) > 0 {
				break
			}
			a.action, a.body = wsman.ActionPull, "<n:Pull><n:EnumerationContext>"+r.text("n:EnumerationContext")+"</n:EnumerationContext></n:Pull>"
		}
		assert.Empty(t, want)
	})
}
