package shell_test

import (
	"encoding/base64"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/shell"
)

// TestData: either form gives the other.
func TestData(t *testing.T) {
	for _, s := range []string{"", "a", "ab", "abc", "abcd", "\x00\xff"} {
		text := base64.StdEncoding.EncodeToString([]byte(s))
		for _, d := range []shell.Data{shell.BytesData([]byte(s)), shell.Base64Data([]byte(text))} {
			assert.Equal(t, "<"+text, string(d.AppendBase64([]byte("<"))))
			assert.Equal(t, len(text), d.EncodedLen())
			b, err := d.Bytes()
			require.NoError(t, err)
			assert.Equal(t, s, string(b))
			assert.Equal(t, s == "", d.Empty())
			assert.Equal(t, len(d.Raw()), d.Size())
			assert.Equal(t, d.IsBase64(), string(d.Raw()) == text && string(d.Raw()) != s || s == "" && d.IsBase64())
		}
	}
	_, err := shell.Base64Data([]byte("a*==")).Bytes()
	var corrupt base64.CorruptInputError
	require.ErrorAs(t, err, &corrupt)
}

// TestErrors: each names what it is about.
func TestErrors(t *testing.T) {
	cause := errors.New("because")
	for want, err := range map[string]error{
		"shell S does not belong to user U":   &shell.AccessError{User: "U", ShellID: "S"},
		"there is no shell S":                 &shell.NotFoundError{ShellID: "S"},
		"shell S has no command C":            &shell.NotFoundError{ShellID: "S", CommandID: "C"},
		"a shell S exists already":            &shell.ConflictError{ShellID: "S"},
		"shell S has a command C already":     &shell.ConflictError{ShellID: "S", CommandID: "C"},
		"shell S is disconnected already":     &shell.StateError{ShellID: "S", Reason: shell.ReasonAlreadyDisconnected},
		"there is no stream \"x\"":            &shell.StreamError{Stream: "x"},
		"the shell itself has no stream \"\"": &shell.StreamError{Shell: true},
		"shell S has ended: because":          &shell.EndedError{ShellID: "S", Cause: cause},
		"no: because":                         &shell.PluginError{Message: "no", Cause: cause},
		"no":                                  &shell.PluginError{Message: "no"},
		"an idle timeout of 1000 ms was asked for; it must be from 60000 to 3600000 ms": &shell.IdleTimeoutError{
			Asked: time.Second, Min: time.Minute, Max: time.Hour,
		},
	} {
		assert.EqualError(t, err, want)
	}
}

// TestEnvelope: an answer has one identity, whoever asks for it.
func TestEnvelope(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		cmd := w.command()
		cmd.Stream("stdout").Put(whole("x"))
		a := w.receive(owner, cmd)
		id, relates := a.Envelope(func() string { return "uuid:1" }, "uuid:A")
		assert.Equal(t, []string{"uuid:1", "uuid:A"}, []string{id, relates})
		id, relates = a.Envelope(func() string { return "uuid:2" }, "uuid:B")
		assert.Equal(t, []string{"uuid:1", "uuid:A"}, []string{id, relates})
	})
}

// TestHolds: until an object is confirmed whole, or dropped.
func TestHolds(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		cmd := w.command()
		out := cmd.Stream("stdout")
		assert.Equal(t, "stdout", out.Name())
		out.Put(record(shell.ClassDrop, "a", 1, true))
		out.Put(record(shell.ClassKeep, "b", 2, false))
		assert.True(t, out.Holds(1))
		assert.True(t, out.Holds(2))
		assert.False(t, out.Holds(3))
		w.receive(owner, cmd)
		assert.True(t, out.Holds(1), "handed out is not confirmed")
		w.nothing(owner, cmd)
		assert.False(t, out.Holds(1))
		assert.True(t, out.Holds(2), "more of it comes")
		for object := range uint64(4) {
			out.Put(record(shell.ClassDrop, "d", 4+object, true))
		}
		assert.False(t, out.Holds(4), "dropped")
		assert.True(t, out.Holds(7))
	}, dropping)
}
