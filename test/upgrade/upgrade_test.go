//go:build linux

package upgrade

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestUpgrade: sessions and clients of all kinds live through two upgrades, of
// which the second follows at once, and notice nothing.
func TestUpgrade(t *testing.T) {
	t.Parallel()
	s := start(t, oldProgram(t))
	ctx := within(t, sessionTime)
	all := users(ctx, t, s, 4)
	addresses := []string{s.http, s.https}
	stop := ask(t, s)
	defer stop()
	first := s.daemon(t)
	newer := newProgram(t)
	s.replaceProgram(t, func(path string) error { return os.Link(newer, path) })

	s.upgrade(t, first)
	second := s.daemon(t, first)
	s.upgrade(t, second)
	opened, err := s.client(t).Open(ctx) // while the older ones leave
	require.NoError(t, err)
	assert.Equal(t, addresses, []string{s.http, s.https}, "the addresses that were handed over")

	select {
	case <-s.exited:
		assert.NoError(t, s.exitError, "the first daemon's exit status")
	case <-time.After(time.Minute):
		require.Fail(t, "the first daemon does not end")
	}
	third := s.waitOnly(t, time.Minute)
	assert.NotContains(t, []int{first, second}, third)
	program, err := os.Readlink(fmt.Sprintf("/proc/%d/exe", third))
	require.NoError(t, err)
	assert.Equal(t, s.program, program, "the file that is there now")

	goOn(ctx, t, all)
	n, err := run(ctx, opened, "1..3")
	require.NoError(t, err)
	assert.Equal(t, 3, n)
	require.NoError(t, opened.Close(ctx))
	stop()
	assert.FileExists(t, filepath.Join(s.state, "winrmd.sock"))
}

// TestNothingInherited: the lock and the sockets are the daemons' alone, or a
// session would keep them when the last daemon has ended. Each daemon of an
// upgrade makes a session.
func TestNothingInherited(t *testing.T) {
	t.Parallel()
	s := start(t, oldProgram(t))
	ctx := within(t, sessionTime)
	_, err := s.client(t).Open(ctx)
	require.NoError(t, err)
	s.upgrade(t, s.daemon(t))
	daemon := s.waitOnly(t, time.Minute)
	_, err = s.client(t).Open(ctx)
	require.NoError(t, err)

	files := append(listening(daemon), filepath.Join(s.state, "lock"))
	require.Len(t, files, 3, "HTTP, HTTPS and the lock")
	assert.Subset(t, openFiles(daemon), files)
	others := 0
	for _, pid := range marked(mark + s.state) {
		if pid == daemon {
			continue
		}
		others++
		for _, file := range openFiles(pid) {
			assert.NotContains(t, files, file, describe(pid))
		}
		environment, err := os.ReadFile(fmt.Sprintf("/proc/%d/environ", pid))
		require.NoError(t, err)
		assert.NotContains(t, string(environment), "WINRMD_HANDOVER", describe(pid))
	}
	assert.GreaterOrEqual(t, others, 4, "two hosts with an engine each")
}

// TestHostDiesDuringUpgrade: the first daemon still leaves when the second one,
// its child, has gone already and the third one serves. Then a session's host is
// killed. To clear up is the third one's; what the first one would take for
// remains, other sessions and the third daemon itself, goes on.
func TestHostDiesDuringUpgrade(t *testing.T) {
	t.Parallel()
	s := start(t, oldProgram(t))
	ctx := within(t, sessionTime)
	dead, err := s.client(t).Open(ctx)
	require.NoError(t, err)
	hosts := s.hosts()
	require.Len(t, hosts, 1)
	first := s.daemon(t)
	slow, err := net.Dial("tcp", s.http)
	require.NoError(t, err)
	defer slow.Close()
	text := identify(true)
	_, err = io.WriteString(slow, text[:len(text)-1])
	require.NoError(t, err)
	time.Sleep(200 * time.Millisecond) // until it is accepted

	s.upgrade(t, first)
	second := slices.DeleteFunc(serving(s.state), func(pid int) bool { return pid == first })
	require.Len(t, second, 1)
	client := s.client(t)
	alive, err := client.Open(ctx) // its host is the second one's child
	require.NoError(t, err)
	s.upgrade(t, second[0])
	require.Eventually(t, func() bool { return !slices.Contains(serving(s.state), second[0]) }, endTimeout, 50*time.Millisecond)
	require.Len(t, serving(s.state), 2)

	require.NoError(t, syscall.Kill(hosts[0], syscall.SIGKILL))
	_, err = run(ctx, dead, "1")
	require.Error(t, err)
	for range 2 {
		n, err := run(ctx, alive, "1..3")
		require.NoError(t, err)
		assert.Equal(t, 3, n)
		_, _ = io.WriteString(slow, text[len(text)-1:]) // the second time nobody hears it
		third := s.waitOnly(t, time.Minute)
		assert.NotContains(t, []int{first, second[0]}, third)
	}
	_, err = readIdentify(bufio.NewReader(slow))
	require.NoError(t, err, "the request that was begun before all that")
}
