package shellresource

import (
	"bytes"
	"context"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/shell"
	"github.com/winrmd/winrmd/shell/shelltest"
	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/xpress"
)

// compressed asks for compression as PowerShell on Windows does.
func compressed(a *ask) {
	a.header = `<r:CompressionType e:mustUnderstand="true">xpress</r:CompressionType>`
}

// abc300 is "abc" a hundred times as the chunk of compression.md section 4.
func abc300() []byte {
	table := make([]byte, 256)
	table[48], table[49], table[128], table[143] = 0x30, 0x23, 0x02, 0x20
	chunk := append([]byte{0x2b, 0x01, 0x06, 0x01}, table...)
	return append(chunk, 0xa8, 0xdc, 0x00, 0x00, 0xff, 0x26, 0x01)
}

// bomb is 263 bytes for each of n times 65536.
func bomb(t testing.TB, n int) string {
	chunk := xpress.Compress(nil, bytes.Repeat([]byte("a"), 1<<16))
	require.Len(t, chunk, 4+263)
	return encode(bytes.Repeat(chunk, n))
}

// TestCompression: the mode is decided at Create, told in every rsp:Shell, and
// the same for a client that connects later.
func TestCompression(t *testing.T) {
	w := newWorld(t)
	sh := w.createPowerShell(compressed)
	mode := func(r *reply) {
		t.Helper()
		require.NoError(t, r.err())
		assert.Equal(t, "XpressCompression", r.text("rsp:CompressionMode"))
	}
	told := func() {
		mode(w.serve(ask{action: wsman.ActionGet, shell: shellA}))
		mode(w.serve(ask{action: wsman.ActionEnumerate, resource: wsman.ResourceShell, body: "<n:Enumerate><wsm:OptimizeEnumeration/></n:Enumerate>"}))
	}
	told()
	plain := strings.Repeat("abc", 100)
	exchange := func(session string) {
		t.Helper()
		calls := len(w.powershell.Last().Calls())
		r := w.serve(ask{action: wsman.ActionSend, shell: shellA, session: session, body: sendBody("", encode(abc300()), encode([]byte{4, 0, 4, 0, 'h', 'e', 'l', 'l', 'o'}), "")})
		require.NoError(t, r.err())
		var got []string
		for _, c := range w.powershell.Last().Calls()[calls:] {
			b, err := c.Input.Data.Bytes()
			require.NoError(t, err)
			got = append(got, string(b))
		}
		assert.Equal(t, []string{plain, "hello", ""}, got)

		sh.Stream("stdout").Put(keep(plain))
		sh.Stream("stdout").Put(keep("hello"))
		r = w.serve(ask{action: wsman.ActionReceive, shell: shellA, session: session, body: receiveRequest("", "stdout")})
		require.NoError(t, r.err())
		streams := r.all("rsp:Stream")
		require.Len(t, streams, 2, "each stream element is compressed by itself")
		assert.Equal(t, encode(abc300()), streams[0].Text())
		assert.Equal(t, encode([]byte{4, 0, 4, 0, 'h', 'e', 'l', 'l', 'o'}), streams[1].Text())
	}
	exchange("")

	// The next Receive confirms what was given.
	r := w.serve(ask{action: wsman.ActionReceive, shell: shellA, body: receiveRequest("", "stdout"), timeout: "PT0.01S"})
	require.ErrorIs(t, r.err(), wsman.CodeOperationTimedOut)
	require.NoError(t, w.serve(ask{action: wsman.ActionDisconnect, shell: shellA, body: "<r:Disconnect/>"}).err())
	r = w.serve(ask{action: wsman.ActionConnect, shell: shellA, session: "uuid:other", body: connectBody("")})
	require.NoError(t, r.err())
	assert.Equal(t, encode([]byte("hello")), r.text("ps:connectResponseXml"), "what is no stream is not compressed")
	told()
	exchange("uuid:other")
}

// TestCompressionOfOtherContent: creationXml, connectXml and arguments are
// never compressed.
func TestCompressionOfOtherContent(t *testing.T) {
	w := newWorld(t)
	w.createPowerShell(compressed)
	assert.Equal(t, "AAAA", string(w.powershell.Last().Request().Creation.Raw()))
	require.NoError(t, w.serve(ask{action: wsman.ActionCommand, shell: shellA, body: commandBody(commandA, "YQ==")}).err())
	calls := w.powershell.Last().Calls()
	assert.Equal(t, "YQ==", string(calls[len(calls)-1].Request.Arguments[0].Raw()))
}

func TestNoCompression(t *testing.T) {
	w := newWorld(t)
	sh := w.createPowerShell()
	require.NoError(t, w.serve(ask{action: wsman.ActionSend, shell: shellA, body: sendBody("", "YQ==")}).err())
	calls := w.powershell.Last().Calls()
	assert.Equal(t, "YQ==", string(calls[len(calls)-1].Input.Data.Raw()), "the text goes on as it came")
	sh.Stream("stdout").Put(keep("a"))
	r := w.serve(ask{action: wsman.ActionReceive, shell: shellA, body: receiveRequest("", "stdout")})
	assert.Equal(t, "YQ==", r.text("rsp:Stream"))
}

func TestUnknownCompression(t *testing.T) {
	for _, algorithm := range []string{"gzip", "xpress2", "x", "&lt;"} {
		w := newWorld(t)
		r := w.serve(ask{action: wsman.ActionCreate, body: psShell(shellA, ""), header: "<r:CompressionType>" + algorithm + "</r:CompressionType>"})
		require.ErrorIs(t, r.err(), wsman.CodeUnsupportedFeature)
		assert.Equal(t, wsman.QName{Space: wsman.NamespaceWSMan, Local: "UnsupportedFeature"}, r.fault.Subcode)
	}
	w := newWorld(t)
	r := w.serve(ask{action: wsman.ActionCreate, body: psShell(shellA, ""), header: "<r:CompressionType> XPRESS </r:CompressionType>"})
	require.NoError(t, r.err())
	assert.Equal(t, "XpressCompression", r.text("rsp:CompressionMode"))
}

// TestCorruptInput: one stream that cannot be read leaves the others undone, so
// that the whole Send can be tried again.
func TestCorruptInput(t *testing.T) {
	good := encode(abc300())
	tests := map[string]string{
		"plain text":        encode([]byte("hello")),
		"cut short":         encode(abc300()[:200]),
		"header cut":        encode([]byte{4, 0}),
		"no base64":         "!!!!",
		"table of nothing":  encode(append([]byte{0x2b, 0x01, 0x06, 0x01}, make([]byte, 263)...)),
		"bomb":              bomb(t, maxPlain>>16+1),
		"two halves of one": bomb(t, maxPlain>>17+1) + `</r:Stream><r:Stream Name="stdin">` + bomb(t, maxPlain>>17),
	}
	w := newWorld(t)
	w.createPowerShell(compressed)
	for name, text := range tests {
		t.Run(name, func(t *testing.T) {
			before := len(w.powershell.Last().Calls())
			r := w.serve(ask{action: wsman.ActionSend, shell: shellA, body: sendBody("", good, text)})
			require.ErrorIs(t, r.err(), wsman.CodeSchemaValidation)
			assert.Len(t, w.powershell.Last().Calls(), before)
		})
	}
}

// TestLargeInput: as much as is allowed is taken.
func TestLargeInput(t *testing.T) {
	total := 0
	w := newWorld(t, func(w *world) {
		w.powershell.SendFunc = func(_ context.Context, _ *shelltest.Instance, _ *shell.Command, in shell.Input) error {
			total += in.Data.Size()
			return nil
		}
	})
	w.createPowerShell(compressed)
	require.NoError(t, w.serve(ask{action: wsman.ActionSend, shell: shellA, body: sendBody("", bomb(t, maxPlain>>16))}).err())
	assert.Equal(t, maxPlain, total)
}

// TestCompressedRoom: what grows by compression fits what was set aside.
func TestCompressedRoom(t *testing.T) {
	noise := make([]byte, 12<<20)
	rng := rand.NewChaCha8([32]byte{1})
	rng.Read(noise)
	for _, size := range []int{1, 1000, 65535, 65536, 65537, 383_000, 1 << 20, len(noise)} {
		counted := shell.BytesData(noise[:size]).EncodedLen() + partOverhead
		room := counted
		for compressedRoom(room) < counted {
			room++
		}
		text := appendCompressed(nil, shell.BytesData(noise[:size]))
		// The tags of a stream with everything take 99 characters.
		assert.LessOrEqual(t, len(text)+99, room, "%d bytes", size)
	}
}
