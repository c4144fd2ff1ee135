package interop

import (
	"net"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/wsmanclient"
)

func numbersText(from, to int) (texts []string) {
	for n := from; n <= to; n++ {
		texts = append(texts, strconv.Itoa(n))
	}
	return texts
}

// goAlice is alice by NTLM.
func goAlice() wsmanclient.Config {
	return wsmanclient.Config{Authentication: wsmanclient.NTLM(wsmanclient.NegotiateConfig{User: "alice", Password: passwordOf("alice")})}
}

// TestGoClientPowerShell: the life of a session on the real engine, plain and
// compressed.
func TestGoClientPowerShell(t *testing.T) {
	t.Parallel()
	takeSlot(t)
	s := start(t, setup{withoutSlot: true, encryptedOnly: true})
	for _, compressed := range []bool{false, true} {
		t.Run("compressed "+strconv.FormatBool(compressed), func(t *testing.T) { goPowerShellLife(t, s, compressed) })
	}
}

func goPowerShellLife(t *testing.T, s *server, compressed bool) {
	ctx := bounded(t)
	c := s.goClient(t, "http", goAlice())
	p := openGoPool(ctx, t, c, wsmanclient.ShellConfig{Name: "go", Compression: compressed, IdleTimeout: 10 * time.Minute})
	assert.Equal(t, compressed, p.shell.Compressed())
	assert.True(t, p.shell.Info().Disconnectable())
	got, err := results(ctx, p.run(ctx, t, "1..3; 'x' * 100000; 'ü'").Receiver())
	require.NoError(t, err)
	assert.Equal(t, append(numbersText(1, 3), strings.Repeat("x", 100_000), "ü"), got)

	// Two at the same time, and a stop.
	endless, short := p.run(ctx, t, "while ($true) { Start-Sleep 1 }"), p.run(ctx, t, "6 * 7")
	got, err = results(ctx, short.Receiver())
	require.NoError(t, err)
	assert.Equal(t, []string{"42"}, got)
	require.NoError(t, endless.Signal(ctx, wsman.SignalPowerShellStop))
	_, err = results(ctx, endless.Receiver())
	require.ErrorContains(t, err, "the pipeline failed", "it was stopped")

	// Disconnect while a Receive waits, and come back.
	slow := p.run(ctx, t, "1..5 | ForEach-Object { $_; Start-Sleep -Milliseconds 200 }")
	ended := make(chan error, 1)
	go func() {
		_, err := p.shell.Receiver().Next(ctx)
		ended <- err
	}()
	require.NoError(t, p.shell.Disconnect(ctx, wsmanclient.DisconnectOptions{IdleTimeout: 5 * time.Minute, BufferMode: "Block"}))
	var quiet *wsman.Fault
	require.ErrorAs(t, <-ended, &quiet)
	assert.Contains(t, []wsman.FaultCode{wsman.CodeStreamDisconnected, wsman.CodeShellDisconnected}, quiet.WSMan.Code,
		"whether it was at the server before or not")
	_, err = slow.Receiver().Next(ctx)
	require.ErrorIs(t, err, wsman.CodeShellDisconnected)
	info, err := p.shell.Get(ctx)
	require.NoError(t, err)
	assert.Equal(t, "Disconnected", info.State)
	assert.Equal(t, 5*time.Minute, info.IdleTimeout)
	require.NoError(t, p.shell.Reconnect(ctx, wsmanclient.ReconnectOptions{}))
	require.NoError(t, slow.Reconnect(ctx))
	got, err = results(ctx, slow.Receiver())
	require.NoError(t, err)
	assert.Equal(t, numbersText(1, 5), got)

	goComeFromElsewhere(t, s, p)
}

// goComeFromElsewhere leaves a running pipeline, and another client session gets
// its output.
func goComeFromElsewhere(t *testing.T, s *server, p *goPool) {
	ctx := bounded(t)
	slow := p.run(ctx, t, "1..20; Start-Sleep -Milliseconds 500; 21..40")
	require.NoError(t, p.shell.Disconnect(ctx, wsmanclient.DisconnectOptions{}))
	other := s.goClient(t, "http", goAlice())
	shells, err := other.Shells(ctx)
	require.NoError(t, err)
	require.Len(t, shells, 1)
	assert.Equal(t, p.shell.ID(), shells[0].ShellID)
	assert.Equal(t, "go", shells[0].Name)
	assert.Equal(t, p.shell.Compressed(), shells[0].Compressed())
	commands, err := other.Commands(ctx, p.shell.ID())
	require.NoError(t, err)
	var running []string
	for _, c := range commands {
		running = append(running, c.CommandID)
	}
	assert.Contains(t, running, slow.ID())
	there := connectGoPool(ctx, t, other, shells[0].ShellID, shells[0].Compressed())
	there.awaitOpened(ctx, t)
	command, err := there.shell.ConnectCommand(ctx, slow.ID(), nil)
	require.NoError(t, err)
	got, err := results(ctx, command.Receiver())
	require.NoError(t, err)
	assert.Equal(t, numbersText(1, 40), got)
	_, err = slow.Receiver().Next(ctx)
	var f *wsman.Fault
	require.ErrorAs(t, err, &f, "the shell is another client session's now")
	require.NoError(t, there.shell.Delete(ctx))
	_, err = there.shell.Get(ctx)
	require.ErrorIs(t, err, wsman.CodeUnexpectedSelectors)
}

// forwarder is a network that can fail: it passes connections on to a server.
type forwarder struct {
	l net.Listener

	mu   sync.Mutex
	to   string
	down bool
	open map[net.Conn]bool
}

func startForwarder(t *testing.T, to string) *forwarder {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	f := &forwarder{l: l, to: to, open: map[net.Conn]bool{}}
	t.Cleanup(func() {
		l.Close()
		f.fail()
	})
	go func() {
		for {
			near, err := l.Accept()
			if err != nil {
				return
			}
			go f.pass(near)
		}
	}()
	return f
}

// pass passes one connection on, while the network is well.
func (f *forwarder) pass(near net.Conn) {
	defer near.Close()
	f.mu.Lock()
	to, down := f.to, f.down
	f.open[near] = true
	f.mu.Unlock()
	if down {
		return
	}
	far, err := net.Dial("tcp", to)
	if err != nil {
		return
	}
	defer far.Close()
	go copyAndClose(far, near)
	copyAndClose(near, far)
	f.mu.Lock()
	delete(f.open, near)
	f.mu.Unlock()
}

func copyAndClose(to, from net.Conn) {
	buffer := make([]byte, 4096)
	for {
		n, err := from.Read(buffer)
		if _, wrong := to.Write(buffer[:n]); err != nil || wrong != nil {
			to.Close()
			return
		}
	}
}

// fail breaks everything, and lets nothing through until well.
func (f *forwarder) fail() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.down = true
	for c := range f.open {
		c.Close()
	}
}

// well lets connections through, to an address.
func (f *forwarder) well(to string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.down, f.to = false, to
}

// TestGoClientRobust: the network fails, and the server is killed and started
// again, in the middle of a pipeline; nothing is lost and nothing comes twice.
func TestGoClientRobust(t *testing.T) {
	t.Parallel()
	takeSlot(t)
	s := start(t, setup{withoutSlot: true, encryptedOnly: true})
	f := startForwarder(t, s.addresses["http"])
	var mu sync.Mutex
	kinds := map[wsmanclient.EventKind]int{}
	config := goAlice()
	config.RetryInterval = 200 * time.Millisecond
	config.Notify = func(e wsmanclient.Event) {
		mu.Lock()
		defer mu.Unlock()
		kinds[e.Kind]++
	}
	c, err := wsmanclient.New("http://"+f.l.Addr().String(), config)
	require.NoError(t, err)
	defer c.Close()
	ctx := bounded(t)
	p := openGoPool(ctx, t, c, wsmanclient.ShellConfig{})
	command := p.run(ctx, t, "1..60 | ForEach-Object { $_; Start-Sleep -Milliseconds 50 }")
	type result struct {
		got []string
		err error
	}
	done := make(chan result, 1)
	go func() {
		got, err := results(ctx, command.Receiver())
		done <- result{got, err}
	}()
	time.Sleep(300 * time.Millisecond) // whenever it is, it has to go well
	f.fail()
	// What is started while there is no network waits for it.
	other := make(chan *wsmanclient.Command, 1)
	go func() { other <- p.run(ctx, t, "6 * 7") }()
	time.Sleep(500 * time.Millisecond)
	f.well(s.addresses["http"])
	got, err := results(ctx, (<-other).Receiver())
	require.NoError(t, err)
	assert.Equal(t, []string{"42"}, got)

	s.kill(t)
	s.restart(t)
	f.well(s.addresses["http"])
	r := <-done
	require.NoError(t, r.err)
	assert.Equal(t, numbersText(1, 60), r.got)
	mu.Lock()
	assert.Positive(t, kinds[wsmanclient.NetworkFailureDetected])
	assert.Equal(t, kinds[wsmanclient.NetworkFailureDetected], kinds[wsmanclient.ReconnectedAfterNetworkFailure])
	assert.Zero(t, kinds[wsmanclient.RetryAborted]+kinds[wsmanclient.ShellAutoDisconnected])
	mu.Unlock()
	require.NoError(t, p.shell.Delete(ctx))
}

// TestGoClientAutoDisconnected: the network stays away. The client is told, the
// session goes on at the server, and is reconnected when the network is there
// again.
func TestGoClientAutoDisconnected(t *testing.T) {
	t.Parallel()
	takeSlot(t)
	s := start(t, setup{withoutSlot: true, encryptedOnly: true})
	f := startForwarder(t, s.addresses["http"])
	config := goAlice()
	config.RetryInterval, config.RetryTime = 200*time.Millisecond, time.Second
	events := make(chan wsmanclient.Event, 100)
	config.Notify = func(e wsmanclient.Event) { events <- e }
	c, err := wsmanclient.New("http://"+f.l.Addr().String(), config)
	require.NoError(t, err)
	defer c.Close()
	ctx := bounded(t)
	p := openGoPool(ctx, t, c, wsmanclient.ShellConfig{})
	command := p.run(ctx, t, "1..3; Start-Sleep 2; 4..6")
	f.fail()
	_, err = results(ctx, command.Receiver())
	var lost *wsmanclient.DisconnectedError
	require.ErrorAs(t, err, &lost)
	var last wsmanclient.EventKind
	for last != wsmanclient.ShellAutoDisconnected {
		last = (<-events).Kind
	}
	f.well(s.addresses["http"])
	_, err = command.Receiver().Next(ctx)
	require.ErrorAs(t, err, &lost, "not before it is reconnected")
	require.NoError(t, p.shell.Reconnect(ctx, wsmanclient.ReconnectOptions{}))
	require.NoError(t, command.Reconnect(ctx))
	got, err := results(ctx, command.Receiver())
	require.NoError(t, err)
	assert.Equal(t, numbersText(1, 6), got)
	require.NoError(t, p.shell.Delete(ctx))
}
