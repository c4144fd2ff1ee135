package wsmanclient_test

import (
	"context"
	"errors"
	"net/http"
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

// told is what a client was told about its network, and when.
type told struct {
	mu     sync.Mutex
	start  time.Time
	events []wsmanclient.Event
	at     []time.Duration
}

func (o *told) notify(e wsmanclient.Event) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.events = append(o.events, e)
	o.at = append(o.at, time.Since(o.start))
}

// kinds are what was told, with retries counted.
func (o *told) kinds() (kinds []string, retries int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, e := range o.events {
		if e.Kind == wsmanclient.RetryingAfterNetworkFailure {
			if retries++; retries > 1 {
				continue
			}
		}
		kinds = append(kinds, e.Kind.String())
	}
	return kinds, retries
}

// last is what was told last, and when.
func (o *told) last() (wsmanclient.Event, time.Duration) {
	o.mu.Lock()
	defer o.mu.Unlock()
	n := len(o.events) - 1
	return o.events[n], o.at[n]
}

// inBubble runs a test on fake time, with a server that has connections in
// memory, and a shell that can be disconnected.
func inBubble(t *testing.T, config wsmanclient.Config, f func(t *testing.T, s *wsmantest.Server, shell *wsmanclient.Shell, o *told), steps ...wsmantest.Option) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s := wsmantest.NewServer(t, append([]wsmantest.Option{wsmantest.InMemory(), wsmantest.OnIdentify().Answer(wsmantest.Identified("x", "y")).Always()}, steps...)...)
		o := &told{start: time.Now()}
		config.Dial, config.Notify = s.Dial, o.notify
		c, err := wsmanclient.New(s.URL, config)
		require.NoError(t, err)
		defer c.Close()
		f(t, s, c.Shell(powerShell, shellID, wsmanclient.ShellOptions{Disconnectable: true}), o)
		c.Close()
		s.Close()
		synctest.Wait()
	})
}

const (
	failed        = "NetworkFailureDetected"
	retrying      = "RetryingAfterNetworkFailure"
	reconnected   = "ReconnectedAfterNetworkFailure"
	disconnecting = "ShellAutoDisconnecting"
	disconnected  = "ShellAutoDisconnected"
	aborted       = "RetryAborted"
)

var output = wsmantest.Received(wsmantest.Stream("stdout", "", "x"))

// ids are what a request is known by.
func ids(r *wsmantest.Request) []any {
	return []any{r.Header.MessageID, r.Header.OperationID, r.Header.SequenceID}
}

// ofAction are the requests with an action.
func ofAction(s *wsmantest.Server, action string) (requests []*wsmantest.Request) {
	for _, r := range s.Requests() {
		if r.Header.Action == action {
			requests = append(requests, r)
		}
	}
	return requests
}

// TestRetry: a cut connection costs nothing but a repetition of the same request.
func TestRetry(t *testing.T) {
	inBubble(t, wsmanclient.Config{}, func(t *testing.T, s *wsmantest.Server, shell *wsmanclient.Shell, o *told) {
		got, err := shell.Receiver().Next(t.Context())
		require.NoError(t, err)
		assert.Len(t, got.Streams, 1)
		both := ofAction(s, wsman.ActionReceive)
		require.Len(t, both, 2)
		assert.Equal(t, ids(both[0]), ids(both[1]))
		assert.Equal(t, both[0].Raw, both[1].Raw)
		kinds, retries := o.kinds()
		assert.Equal(t, []string{failed, retrying, reconnected}, kinds)
		assert.Equal(t, 1, retries)
		assert.Zero(t, time.Since(o.start), "it was tried at once")
		assert.Same(t, shell, o.events[0].Shell)
		var broken *wsmanclient.NetworkError
		require.ErrorAs(t, o.events[0].Err, &broken)
		assert.True(t, broken.Connected)
		assert.Equal(t, wsmanclient.DefaultRetryTime, o.events[0].Remaining)
	}, wsmantest.On(wsman.ActionReceive).Answer(output).CutAt(150), wsmantest.On(wsman.ActionReceive).Answer(output))
}

// TestRetryUntilUp: the server is away for most of the time, and everything that
// is asked meanwhile waits.
func TestRetryUntilUp(t *testing.T) {
	inBubble(t, wsmanclient.Config{}, func(t *testing.T, s *wsmantest.Server, shell *wsmanclient.Shell, o *told) {
		s.Down()
		results := make(chan error, 3)
		go func() { _, err := shell.Receiver().Next(t.Context()); results <- err }()
		go func() { results <- shell.Send(t.Context(), "stdin", []byte("x"), false) }()
		time.Sleep(time.Minute)
		go func() { results <- shell.Signal(t.Context(), wsman.SignalCtrlC) }()
		time.Sleep(168 * time.Second)
		synctest.Wait()
		assert.Empty(t, results)
		s.Up()
		for range 3 {
			require.NoError(t, <-results)
		}
		kinds, retries := o.kinds()
		assert.Equal(t, []string{failed, retrying, reconnected}, kinds, "one outage, however many operations")
		assert.Equal(t, 47, retries)
		assert.Equal(t, 230*time.Second, time.Since(o.start))
		for _, action := range []string{wsman.ActionReceive, wsman.ActionSend, wsman.ActionSignal} {
			assert.Len(t, ofAction(s, action), 1)
		}
	},
		wsmantest.On(wsman.ActionReceive).Answer(output), wsmantest.On(wsman.ActionSend).Answer("<rsp:SendResponse/>"),
		wsmantest.On(wsman.ActionSignal).Answer("<rsp:SignalResponse/>"))
}

// TestRetryTime: to the nanosecond.
func TestRetryTime(t *testing.T) {
	inBubble(t, wsmanclient.Config{}, func(t *testing.T, s *wsmantest.Server, shell *wsmanclient.Shell, o *told) {
		s.Down()
		results := make(chan error, 2)
		go func() { _, err := shell.Receiver().Next(t.Context()); results <- err }()
		go func() { results <- shell.Send(t.Context(), "stdin", []byte("x"), false) }()
		time.Sleep(wsmanclient.DefaultRetryTime - 1)
		synctest.Wait()
		assert.Empty(t, results)
		time.Sleep(time.Nanosecond)
		synctest.Wait()
		for range 2 {
			var lost *wsmanclient.DisconnectedError
			require.ErrorAs(t, <-results, &lost)
			assert.Equal(t, shellID, lost.ShellID)
			var broken *wsmanclient.NetworkError
			require.ErrorAs(t, lost, &broken)
			assert.False(t, broken.Connected)
		}
		kinds, _ := o.kinds()
		assert.Equal(t, []string{failed, retrying, disconnecting, disconnected}, kinds)
		last, at := o.last()
		assert.Equal(t, wsmanclient.DefaultRetryTime, at)
		assert.Zero(t, last.Remaining)

		// From now on nothing is asked, and Reconnect says what it finds.
		s.Up()
		before := len(s.Requests())
		var lost *wsmanclient.DisconnectedError
		require.ErrorAs(t, shell.Send(t.Context(), "stdin", nil, false), &lost)
		assert.Len(t, s.Requests(), before)
		s.Down()
		var broken *wsmanclient.NetworkError
		require.ErrorAs(t, shell.Reconnect(t.Context(), wsmanclient.ReconnectOptions{}), &broken, "it is asked once")
		s.Up()
		require.ErrorIs(t, shell.Reconnect(t.Context(), wsmanclient.ReconnectOptions{}), wsman.CodeShellReconnectNotValid)
		require.ErrorAs(t, shell.Send(t.Context(), "stdin", nil, false), &lost)
		require.NoError(t, shell.Reconnect(t.Context(), wsmanclient.ReconnectOptions{}))
		require.NoError(t, shell.Send(t.Context(), "stdin", nil, false))
	},
		wsmantest.On(wsman.ActionReconnect).Fault(wsman.CodeShellReconnectNotValid), wsmantest.On(wsman.ActionReconnect).Answer(""),
		wsmantest.On(wsman.ActionSend).Answer("<rsp:SendResponse/>"))
}

// TestSilence: a network that swallows everything is noticed when the answer is
// overdue.
func TestSilence(t *testing.T) {
	config := wsmanclient.Config{OperationTimeout: 20 * time.Second, NetworkDelay: 3 * time.Second, RetryTime: time.Minute, RetryInterval: time.Second}
	inBubble(t, config, func(t *testing.T, s *wsmantest.Server, shell *wsmanclient.Shell, o *told) {
		s.Silence()
		_, err := shell.Receiver().Next(t.Context())
		var lost *wsmanclient.DisconnectedError
		require.ErrorAs(t, err, &lost)
		kinds, _ := o.kinds()
		assert.Equal(t, []string{failed, retrying, disconnecting, disconnected}, kinds)
		assert.Equal(t, 23*time.Second, o.at[0])
		assert.Equal(t, 83*time.Second, time.Since(o.start))
	})
}

// TestRetryAborted: a server that does not let the client in any more is not
// asked for ever.
func TestRetryAborted(t *testing.T) {
	inBubble(t, wsmanclient.Config{Authentication: wsmanclient.Basic("ann", "wrong"), AllowUnencrypted: true}, func(t *testing.T, s *wsmantest.Server, shell *wsmanclient.Shell, o *told) {
		s.Down()
		result := make(chan error)
		go func() { result <- shell.Send(t.Context(), "stdin", nil, false) }()
		time.Sleep(12 * time.Second)
		s.Up()
		var refused *wsmanclient.AuthenticationError
		require.ErrorAs(t, <-result, &refused)
		kinds, _ := o.kinds()
		assert.Equal(t, []string{failed, retrying, aborted}, kinds)
		last, _ := o.last()
		assert.Equal(t, refused, last.Err)
	}, wsmantest.User("ann", "secret"))
}

// TestGatewayIsNetwork: a proxy that says that there is nobody behind it.
func TestGatewayIsNetwork(t *testing.T) {
	inBubble(t, wsmanclient.Config{}, func(t *testing.T, s *wsmantest.Server, shell *wsmanclient.Shell, o *told) {
		require.NoError(t, shell.Send(t.Context(), "stdin", nil, false))
		kinds, _ := o.kinds()
		assert.Equal(t, []string{failed, retrying, reconnected}, kinds)
	}, wsmantest.On(wsman.ActionSend).Status(http.StatusBadGateway, "text/html", "<p>no"), wsmantest.On(wsman.ActionSend).Answer("<rsp:SendResponse/>"))
}

// TestNobodyWaits: who gives up is told so, and the last one ends the attempts.
func TestNobodyWaits(t *testing.T) {
	inBubble(t, wsmanclient.Config{}, func(t *testing.T, s *wsmantest.Server, shell *wsmanclient.Shell, o *told) {
		s.Down()
		errMine := errors.New("enough")
		results := make(chan error, 2)
		for n := range 2 {
			ctx, cancel := context.WithCancelCause(t.Context())
			time.AfterFunc(time.Duration(30+7*n)*time.Second, func() { cancel(errMine) })
			go func() { _, err := shell.Receiver().Next(ctx); results <- err }()
		}
		assert.Equal(t, errMine, <-results)
		assert.Equal(t, 30*time.Second, time.Since(o.start))
		assert.Equal(t, errMine, <-results)
		synctest.Wait()
		_, retries := o.kinds()
		time.Sleep(time.Hour)
		_, later := o.kinds()
		assert.Equal(t, retries, later, "nobody tries any more")
		// What is asked then begins anew.
		s.Up()
		require.NoError(t, shell.Send(t.Context(), "stdin", nil, false))
	}, wsmantest.On(wsman.ActionSend).Answer("<rsp:SendResponse/>"))
}

// TestNewcomer: who comes just when the last one has given up is not given up
// with him.
func TestNewcomer(t *testing.T) {
	inBubble(t, wsmanclient.Config{}, func(t *testing.T, s *wsmantest.Server, shell *wsmanclient.Shell, _ *told) {
		for range 100 {
			s.Down()
			ctx, cancel := context.WithTimeout(t.Context(), 7*time.Second)
			require.ErrorIs(t, shell.Send(ctx, "stdin", nil, false), context.DeadlineExceeded)
			s.Up()
			require.NoError(t, shell.Send(t.Context(), "stdin", nil, false))
			cancel()
		}
	}, wsmantest.On(wsman.ActionSend).Answer("<rsp:SendResponse/>").Always())
}

// TestCloseWhileRetrying: a closed client waits for nothing.
func TestCloseWhileRetrying(t *testing.T) {
	inBubble(t, wsmanclient.Config{}, func(t *testing.T, s *wsmantest.Server, shell *wsmanclient.Shell, _ *told) {
		s.Down()
		result := make(chan error)
		go func() { result <- shell.Send(t.Context(), "stdin", nil, false) }()
		time.Sleep(time.Minute)
		require.NoError(t, shell.Client().Close())
		assert.ErrorIs(t, <-result, wsmanclient.ErrClosed)
		assert.Equal(t, wsmanclient.ErrClosed, shell.Send(t.Context(), "stdin", nil, false))
	})
}

// TestNotRetried: what is not a shell's, or of a shell that cannot be
// disconnected, or makes or ends one, or where the Config says so, is asked once.
func TestNotRetried(t *testing.T) {
	for name, ask := range map[string]func(ctx context.Context, c *wsmanclient.Client) error{
		"Get": func(ctx context.Context, c *wsmanclient.Client) error {
			_, err := c.Get(ctx, wsmanclient.Resource{URI: "urn:x"})
			return err
		},
		"Create": func(ctx context.Context, c *wsmanclient.Client) error {
			_, err := c.CreateShell(ctx, wsmanclient.ShellConfig{})
			return err
		},
		"command shell": func(ctx context.Context, c *wsmanclient.Client) error {
			return c.Shell(wsman.ResourceCmd, "1", wsmanclient.ShellOptions{}).Send(ctx, "stdin", nil, false)
		},
		"Delete": func(ctx context.Context, c *wsmanclient.Client) error {
			return c.Shell(powerShell, "1", wsmanclient.ShellOptions{Disconnectable: true}).Delete(ctx)
		},
		"Connect": func(ctx context.Context, c *wsmanclient.Client) error {
			_, err := c.ConnectShell(ctx, wsmanclient.ConnectConfig{ResourceURI: powerShell, ShellID: "1"})
			return err
		},
	} {
		inBubble(t, wsmanclient.Config{}, func(t *testing.T, s *wsmantest.Server, shell *wsmanclient.Shell, o *told) {
			s.Down()
			var broken *wsmanclient.NetworkError
			require.ErrorAs(t, ask(t.Context(), shell.Client()), &broken, name)
			assert.Zero(t, time.Since(o.start), name)
			assert.Empty(t, o.events, name)
		})
	}
	inBubble(t, wsmanclient.Config{RetryTime: -1}, func(t *testing.T, s *wsmantest.Server, shell *wsmanclient.Shell, o *told) {
		s.Down()
		var broken *wsmanclient.NetworkError
		require.ErrorAs(t, shell.Send(t.Context(), "stdin", nil, false), &broken)
		assert.Empty(t, o.events)
	})
}

// TestRobustAfterCreate: a shell is known to be one that can be disconnected by
// the answer to its Create.
func TestRobustAfterCreate(t *testing.T) {
	inBubble(t, wsmanclient.Config{}, func(t *testing.T, s *wsmantest.Server, shell *wsmanclient.Shell, o *told) {
		made, err := shell.Client().CreateShell(t.Context(), wsmanclient.ShellConfig{ResourceURI: powerShell, ShellID: shellID})
		require.NoError(t, err)
		command, err := made.Command(t.Context(), wsmanclient.CommandConfig{ID: commandID})
		require.NoError(t, err)
		assert.Equal(t, commandID, command.ID())
		kinds, _ := o.kinds()
		assert.Equal(t, []string{failed, retrying, reconnected}, kinds)
		both := ofAction(s, wsman.ActionCommand)
		assert.Equal(t, ids(both[0]), ids(both[1]), "a server knows that it is the same Command")
	},
		wsmantest.On(wsman.ActionCreate).Answer(wsmantest.ShellCreated(powerShell, shellID, wsmantest.Disconnectable()...)),
		wsmantest.On(wsman.ActionCommand).Answer(wsmantest.CommandStarted(commandID)).CutBeforeAnswer(),
		wsmantest.On(wsman.ActionCommand).Answer(wsmantest.CommandStarted(commandID)))
}
