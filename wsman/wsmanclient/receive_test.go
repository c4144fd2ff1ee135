package wsmanclient_test

import (
	"context"
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/wsmanclient"
	"github.com/winrmd/winrmd/wsman/wsmantest"
	"github.com/winrmd/winrmd/wsman/xpress"
)

// TestReceive: an operation asks again while there is nothing, and numbers what
// it asks.
func TestReceive(t *testing.T) {
	s := wsmantest.NewServer(t,
		wsmantest.On(wsman.ActionReceive).Answer(wsmantest.Received(wsmantest.Stream("stdout", commandID, "a"), wsmantest.Running(commandID))),
		wsmantest.On(wsman.ActionReceive).Fault(wsman.CodeOperationTimedOut).Times(2),
		wsmantest.On(wsman.ActionReceive).Answer(wsmantest.Received()),
		wsmantest.On(wsman.ActionReceive).Answer(wsmantest.Received(wsmantest.Stream("stderr", commandID, "ü\x00"), wsmantest.Stream("stdout", commandID, "b"),
			wsmantest.End("stdout", commandID), wsmantest.End("stderr", commandID), wsmantest.Done(commandID, 7))),
	)
	r := shellOf(client(t, s, wsmanclient.Config{}), wsman.ResourceCmd).CommandByID(commandID).Receiver()
	r.SetTimeout(7 * time.Second)
	output, err := r.Next(within(t))
	require.NoError(t, err)
	assert.Equal(t, wsman.CommandStateRunning, output.CommandState)
	assert.False(t, output.Done())
	assert.False(t, output.HasExitCode)
	require.Len(t, output.Streams, 1)
	assert.Equal(t, base64.StdEncoding.EncodeToString([]byte("a")), string(output.Streams[0].Text))

	output, err = r.Next(within(t))
	require.NoError(t, err)
	assert.True(t, output.Done())
	assert.Equal(t, uint32(7), output.ExitCode)
	type piece struct {
		name, command, data string
		end                 bool
	}
	var got []piece
	for _, s := range output.Streams {
		b, err := s.AppendBytes([]byte(">"))
		require.NoError(t, err)
		got = append(got, piece{s.Name, s.CommandID, string(b), s.End})
	}
	assert.Equal(t, []piece{
		{"stderr", commandID, ">ü\x00", false}, {"stdout", commandID, ">b", false},
		{"stdout", commandID, ">", true}, {"stderr", commandID, ">", true},
	}, got)

	for i, request := range s.Requests() {
		h := request.Header
		assert.Equal(t, s.Requests()[0].Header.OperationID, h.OperationID)
		assert.Equal(t, uint64(i+1), h.SequenceID)
		assert.Equal(t, 7*time.Second, h.OperationTimeout)
		assert.Equal(t, []wsman.Option{{Name: "WSMAN_CMDSHELL_OPTION_KEEPALIVE", Value: "TRUE"}}, h.Options)
		assert.Equal(t, &tree{Name: "rsp:Receive", Children: []*tree{
			{Name: "rsp:DesiredStream", Attributes: map[string]string{"CommandId": commandID}, Text: "stdout stderr"},
		}}, body(t, request))
	}
}

func TestReceiveStreams(t *testing.T) {
	s := wsmantest.NewServer(t, wsmantest.On(wsman.ActionReceive).Answer(wsmantest.Received(wsmantest.Stream("stdout", "", "x"))).Times(2))
	shell := shellOf(client(t, s, wsmanclient.Config{}), powerShell)
	for i, r := range []*wsmanclient.Receiver{shell.Receiver(), shell.CommandByID(commandID).Receiver("a", "b")} {
		_, err := r.Next(within(t))
		require.NoError(t, err)
		assert.Equal(t, []string{"stdout", "a b"}[i], body(t, s.Requests()[i]).Children[0].Text)
	}
}

func TestReceiveCompressed(t *testing.T) {
	plain := strings.Repeat("compressible ", 10_000)
	text := base64.StdEncoding.EncodeToString(xpress.Compress(nil, []byte(plain)))
	stream := func(text string) string { return `<rsp:Stream Name="stdout">` + text + `</rsp:Stream>` }
	s := wsmantest.NewServer(t, wsmantest.On(wsman.ActionReceive).Answer(wsmantest.Received(stream(text), stream(""), stream("!"), stream("AAAA"))))
	c := client(t, s, wsmanclient.Config{})
	output, err := c.Shell(powerShell, shellID, wsmanclient.ShellOptions{Compressed: true}).Receiver().Next(within(t))
	require.NoError(t, err)
	got, err := output.Streams[0].AppendBytes([]byte("> "))
	require.NoError(t, err)
	assert.Equal(t, "> "+plain, string(got))
	got, err = output.Streams[1].AppendBytes(nil)
	require.NoError(t, err)
	assert.Empty(t, got)
	for _, bad := range output.Streams[2:] {
		got, err = bad.AppendBytes([]byte("kept"))
		var e *wsmanclient.AnswerError
		require.ErrorAs(t, err, &e)
		assert.Equal(t, "kept", string(got))
	}
}

// TestReceiveForms are forms in which servers write the same.
func TestReceiveForms(t *testing.T) {
	const id = ` Name="stdout"`
	for name, test := range map[string]struct {
		body string
		text string
		code uint32
		ok   bool
	}{
		"white space":         {`<rsp:Stream` + id + `> QU JD&#13;&#10;</rsp:Stream>`, "QUJD", 0, true},
		"CDATA":               {`<rsp:Stream` + id + `><![CDATA[QU]]>JD</rsp:Stream>`, "QUJD", 0, true},
		"signed code":         {`<rsp:Stream` + id + `/><rsp:CommandState State="x"><rsp:ExitCode> -1 </rsp:ExitCode></rsp:CommandState>`, "", 0xFFFFFFFF, true},
		"NTSTATUS":            {`<rsp:Stream` + id + `/><rsp:CommandState State="x"><rsp:ExitCode>3221225786</rsp:ExitCode></rsp:CommandState>`, "", 0xC000013A, true},
		"unknown elements":    {`<o:X xmlns:o="urn:o"><rsp:Stream/></o:X><rsp:Stream` + id + `>QQ==</rsp:Stream>`, "QQ==", 0, true},
		"code is no number":   {`<rsp:CommandState State="x"><rsp:ExitCode>zero</rsp:ExitCode></rsp:CommandState>`, "", 0, false},
		"code is too large":   {`<rsp:CommandState State="x"><rsp:ExitCode>4294967296</rsp:ExitCode></rsp:CommandState>`, "", 0, false},
		"element in a stream": {`<rsp:Stream` + id + `>QQ<b/></rsp:Stream>`, "", 0, false},
	} {
		s := wsmantest.NewServer(t, wsmantest.On(wsman.ActionReceive).Answer(wsmantest.Received(test.body)))
		output, err := shellOf(client(t, s, wsmanclient.Config{}), powerShell).Receiver().Next(within(t))
		if !test.ok {
			var bad *wsmanclient.AnswerError
			require.ErrorAs(t, err, &bad, name)
			continue
		}
		require.NoError(t, err, name)
		require.Len(t, output.Streams, 1, name)
		assert.Equal(t, test.text, string(output.Streams[0].Text), name)
		assert.Equal(t, test.code, output.ExitCode, name)
	}
}

func TestReceiveFault(t *testing.T) {
	s := wsmantest.NewServer(t, wsmantest.On(wsman.ActionReceive).Fault(wsman.CodeStreamDisconnected))
	_, err := shellOf(client(t, s, wsmanclient.Config{}), powerShell).Receiver().Next(within(t))
	assert.ErrorIs(t, err, wsman.CodeStreamDisconnected)
}

// TestCancel: who gives up gets his own cause at once, and others go on.
func TestCancel(t *testing.T) {
	release := make(chan struct{})
	s := wsmantest.NewServer(t,
		wsmantest.On(wsman.ActionReceive).OfCommand("1").Answer("").Wait(nil).After(time.Hour),
		wsmantest.On(wsman.ActionReceive).OfCommand("2").Answer(wsmantest.Received(wsmantest.Stream("stdout", "2", "x"))).Wait(release),
	)
	shell := shellOf(client(t, s, wsmanclient.Config{}), powerShell)
	other := make(chan error, 1)
	go func() {
		_, err := shell.CommandByID("2").Receiver().Next(t.Context())
		other <- err
	}()
	errMine := errors.New("I do not care any more")
	ctx, cancel := context.WithCancelCause(within(t))
	done := make(chan error, 1)
	go func() {
		_, err := shell.CommandByID("1").Receiver().Next(ctx)
		done <- err
	}()
	require.Eventually(t, func() bool { return len(s.Requests()) == 2 }, time.Minute, time.Millisecond)
	cancel(errMine)
	assert.Equal(t, errMine, <-done)
	close(release)
	assert.NoError(t, <-other)
	for range 100 {
		_, err := shell.Receiver().Next(ctx)
		assert.Equal(t, errMine, err, "nothing is asked")
	}
}

// TestTimeouts: an operation's own, that of its context, the Client's.
func TestTimeouts(t *testing.T) {
	s := wsmantest.NewServer(t, wsmantest.OnAny().Answer("").Times(4))
	shell := shellOf(client(t, s, wsmanclient.Config{OperationTimeout: time.Second}), powerShell)
	ctx := wsmanclient.WithOperationTimeout(within(t), 2*time.Second)
	require.NoError(t, shell.Signal(within(t), "x"))
	require.NoError(t, shell.Signal(ctx, "x"))
	require.NoError(t, shell.Signal(wsmanclient.WithOperationTimeout(ctx, 0), "x"))
	r := shell.Receiver()
	r.SetTimeout(3 * time.Second)
	_, err := r.Ask(ctx)
	require.NoError(t, err)
	var got []time.Duration
	for _, r := range s.Requests() {
		got = append(got, r.Header.OperationTimeout)
	}
	assert.Equal(t, []time.Duration{time.Second, 2 * time.Second, 2 * time.Second, 3 * time.Second}, got)
}

// TestReceiveBreathes: a server that says at once that there is nothing is not
// asked without end.
func TestReceiveBreathes(t *testing.T) {
	inBubble(t, wsmanclient.Config{}, func(t *testing.T, s *wsmantest.Server, shell *wsmanclient.Shell, _ *told) {
		begun := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), 999*time.Millisecond)
		defer cancel()
		_, err := shell.Receiver().Next(ctx)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Equal(t, 999*time.Millisecond, time.Since(begun))
		assert.Len(t, s.Requests(), 20)
	}, wsmantest.On(wsman.ActionReceive).Fault(wsman.CodeOperationTimedOut).Always())
}
