package process

import (
	"context"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"sync"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// stray leaves a process with nothing that would tell where it came from.
const stray = "(env -i setsid zzz &)"

func TestReaper(t *testing.T) {
	if !alone(t) {
		return
	}
	require.NoError(t, BecomeReaper())
	exit := sleepers("")
	exit.leave(t, "(setsid true &)")
	require.Eventually(t, anyEnded, soon, often, "no zombie has come")

	reaper := NewReaper()
	noChildren(t) // the one from before
	for range 20 {
		exit.leave(t, "(env -i setsid true &); (env -i setsid sh -c '(true &)' &)")
	}
	noChildren(t)
	require.NoError(t, reaper.Close())
	require.NoError(t, reaper.Close(), "a second time")

	exit.leave(t, "(setsid true &)")
	require.Eventually(t, anyEnded, soon, often, "nobody reaps any more")
	require.NoError(t, KillOrphans(t.Context()))
	noChildren(t)
}

func TestKillOrphans(t *testing.T) {
	if !alone(t) {
		return
	}
	require.NoError(t, BecomeReaper())
	reaper := NewReaper()
	defer reaper.Close()
	mine, strays := newSleepers(t), newSleepers(t)

	engine := mine.command("zzz & zzz & wait")
	group, err := Start(engine)
	require.NoError(t, err)
	mine.wait(t, 2)
	strays.leave(t, stray+"; "+stray)
	strays.leave(t, "(env -i setsid sh -c 'zzz & env -i setsid zzz & (env -i setsid zzz &); wait' &)")
	strays.wait(t, 5)

	require.NoError(t, KillOrphans(t.Context()))
	assert.Empty(t, strays.pids(t))
	assert.Equal(t, []int{engine.Process.Pid}, children(os.Getpid()), "and they were reaped")
	assert.Len(t, mine.pids(t), 2, "what runs below an own child is spared")

	require.NoError(t, group.Kill())
	assert.EqualError(t, engine.Wait(), "signal: killed")
	require.NoError(t, KillOrphans(t.Context()))
	noChildren(t)
}

// TestKillOrphansWhichFork: there are always new ones while they are killed.
func TestKillOrphansWhichFork(t *testing.T) {
	if !alone(t) {
		return
	}
	require.NoError(t, BecomeReaper())
	for range 3 {
		s := newSleepers(t)
		s.leave(t, "(env -i setsid sh -c 'i=0; while [ $i -lt 200 ]; do (setsid zzz &); i=$((i+1)); done' &)")
		s.wait(t, 10)
		require.NoError(t, KillOrphans(t.Context()))
		assert.Empty(t, s.pids(t))
		noChildren(t)
	}
}

// TestKillOrphansOfAHost: a host is killed, and what was below it goes with it.
func TestKillOrphansOfAHost(t *testing.T) {
	if !alone(t) {
		return
	}
	require.NoError(t, BecomeReaper())
	reaper := NewReaper()
	defer reaper.Close()
	s := newSleepers(t)
	host := s.command("setsid sh -c 'zzz & (env -i setsid zzz &); wait' & (env -i setsid zzz &); wait")
	require.NoError(t, StartOwn(host))
	s.wait(t, 3)
	require.NoError(t, host.Process.Kill())
	assert.EqualError(t, host.Wait(), "signal: killed")
	require.NoError(t, KillOrphans(t.Context()))
	assert.Empty(t, s.pids(t))
	noChildren(t)
}

// TestHuntRefused: who may not be killed is named, and not waited for.
func TestHuntRefused(t *testing.T) {
	if !alone(t) {
		return
	}
	if os.Getuid() != 0 && os.Getenv("CI") != "true" {
		t.Skip("needs root")
	}
	s := newSleepers(t)
	c := s.command("exec zzz")
	require.NoError(t, StartOwn(c))
	s.wait(t, 1)
	find := func() ([]info, error) {
		p, err := stat(c.Process.Pid)
		return []info{p}, err
	}
	const nobody = 65534
	require.NoError(t, syscall.Setresuid(nobody, nobody, 0))
	err := hunt(t.Context(), find)
	require.NoError(t, syscall.Setresuid(0, 0, 0))
	assert.ErrorIs(t, err, syscall.EPERM)
	assert.ErrorContains(t, err, strconv.Itoa(c.Process.Pid))
	require.NoError(t, c.Process.Kill())
	assert.EqualError(t, c.Wait(), "signal: killed")
}

// TestKillOrphansInNoTime: nobody stays stopped when there is no time to wait.
func TestKillOrphansInNoTime(t *testing.T) {
	if !alone(t) {
		return
	}
	require.NoError(t, BecomeReaper())
	s := newSleepers(t)
	s.leave(t, stray)
	s.wait(t, 1)
	over, cancel := context.WithCancel(t.Context())
	cancel()
	if err := KillOrphans(over); err != nil {
		assert.ErrorIs(t, err, context.Canceled)
	}
	s.none(t)
	require.NoError(t, KillOrphans(t.Context()))
	noChildren(t)
}

func TestOwn(t *testing.T) {
	if !alone(t) {
		return
	}
	require.NoError(t, BecomeReaper())
	s := newSleepers(t)
	registered, owned, unknown := s.command("exec zzz"), s.command("exec zzz"), s.command("exec zzz")
	require.NoError(t, registered.Start())
	require.NoError(t, Own(registered.Process.Pid))
	require.NoError(t, StartOwn(owned))
	require.NoError(t, unknown.Start())
	s.wait(t, 3)

	require.NoError(t, KillOrphans(t.Context()))
	assert.ElementsMatch(t, []int{registered.Process.Pid, owned.Process.Pid}, s.pids(t))
	assert.Error(t, unknown.Wait(), "it was taken for an orphan and reaped")
	for _, c := range []*exec.Cmd{registered, owned} {
		require.NoError(t, c.Process.Kill())
		assert.EqualError(t, c.Wait(), "signal: killed")
	}
	assert.ErrorIs(t, Own(registered.Process.Pid), os.ErrProcessDone)
	assert.Error(t, StartOwn(exec.Command("/no/such")))
}

// TestKillOrphansWhileOthersStart: programs that nobody has told about may be
// killed, but this process must not come to a stop over it.
func TestKillOrphansWhileOthersStart(t *testing.T) {
	if !alone(t) {
		return
	}
	require.NoError(t, BecomeReaper())
	over := make(chan struct{})
	var starting sync.WaitGroup
	for range 2 {
		starting.Go(func() {
			for {
				select {
				case <-over:
					return
				default:
					_ = exec.Command("true").Run()
				}
			}
		})
	}
	for range 50 {
		assert.NoError(t, KillOrphans(t.Context()))
		runtime.GC()
	}
	close(over)
	starting.Wait()
	require.NoError(t, KillOrphans(t.Context()))
	noChildren(t)
}

func TestRegistryForgets(t *testing.T) {
	self := os.Getpid()
	r := registry{started: map[int]uint64{self: 1, 1 << 30: 7}}
	assert.False(t, r.has(1<<30), "there is no such process")
	assert.False(t, r.has(self), "it is another one")
	assert.Empty(t, r.started)
	require.NoError(t, r.add(self))
	assert.True(t, r.has(self))
	r.started[1<<30], r.limit = 7, 2
	require.NoError(t, r.add(os.Getppid()))
	assert.Len(t, r.started, 2, "the dead are forgotten")
}

// TestStorm: while orphans come and go by the hundred, and are killed at every
// moment, each own child's exit status is told to who waits for it.
func TestStorm(t *testing.T) {
	if !alone(t) {
		return
	}
	require.NoError(t, BecomeReaper())
	reaper := NewReaper()
	over := make(chan struct{})
	var killing, storm sync.WaitGroup
	killing.Go(func() {
		for {
			select {
			case <-over:
				return
			default:
				assert.NoError(t, KillOrphans(t.Context()))
			}
		}
	})
	var starter Starter
	starts := []func(*exec.Cmd) error{
		StartOwn,
		func(c *exec.Cmd) error { _, err := Start(c); return err },
		func(c *exec.Cmd) error { _, err := starter.Start(c); return err },
	}
	for n, start := range starts {
		storm.Go(func() {
			for i := range 60 {
				code := 1 + (n*60+i)%250
				c := exec.Command("/bin/sh", "-c", "(setsid true &); (setsid sh -c '(true &); true' &); exit "+strconv.Itoa(code))
				if !assert.NoError(t, start(c)) {
					return
				}
				_ = c.Wait()
				assert.Equal(t, code, c.ProcessState.ExitCode())
			}
		})
	}
	storm.Wait()
	starter.Stop()
	close(over)
	killing.Wait()
	require.NoError(t, KillOrphans(t.Context()))
	require.NoError(t, reaper.Close())
	noChildren(t)
}
