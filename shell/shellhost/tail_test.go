package shellhost

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/shell"
	"github.com/winrmd/winrmd/shell/shelltest"
)

var (
	tailOwner = shell.Client{User: "alice", Session: "uuid:A"}
	tailAdmin = shell.Client{User: "root", Administrator: true}
)

var errBad = errors.New("bad")

const tailShellID = "11111111-AAAA-4BBB-8CCC-222222222222"

// tailDirectory has a short path, because those of sockets must be.
func tailDirectory(t *testing.T) string {
	t.Helper()
	directory, err := os.MkdirTemp("", "winrmd-")
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, os.RemoveAll(directory)) })
	return directory
}

// tailHost runs a host in this process, with a shell unless it is to have none.
func tailHost(t *testing.T, withShell bool) (directory string, h *Host, stop func() error) {
	t.Helper()
	directory = tailDirectory(t)
	own := filepath.Join(directory, tailShellID)
	require.NoError(t, os.Mkdir(own, 0o700))
	cfg := &shell.Configuration{
		Name: "Test", Traits: shell.Traits{ShellStreams: []string{"stdout"}, CommandStreams: []string{"stdout"}},
		IdleTimeout: time.Hour, MaxIdleTimeout: time.Hour, BufferSize: 64 << 20,
	}
	h = NewHost(HostConfig{
		Start:  Start{ShellID: tailShellID, Directory: own, User: tailOwner.User, Configuration: cfg},
		Plugin: &shelltest.Plugin{PID: os.Getpid()}, Release: "test", Log: slog.New(slog.DiscardHandler),
	})
	ctx, cancel := context.WithCancel(context.Background())
	ready, ran := make(chan struct{}), make(chan error, 1)
	go func() {
		ran <- h.Run(ctx, func() error { close(ready); return nil })
	}()
	select {
	case <-ready:
	case err := <-ran:
		require.FailNow(t, "the host does not run", "%v", err)
	}
	stopped := false
	stop = func() error {
		if stopped {
			return nil
		}
		stopped = true
		cancel()
		return <-ran
	}
	t.Cleanup(func() { assert.NoError(t, stop()) })
	if withShell {
		_, err := h.shells.Create(t.Context(), shell.Spec{
			OpenRequest: shell.OpenRequest{ShellID: tailShellID, Owner: tailOwner.User},
			Client:      tailOwner, Configuration: cfg, ResourceURI: "http://example.com/test",
		})
		require.NoError(t, err)
		h.created()
	}
	return directory, h, stop
}

func tailPiece(s string) shell.Piece { return shell.Piece{Data: shell.BytesData([]byte(s))} }

func lookAt(t *testing.T, directory string, c shell.Client) *Onlooker {
	t.Helper()
	o, err := LookAt(directory, strings.ToLower(tailShellID), c)
	require.NoError(t, err)
	t.Cleanup(o.Close)
	return o
}

// TestTail goes through the socket: what is held, what comes, and the end with
// the shell, however much there is and however it comes.
func TestTail(t *testing.T) {
	directory, h, stop := tailHost(t, true)
	st := h.shell().Stream("stdout")
	const held, total = 1000, 2000
	for i := range held {
		st.Put(tailPiece(strconv.Itoa(i)))
	}
	o := lookAt(t, directory, tailAdmin)
	info, err := o.Info()
	require.NoError(t, err)
	assert.Equal(t, "http://example.com/test", info.ResourceURI)
	var got []string
	require.NoError(t, o.Tail(t.Context(), shell.TailRequest{}, func(out shell.Output) error {
		if out.Following {
			assert.Len(t, got, held)
			go func() {
				for i := range total - held {
					st.Put(tailPiece(strconv.Itoa(held + i)))
				}
				assert.NoError(t, h.shell().Close(tailOwner))
			}()
			return nil
		}
		assert.Equal(t, len(got) < held, out.Time.IsZero())
		assert.Zero(t, out.Missed)
		b, err := shell.Base64Data(out.Data).Bytes()
		got = append(got, string(b))
		return err
	}))
	require.Len(t, got, total)
	for i, s := range got {
		require.Equal(t, strconv.Itoa(i), s)
	}
	require.NoError(t, stop())
	_, err = LookAt(directory, tailShellID, tailAdmin)
	var missing *shell.NotFoundError
	require.ErrorAs(t, err, &missing)
}

// TestTailHeldOnly ends by itself, and takes nothing from the client.
func TestTailHeldOnly(t *testing.T) {
	directory, h, _ := tailHost(t, true)
	h.shell().Stream("stdout").Put(tailPiece("1"))
	o := lookAt(t, directory, tailAdmin)
	for range 2 {
		var got []shell.Output
		require.NoError(t, o.Tail(t.Context(), shell.TailRequest{HeldOnly: true}, func(out shell.Output) error {
			got = append(got, out)
			return nil
		}))
		assert.Equal(t, []shell.Output{{Stream: "stdout", End: true, Data: shell.Base64("MQ==")}}, got)
	}
	var missing *shell.NotFoundError
	err := o.Tail(t.Context(), shell.TailRequest{CommandID: "ABC &?"}, nil)
	require.ErrorAs(t, err, &missing)
	assert.Equal(t, &shell.NotFoundError{ShellID: tailShellID, CommandID: "ABC &?"}, missing)
}

// TestTailEndsAtOnce where its context ends, and with the error of whoever is
// shown something.
func TestTailEndsAtOnce(t *testing.T) {
	directory, h, _ := tailHost(t, true)
	o := lookAt(t, directory, tailAdmin)
	ctx, cancel := context.WithCancel(t.Context())
	require.ErrorIs(t, o.Tail(ctx, shell.TailRequest{}, func(out shell.Output) error {
		assert.True(t, out.Following)
		cancel()
		return nil
	}), context.Canceled)
	assert.Equal(t, errBad, o.Tail(t.Context(), shell.TailRequest{}, func(shell.Output) error { return errBad }))
	require.NoError(t, h.shell().Close(tailOwner))
}

// TestTailThatNobodyReads does not hold up the end of a host.
func TestTailThatNobodyReads(t *testing.T) {
	directory, h, stop := tailHost(t, true)
	st := h.shell().Stream("stdout")
	o := lookAt(t, directory, tailAdmin)
	stuck, release := make(chan struct{}), make(chan struct{})
	ended := make(chan error, 1)
	go func() {
		ended <- o.Tail(t.Context(), shell.TailRequest{}, func(out shell.Output) error {
			if out.Following {
				close(stuck)
				<-release
			}
			return nil
		})
	}()
	<-stuck
	st.Put(shell.Piece{Data: shell.BytesData(bytes.Repeat([]byte("x"), 4<<20))}) // more than sockets hold
	start := time.Now()
	require.NoError(t, stop())
	assert.Less(t, time.Since(start), farewell)
	close(release)
	var gone *shell.EndedError
	require.ErrorAs(t, <-ended, &gone, "what was cut off must not look like the end")
}

func TestTailRefuses(t *testing.T) {
	var missing *shell.NotFoundError
	var ended *shell.EndedError
	var access *shell.AccessError
	nothing := func(shell.Output) error { return nil }

	t.Run("not an administrator", func(t *testing.T) {
		directory, _, _ := tailHost(t, true)
		require.ErrorAs(t, lookAt(t, directory, tailOwner).Tail(t.Context(), shell.TailRequest{}, nothing), &access)
	})
	t.Run("not created yet", func(t *testing.T) {
		directory, _, _ := tailHost(t, false)
		o := lookAt(t, directory, tailAdmin)
		_, err := o.Info()
		require.ErrorAs(t, err, &missing)
		require.ErrorAs(t, o.Tail(t.Context(), shell.TailRequest{}, nothing), &missing)
	})
	t.Run("no such session", func(t *testing.T) {
		for _, id := range []string{tailShellID, "x", "", "..", "../" + tailShellID} {
			_, err := LookAt(tailDirectory(t), id, tailAdmin)
			require.ErrorAs(t, err, &missing, id)
		}
	})
	t.Run("dead host", func(t *testing.T) {
		directory := tailDirectory(t)
		listener := tailListen(t, directory)
		listener.SetUnlinkOnClose(false)
		require.NoError(t, listener.Close())
		_, err := LookAt(directory, tailShellID, tailAdmin)
		require.ErrorAs(t, err, &ended)
		require.ErrorIs(t, err, errSessionLost)
	})
	t.Run("hangs up", func(t *testing.T) {
		directory := tailDirectory(t)
		listener := tailListen(t, directory)
		go func() {
			if c, err := listener.Accept(); err == nil {
				c.Close()
			}
		}()
		_, err := LookAt(directory, tailShellID, tailAdmin)
		require.ErrorContains(t, err, "has hung up")
	})
	t.Run("another protocol", func(t *testing.T) {
		directory := tailDirectory(t)
		listener := tailListen(t, directory)
		go func() {
			if c, err := listener.Accept(); err == nil {
				const hello = `{"MinProtocol":7,"MaxProtocol":9,"Release":"v9"}`
				_, _ = c.Write([]byte("HTTP/1.1 200 OK\r\nContent-Length: " + strconv.Itoa(len(hello)) + "\r\n\r\n" + hello))
				time.Sleep(50 * time.Millisecond)
				c.Close()
			}
		}()
		_, err := LookAt(directory, tailShellID, tailAdmin)
		require.ErrorContains(t, err, "its protocol is 7 to 9 and ours 1 to 1")
		require.ErrorContains(t, err, "v9")
	})
	t.Run("access", func(t *testing.T) {
		for cause, want := range map[error]string{
			fs.ErrPermission: "is denied", os.ErrDeadlineExceeded: "does not answer", errBad: "bad",
			io.ErrUnexpectedEOF: "has hung up", syscall.EPIPE: "has hung up", syscall.ECONNRESET: "has hung up",
		} {
			err := lookError(tailShellID, fmt.Errorf("dial: %w", cause))
			require.ErrorIs(t, err, cause)
			require.ErrorContains(t, err, want)
		}
	})
}

// tailListen listens where a host would.
func tailListen(t *testing.T, directory string) *net.UnixListener {
	t.Helper()
	require.NoError(t, os.Mkdir(filepath.Join(directory, tailShellID), 0o700))
	listener, err := ListenPrivate(filepath.Join(directory, tailShellID, socketName))
	require.NoError(t, err)
	t.Cleanup(func() { listener.Close() })
	return listener.(*net.UnixListener)
}
