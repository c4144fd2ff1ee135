package interop

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// departure is the result of psrp_leave.py.
type departure struct {
	Pools []struct {
		ShellID string `json:"shellId"`
		Seen    []any
	}
}

// ids are the shells that were left.
func (d departure) ids() []string {
	var all []string
	for _, pool := range d.Pools {
		all = append(all, pool.ShellID)
	}
	return all
}

// arrival is the result of psrp_return.py.
type arrival struct {
	Listed []string
	Pools  []struct {
		ShellID        string `json:"shellId"`
		State          string
		HasPrivateData bool
		Runspaces      []int
		Pipelines      []outcome
		After          []any
	}
}

// leave opens a pool, begins a script in it and disconnects, all in a process
// that ends then.
func (c client) leave(t *testing.T, parameters args) departure {
	t.Helper()
	return run[departure](t, c, "psrp_leave.py", parameters)
}

// comeBack connects to the shells that were left, in a process of its own.
func (c client) comeBack(t *testing.T, left departure, parameters args) arrival {
	t.Helper()
	all := args{"shells": left.ids()}
	for name, value := range parameters {
		all[name] = value
	}
	got := run[arrival](t, c, "psrp_return.py", all)
	assert.Subset(t, got.Listed, left.ids(), "shells that the server lists")
	for _, pool := range got.Pools {
		assert.Equal(t, "Opened", pool.State, "the pool after connect")
		assert.True(t, pool.HasPrivateData, "application private data after connect")
	}
	return got
}

// onlyPipeline requires that there is one pool with one pipeline.
func (a arrival) onlyPipeline(t *testing.T) outcome {
	t.Helper()
	require.Len(t, a.Pools, 1)
	require.Len(t, a.Pools[0].Pipelines, 1)
	return a.Pools[0].Pipelines[0]
}

// TestDisconnectConnectPypsrp is what winrmd is for: one process opens a
// session, starts a pipeline, disconnects and ends; another process finds the
// session, connects to it and gets everything that the pipeline gave.
func TestDisconnectConnectPypsrp(t *testing.T) {
	t.Parallel()
	for _, scheme := range bothSchemes {
		t.Run(scheme, func(t *testing.T) {
			t.Parallel()
			const word = "6f1c6a3e-6a6f-4c39-9f6e-0a4a4c1f9d10"
			c := start(t, setup{}).client().over(scheme)
			left := c.leave(t, args{"scripts": []string{counting(20, 200, word)}})
			got := c.comeBack(t, left, args{"after": "'after'"})
			pipeline := got.onlyPipeline(t)
			pipeline.completed(t)
			assert.Equal(t, append(numbers(1, 20), word), pipeline.Output)
			assert.Equal(t, []any{"after"}, got.Pools[0].After)
		})
	}
}

func TestConnectAfterPipelineFinished(t *testing.T) {
	t.Parallel()
	s := start(t, setup{})
	left := s.client().leave(t, args{"scripts": []string{"1..5; Write-Warning 'a warning'"}})
	s.waitHeld(t, left.ids()[0], completed)

	got := s.client().comeBack(t, left, nil).onlyPipeline(t)
	got.completed(t)
	assert.Equal(t, numbers(1, 5), got.Output)
	assert.Equal(t, []string{"a warning"}, got.Warnings)
}

func TestConnectToIdlePool(t *testing.T) {
	t.Parallel()
	s := start(t, setup{})
	left := s.client().leave(t, args{
		"scripts":      []any{nil},
		"open_options": args{"min_runspaces": 1, "max_runspaces": 4},
	})
	got := s.client().comeBack(t, left, args{"after": "6 * 7", "secret": "a secret"})
	require.Len(t, got.Pools, 1)
	assert.Empty(t, got.Pools[0].Pipelines)
	assert.Equal(t, []int{1, 4}, got.Pools[0].Runspaces)
	assert.Equal(t, []any{42.0, "a secret"}, got.Pools[0].After)
}

func TestConnectAfterPartialReceive(t *testing.T) {
	t.Parallel()
	s := start(t, setup{})
	goOn := newGate(t)
	left := s.client().leave(t, args{"scripts": []string{halting(40, goOn)}, "receive": 10})
	goOn.open(t)
	seen := left.Pools[0].Seen
	require.GreaterOrEqual(t, len(seen), 10)

	got := s.client().comeBack(t, left, nil).onlyPipeline(t)
	got.completed(t)
	require.NotEmpty(t, got.Output)
	requireUnion(t, seen, got.Output[:len(got.Output)-1], 40)
}

func TestConnectToTwoPools(t *testing.T) {
	t.Parallel()
	s := start(t, setup{})
	left := s.client().leave(t, args{"scripts": []string{counting(10, 100, "first"), counting(10, 100, "second")}})
	require.Len(t, left.Pools, 2)

	got := s.client().comeBack(t, left, nil)
	require.Len(t, got.Pools, 2)
	for i, word := range []string{"first", "second"} {
		assert.Equal(t, left.Pools[i].ShellID, got.Pools[i].ShellID)
		require.Len(t, got.Pools[i].Pipelines, 1)
		assert.Equal(t, append(numbers(1, 10), word), got.Pools[i].Pipelines[0].Output)
	}
	assert.Empty(t, s.sessions(t), "sessions after both were deleted")
}

func TestReconnectInOneProcess(t *testing.T) {
	t.Parallel()
	type result struct {
		outcome
		WhileDisconnected []uint32
		After             []any
	}
	s := start(t, setup{})
	got := run[result](t, s.client(), "psrp_reconnect.py", args{"script": counting(20, 100, "end"), "receive": 5})
	got.completed(t)
	assert.Equal(t, append(numbers(1, 20), "end"), got.Output)
	assert.Equal(t, []uint32{shellDisconnected, shellDisconnected}, got.WhileDisconnected)
	assert.Equal(t, []any{"after"}, got.After)
}

// TestConnectClosesInput: the input of a pipeline cannot be continued by a
// new client, so it ends with the Connect, as PowerShell's own server does it.
func TestConnectClosesInput(t *testing.T) {
	t.Parallel()
	s := start(t, setup{})
	left := s.client().leave(t, args{
		"scripts": []string{"begin { $all = @() } process { $all += $_ } end { $all -join ' '; 'end' }"},
		"input":   []string{"a", "b"},
	})
	got := s.client().comeBack(t, left, nil).onlyPipeline(t)
	got.completed(t)
	assert.Equal(t, []any{"a b", "end"}, got.Output)
}

// TestHostCallForNewClient: a question that nobody answered is put to the
// client that connects, whether the first one confirmed its receipt or not.
func TestHostCallForNewClient(t *testing.T) {
	t.Parallel()
	s := start(t, setup{})
	for _, confirm := range []bool{false, true} {
		t.Run(fmt.Sprintf("confirmed %v", confirm), func(t *testing.T) {
			type question struct {
				ShellID string `json:"shellId"`
				Asked   int
			}
			type answer struct {
				outcome
				Asked int
			}
			asked := run[question](t, s.client(), "psrp_question.py", args{"confirm": confirm})
			require.Equal(t, 1, asked.Asked)
			got := run[answer](t, s.client(), "psrp_question.py", args{"shell_id": asked.ShellID})
			got.completed(t)
			assert.Equal(t, 1, got.Asked)
			require.NotEmpty(t, got.Output)
			assert.Equal(t, "the answer is 42", got.Output[len(got.Output)-1])
		})
	}
}
