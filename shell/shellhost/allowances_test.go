package shellhost

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/shell/spool"
)

const mib = 1 << 20

func limitsOfTest(all, each int64) func() (int64, int64) {
	return func() (int64, int64) { return all, each }
}

func TestShare(t *testing.T) {
	t.Parallel()
	idle := func(used int64) *spoolUse { return &spoolUse{used: used, counts: true} }
	busy := func(used int64) *spoolUse { return &spoolUse{used: used, counts: true, busy: true} }
	for name, test := range map[string]struct {
		all, each int64
		uses      []*spoolUse
		want      []int64 // in MiB; -1 where nothing is said
	}{
		"nobody":                    {all: 100, each: 50},
		"one that may begin":        {all: 100, each: 50, uses: []*spoolUse{idle(0)}, want: []int64{8}},
		"one that writes":           {all: 100, each: 200, uses: []*spoolUse{busy(4 * mib)}, want: []int64{100}},
		"no more than each":         {all: 100, each: 50, uses: []*spoolUse{busy(4 * mib)}, want: []int64{50}},
		"the rest for who writes":   {all: 100, each: 200, uses: []*spoolUse{busy(4 * mib), idle(0), idle(16 * mib)}, want: []int64{68, 8, 24}},
		"two that write":            {all: 100, each: 200, uses: []*spoolUse{busy(10 * mib), busy(30 * mib)}, want: []int64{40, 60}},
		"little for many":           {all: 8, each: 200, uses: []*spoolUse{idle(0), idle(0), idle(0), idle(0)}, want: []int64{1, 1, 1, 1}},
		"nothing is left":           {all: 8, each: 200, uses: []*spoolUse{idle(3 * mib), busy(5 * mib)}, want: []int64{3, 5}},
		"the limit is smaller now":  {all: 8, each: 2, uses: []*spoolUse{idle(30 * mib), busy(5 * mib)}, want: []int64{30, 5}},
		"one that counts by itself": {all: 20, each: 200, uses: []*spoolUse{{used: 10 * mib}, busy(4 * mib)}, want: []int64{-1, 10}},
		"no limit":                  {all: 0, each: 2, uses: []*spoolUse{idle(0)}, want: []int64{math.MaxInt64 / mib}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			uses := map[string]*spoolUse{}
			for i, u := range test.uses {
				uses[fmt.Sprint(i)] = u
			}
			allowed := share(limitsOfTest(test.all*mib, test.each*mib), uses)
			for i, want := range test.want {
				n, said := allowed[fmt.Sprint(i)]
				require.Equal(t, want >= 0, said)
				if said {
					assert.Equal(t, want, n/mib, i)
				}
			}
		})
	}
}

// TestShareNeverMore: whoever writes as much as he may, and whoever comes and goes,
// together they never have more than the limit.
func TestShareNeverMore(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		limit := random.Int64N(1000 * mib)
		limits := limitsOfTest(limit, limit)
		uses := map[string]*spoolUse{}
		for round := range 30 {
			for i := range random.IntN(4) {
				uses[fmt.Sprint(round, i)] = &spoolUse{counts: true}
			}
			for id, n := range share(limits, uses) {
				u := uses[id]
				u.busy = random.IntN(2) == 0
				if random.IntN(3) > 0 {
					u.used = u.used + random.Int64N(n-u.used+1)
				}
			}
			var sum int64
			for id, u := range uses {
				sum += u.used
				if random.IntN(20) == 0 {
					delete(uses, id)
				}
			}
			require.LessOrEqual(t, sum, limit)
		}
	}
}

// TestAllowances: what lies in the directory is counted, as far as it is believed,
// and who has gone is forgotten.
func TestAllowances(t *testing.T) {
	t.Parallel()
	directory := t.TempDir()
	grow := func(id string, size int64) {
		path := filepath.Join(directory, id, spoolName)
		require.NoError(t, os.MkdirAll(path, 0o700))
		require.NoError(t, os.WriteFile(filepath.Join(path, "00000001.segment"), nil, 0o600))
		require.NoError(t, os.Truncate(filepath.Join(path, "00000001.segment"), size))
	}
	says := func(id string) int64 {
		n, err := spool.ReadAllowance(allowancePath(directory, id))
		require.NoError(t, err)
		return n / mib
	}
	a := &allowances{directory: directory, limits: limitsOfTest(100*mib, 80*mib), sizes: map[string]int64{}, changed: map[string]time.Time{}}
	rt := &Router{config: RouterConfig{Directory: directory}, allowances: a}
	anns, bobs, old := newID(), newID(), newID()
	for _, id := range []string{anns, bobs, old} {
		require.NoError(t, os.Mkdir(filepath.Join(directory, id), 0o700))
	}
	for _, id := range []string{anns, bobs} {
		asks, err := rt.allow(id)
		require.NoError(t, err)
		assert.True(t, asks)
		assert.Zero(t, says(id))
	}
	now := time.Now()
	count := func() {
		now = now.Add(spool.CountInterval)
		require.NoError(t, a.shareOut(now))
	}
	count()
	assert.Equal(t, []int64{8, 8}, []int64{says(anns), says(bobs)})
	grow(anns, 4*mib)
	grow(old, 10*mib)
	count()
	assert.Equal(t, []int64{80, 8}, []int64{says(anns), says(bobs)}, "what one takes who does not ask counts, too")
	grow(bobs, 1<<40) // bob's account says what it likes
	count()
	assert.Equal(t, []int64{43, 47}, []int64{says(anns), says(bobs)}, "(100-4-8-10)/2 more for each")
	for range busyTime / spool.CountInterval {
		count()
	}
	require.NoError(t, os.RemoveAll(filepath.Join(directory, bobs)))
	require.NoError(t, os.WriteFile(allowancePath(directory, bobs)+".new", nil, 0o600))
	count()
	assert.NoFileExists(t, allowancePath(directory, bobs))
	assert.NoFileExists(t, allowancePath(directory, bobs)+".new")
	assert.Equal(t, int64(80), says(anns), "it had nearly nothing")
	count()
	assert.Equal(t, int64(12), says(anns), "in which nothing has happened for a while")
	assert.NoFileExists(t, allowancePath(directory, old))
	require.NoError(t, rt.disallow(anns))
	require.NoError(t, rt.disallow(anns))
	grow(anns, 70*mib)
	_, err := rt.allow(anns)
	require.NoError(t, err)
	assert.Equal(t, int64(70), says(anns), "what a dead host has left is its successor's")
}
