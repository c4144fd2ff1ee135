package wsmanclient_test

import (
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/wsmanclient"
	"github.com/winrmd/winrmd/wsman/wsmantest"
)

// TestConnections: what is under way together goes over connections of its own,
// of which some are kept.
func TestConnections(t *testing.T) {
	release := make(chan struct{})
	s := wsmantest.NewServer(t, wsmantest.OnAny().Answer("<x/>").Wait(release).Always())
	c := client(t, s, wsmanclient.Config{MaxIdleConnections: 3})
	together := func(n int) {
		before := len(s.Requests())
		var all sync.WaitGroup
		for range n {
			all.Go(func() {
				_, err := c.Get(t.Context(), some)
				assert.NoError(t, err)
			})
		}
		require.Eventually(t, func() bool { return len(s.Requests()) == before+n }, time.Minute, time.Millisecond)
		for range n {
			release <- struct{}{}
		}
		all.Wait()
	}
	together(5)
	assert.Equal(t, 5, s.Connections())
	together(3)
	assert.Equal(t, 5, s.Connections(), "three were kept")
	together(4)
	assert.Equal(t, 6, s.Connections())
	assert.Eventually(t, func() bool { return s.OpenConnections() == 3 }, time.Minute, time.Millisecond, "the others are closed")
}

// TestIdle: a connection that nobody needs is closed, and one that the server
// closes is not used.
func TestIdle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := wsmantest.NewServer(t, wsmantest.InMemory(), wsmantest.OnAny().Answer("<x/>").Always())
		c, err := wsmanclient.New(s.URL, wsmanclient.Config{Dial: s.Dial, IdleConnectionTime: time.Minute})
		require.NoError(t, err)
		ask := func() int {
			_, err := c.Put(t.Context(), some, []byte("<x/>"))
			require.NoError(t, err)
			synctest.Wait()
			return s.Connections()
		}
		assert.Equal(t, 1, ask())
		time.Sleep(time.Minute - 1)
		assert.Equal(t, 1, ask(), "just in time")
		time.Sleep(time.Minute)
		synctest.Wait()
		assert.Equal(t, 2, ask())
		s.Cut()
		synctest.Wait()
		assert.Equal(t, 3, ask())
		require.NoError(t, c.Close())
		_, err = c.Get(t.Context(), some)
		require.ErrorIs(t, err, wsmanclient.ErrClosed)
		_, err = c.Identify(t.Context())
		require.ErrorIs(t, err, wsmanclient.ErrClosed)
		s.Close()
		synctest.Wait()
	})
}

// TestNoIdleConnections: each request has a connection of its own.
func TestNoIdleConnections(t *testing.T) {
	s := wsmantest.NewServer(t, wsmantest.OnAny().Answer("<x/>").Times(3))
	c := client(t, s, wsmanclient.Config{MaxIdleConnections: -1})
	for range 3 {
		_, err := c.Get(within(t), some)
		require.NoError(t, err)
	}
	assert.Equal(t, 3, s.Connections())
}

// TestClose ends what is under way.
func TestClose(t *testing.T) {
	s := wsmantest.NewServer(t, wsmantest.OnAny().Answer("<x/>").After(time.Hour))
	c := client(t, s, wsmanclient.Config{})
	done := make(chan error)
	go func() {
		_, err := c.Get(t.Context(), some)
		done <- err
	}()
	require.Eventually(t, func() bool { return len(s.Requests()) == 1 }, time.Minute, time.Millisecond)
	require.NoError(t, c.Close())
	require.ErrorIs(t, <-done, wsmanclient.ErrClosed)
}

// TestForgotten: a server that does not know a connection any more gets a new one,
// and nothing is lost.
func TestForgotten(t *testing.T) {
	s := wsmantest.NewServer(t, wsmantest.User("ann", "geheim"),
		wsmantest.OnAny().Answer("<x/>"), wsmantest.OnAny().Status(401, "", "").Header("WWW-Authenticate", "Negotiate"), wsmantest.OnAny().Answer("<x/>"),
		wsmantest.OnAny().Status(401, "", ""), wsmantest.OnAny().Status(401, "", "").Header("WWW-Authenticate", "Negotiate"))
	c := client(t, s, wsmanclient.Config{Authentication: wsmanclient.NTLM(ann("geheim"))})
	for range 2 {
		require.NoError(t, c.Delete(within(t), some))
	}
	requests := s.Requests()
	require.Len(t, requests, 3)
	assert.Equal(t, requests[1].Header.MessageID, requests[2].Header.MessageID)
	assert.Equal(t, 2, s.Connections())
	var refused *wsmanclient.AuthenticationError
	require.ErrorAs(t, c.Delete(within(t), some), &refused, "it is tried once")
	assert.Equal(t, []string{"Negotiate"}, refused.Offered)
}

// TestWholeConversation: many users of one client at the same time, sealed.
func TestWholeConversation(t *testing.T) {
	s := wsmantest.NewServer(t, wsmantest.User("ann", "geheim"),
		wsmantest.On(wsman.ActionCommand).AnswerFunc(func(r *wsmantest.Request) string { return wsmantest.CommandStarted(r.Header.MessageID) }).Always(),
		wsmantest.On(wsman.ActionSend).Answer("<rsp:SendResponse/>").Always(),
		wsmantest.On(wsman.ActionReceive).AnswerFunc(func(r *wsmantest.Request) string {
			e, _ := r.Parsed().BodyElement()
			id, _ := wsman.AttrValue(e.ChildElements()[0], "CommandId")
			return wsmantest.Received(wsmantest.Stream("stdout", id, id), wsmantest.Done(id, 0))
		}).Always(),
		wsmantest.On(wsman.ActionSignal).Answer("<rsp:SignalResponse/>").Always(),
	)
	shell := shellOf(client(t, s, wsmanclient.Config{Authentication: wsmanclient.NTLM(ann("geheim"))}), wsman.ResourceCmd)
	var all sync.WaitGroup
	for n := range 10 {
		all.Go(func() {
			for range 10 {
				assert.NoError(t, converse(t, shell, n))
			}
		})
	}
	all.Wait()
}

func converse(t *testing.T, shell *wsmanclient.Shell, n int) error {
	command, err := shell.Command(t.Context(), wsmanclient.CommandConfig{Line: fmt.Sprint(n)})
	if err != nil {
		return err
	}
	sent := make(chan error)
	go func() { sent <- command.Send(t.Context(), "stdin", []byte("x"), true) }()
	output, err := command.Receiver().Next(t.Context())
	if err != nil {
		return err
	}
	text, err := output.Streams[0].AppendBytes(nil)
	if err != nil {
		return err
	}
	assert.Equal(t, command.ID(), string(text))
	if err := <-sent; err != nil {
		return err
	}
	return command.Close(t.Context())
}
