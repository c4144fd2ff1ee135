package process

import (
	"os"
	"os/exec"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestParseStat(t *testing.T) {
	const rest = " 7 7 0 -1 4194304 1 2 3 4 5 6 7 8 20 0 3 0 9876543210 1 2"
	want := info{key: key{42, 9876543210}, parent: 5, session: 7, state: 'S', threads: 3}
	tests := []struct {
		name, text string
		want       info
		ok         bool
	}{
		{"simple", "42 (sleep) S 5" + rest, want, true},
		{"a name like a line", "42 (x) Z 9 (y) S 5" + rest, want, true},
		{"cut short", "42 (sleep) S 5", info{}, false},
		{"empty", "", info{}, false},
		{"no number", "42 (sleep) S x" + rest, info{}, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := parseStat(42, test.text)
			assert.Equal(t, test.ok, err == nil, err)
			assert.Equal(t, test.want, got)
		})
	}
}

func TestDead(t *testing.T) {
	assert.True(t, info{state: 'Z', threads: 1}.dead())
	assert.False(t, info{state: 'Z', threads: 2}.dead(), "other threads run")
	assert.False(t, info{state: 'T', threads: 1}.dead())
}

func TestTable(t *testing.T) {
	tab := table{processes: map[int]info{}, children: map[int][]int{0: {1}, 1: {2, 3}, 2: {4}, 4: {5}, 3: {6}}}
	for pid := range 7 {
		if pid > 0 {
			tab.processes[pid] = info{key: key{pid: pid}}
		}
	}
	assert.False(t, tab.torn())
	var found []int
	for _, p := range tab.below([]int{2, 3, 4, 99}, func(pid int) bool { return pid == 3 }) {
		found = append(found, p.pid)
	}
	assert.ElementsMatch(t, []int{2, 4, 5}, found)
	delete(tab.processes, 4)
	assert.True(t, tab.torn(), "5 has a parent that is not there")
}

func TestChildrenWithoutLists(t *testing.T) {
	c := exec.Command("sleep", "60")
	require.NoError(t, StartOwn(c))
	assert.ElementsMatch(t, children(os.Getpid()), searchChildren(os.Getpid()))
	assert.Contains(t, searchChildren(os.Getpid()), c.Process.Pid)
	p, err := stat(c.Process.Pid)
	require.NoError(t, err)
	assert.Equal(t, os.Getpid(), p.parent)

	other := p.key
	other.started++
	require.NoError(t, other.signal(syscall.SIGKILL), "nothing to do")
	now, err := stat(c.Process.Pid)
	require.NoError(t, err)
	assert.False(t, now.dead(), "a process that has got the number is not hit")
	require.NoError(t, p.signal(syscall.SIGKILL))
	assert.EqualError(t, c.Wait(), "signal: killed")
	require.NoError(t, p.signal(syscall.SIGKILL), "it is gone")
}
