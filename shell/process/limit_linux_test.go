package process

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// confined is a shell that runs a script when it is under limits.
type confined struct {
	name   string
	cmd    *exec.Cmd
	begin  io.Closer
	out    bytes.Buffer
	prefix string
}

// confine starts a script under limits; it waits for run.
func confine(t *testing.T, script string, l Limits) *confined {
	t.Helper()
	c := &confined{name: fmt.Sprintf("test-%d-%d", os.Getpid(), rand.Uint32())}
	c.cmd = exec.CommandContext(t.Context(), "/bin/sh", "-c", "read begin\n"+script)
	c.cmd.Stdout, c.cmd.Stderr = &c.out, &c.out
	stdin, err := c.cmd.StdinPipe()
	require.NoError(t, err)
	c.begin, c.cmd.WaitDelay = stdin, time.Second
	require.NoError(t, StartOwn(c.cmd))
	t.Cleanup(func() {
		members, _ := processesOf(c.name) // those that a script has left
		for _, pid := range members {
			p, _ := os.FindProcess(pid)
			_ = p.Kill()
		}
		if c.cmd.ProcessState == nil {
			_ = c.cmd.Wait()
		}
		assert.NoError(t, Release(c.name))
		_, err := UseOf(c.name)
		assert.ErrorIs(t, err, ErrNoLimit, "nothing is left")
	})
	err = Confine(c.name, c.cmd.Process.Pid, l)
	skipWithout(t, err)
	require.NoError(t, err)
	return c
}

// run lets the script run to its end and returns what it has written.
func (c *confined) run(t *testing.T) string {
	t.Helper()
	require.NoError(t, c.begin.Close())
	err := c.cmd.Wait()
	t.Logf("%v: %s", err, c.out.String())
	return c.out.String()
}

func (c *confined) use(t *testing.T) Use {
	t.Helper()
	u, err := UseOf(c.name)
	require.NoError(t, err)
	return u
}

func TestConfineMemory(t *testing.T) {
	t.Parallel()
	c := confine(t, `head -c 400m /dev/zero | tail | wc -c; echo after`, Limits{MemoryMB: 64})
	assert.Contains(t, c.run(t), "after", "only who takes the memory is ended")
	u := c.use(t)
	assert.EqualValues(t, 1, u.OOMKills)
	assert.InDelta(t, 64<<20, u.MemoryPeak, 4<<20)
	assert.Less(t, u.Memory, int64(64<<20))
}

// TestStrain: what is in no file is counted, and who has the most of it is ended.
func TestStrain(t *testing.T) {
	t.Parallel()
	c := confine(t, `sleep 1000 >/dev/null 2>&1 & x=$(head -c 20m /dev/zero | tr '\000' x); wait`, Limits{})
	require.NoError(t, c.begin.Close())
	require.Eventually(t, func() bool {
		s, err := StrainOf(c.name)
		return assert.NoError(t, err) && s.Anonymous > 20<<20
	}, 3*soon, often)
	require.Eventually(t, func() bool {
		return anonymous(c.cmd.Process.Pid) > 20<<20
	}, 3*soon, often)
	ended, err := EndLargest(c.name, 0)
	require.NoError(t, err)
	assert.Equal(t, c.cmd.Process.Pid, ended)
	_, err = StrainOf("nobody")
	require.ErrorIs(t, err, ErrNoLimit)
	_, err = EndLargest("nobody", 0)
	require.ErrorIs(t, err, ErrNoLimit)
}

func TestConfineTasks(t *testing.T) {
	t.Parallel()
	c := confine(t, `i=0; while [ $i -lt 300 ]; do sleep 1000 >/dev/null 2>&1 & i=$((i+1)); done; echo all`, Limits{Processes: 1})
	assert.NotContains(t, c.run(t), "all")
	u := c.use(t)
	assert.Positive(t, u.RefusedForks)
	assert.InDelta(t, maxTasks(1), u.Tasks, 2)
}

func TestExcess(t *testing.T) {
	t.Parallel()
	c := confine(t, `for i in 1 2 3 4; do sleep 1000 >/dev/null 2>&1 & done; echo; wait`, Limits{Processes: 100})
	require.NoError(t, c.begin.Close())
	require.Eventually(t, func() bool { return c.use(t).Processes == 5 }, soon, often)

	count, ended, err := Excess(c.name, 5, 0)
	require.NoError(t, err)
	assert.Equal(t, 5, count)
	assert.Empty(t, ended)

	count, ended, err = Excess(c.name, 3, c.cmd.Process.Pid)
	require.NoError(t, err)
	assert.Equal(t, 4, count, "but for the one that is spared")
	assert.Len(t, ended, 1)

	_, _, err = Excess("nobody", 3, 0)
	assert.ErrorIs(t, err, ErrNoLimit)
}

func TestConfineOpenFiles(t *testing.T) {
	t.Parallel()
	c := confine(t, `ulimit -n; ulimit -Hn`, Limits{OpenFiles: 77})
	assert.Equal(t, "77\n77\n", c.run(t))
}

func TestConfineWeight(t *testing.T) {
	t.Parallel()
	c := confine(t, ``, Limits{ProcessorWeight: 50})
	all, err := places()
	require.NoError(t, err)
	name, want := "cpu.shares", int64(512)
	if all[controllerCPU].unified {
		name, want = "cpu.weight", 50
	}
	assert.Equal(t, want, number(filepath.Join(all[controllerCPU].parent, scopePrefix+c.name), name))
	c.run(t)
}

func TestConfineNothing(t *testing.T) {
	t.Parallel()
	c := confine(t, `echo ran`, Limits{})
	assert.Equal(t, 1, c.use(t).Processes, "it is counted all the same")
	assert.Equal(t, "ran\n", c.run(t))
	require.Error(t, Confine("no/name", 1, Limits{}))
	require.NoError(t, Release("nobody"))
}

func TestReclaim(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	c := confine(t, `head -c 40m /dev/urandom > `+file+`; sync `+file+`; echo; exec sleep 1000`, Limits{})
	require.NoError(t, c.begin.Close())
	require.Eventually(t, func() bool {
		line, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", c.cmd.Process.Pid))
		return strings.HasPrefix(string(line), "sleep")
	}, 3*soon, often)
	before := c.use(t).Memory
	stopped, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := Reclaim(stopped, c.name)
	require.ErrorIs(t, err, context.Canceled)
	freed, err := Reclaim(t.Context(), c.name)
	require.NoError(t, err)
	t.Logf("of %d bytes %d were given back", before, freed)
	assert.Less(t, c.use(t).Memory, before)

	_, err = Reclaim(t.Context(), "nobody")
	require.ErrorIs(t, err, ErrNoLimit)
}

// The limits that a machine does not have are named, and the others are set.
func TestConfineWithout(t *testing.T) {
	c := confine(t, `exec sleep 1000`, Limits{})
	k := confinement{name: c.name, pid: c.cmd.Process.Pid, places: map[string]place{}}
	require.ErrorIs(t, k.memory(1), ErrNoCgroup)
	err := noLimit(limitMemory, k.memory(1))
	require.ErrorIs(t, err, ErrNoLimit)
	assert.EqualError(t, err, "a limit of sessions cannot be had here: memory: no control group can be made: there is no controller memory")
}

func TestPrefer(t *testing.T) {
	c := exec.CommandContext(t.Context(), "/bin/sh", "-c", "read x; cat /proc/self/oom_score_adj")
	stdin, err := c.StdinPipe()
	require.NoError(t, err)
	var out bytes.Buffer
	c.Stdout = &out
	var starter Starter
	defer starter.Stop()
	_, err = starter.Start(c)
	require.NoError(t, err)
	require.NoError(t, stdin.Close())
	require.NoError(t, c.Wait())
	assert.Equal(t, strconv.Itoa(victim)+"\n", out.String())
}

func TestMaxTasks(t *testing.T) {
	for processes, want := range map[int]int{1: 160, 15: 608, 2147483647: 1 << 22} {
		assert.Equal(t, want, maxTasks(processes))
	}
}

func TestFindPlaces(t *testing.T) {
	tests := []struct {
		name, mounts, groups string
		want                 map[string]place
	}{
		{"cgroup v1",
			"30 25 0:26 / /sys/fs/cgroup/memory rw,relatime shared:7 - cgroup cgroup rw,memory\n" +
				"31 25 0:27 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n" +
				"32 25 0:28 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,name=systemd\n",
			"4:memory:/a/b\n3:cpu,cpuacct:/a/winrmd-X/c\n1:name=systemd:/\n0::/\n",
			map[string]place{
				controllerMemory: {parent: "/sys/fs/cgroup/memory/a/b"},
				controllerCPU:    {parent: "/sys/fs/cgroup/cpu,cpuacct/a"},
			}},
		{"a part of it is mounted",
			"30 25 0:26 /docker/1 /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n",
			"4:memory:/docker/1/x\n",
			map[string]place{controllerMemory: {parent: "/sys/fs/cgroup/memory/x"}}},
		{"outside of what is mounted",
			"30 25 0:26 /docker/1 /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n",
			"4:memory:/docker/2\n", map[string]place{}},
		{"cgroup v2", "30 25 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n", "0::/a\n", map[string]place{}},
		{"nonsense", "30 25\n- cgroup\n", "4:memory\n::::\n", map[string]place{}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) { assert.Equal(t, test.want, findPlaces(test.mounts, test.groups)) })
	}
}
