package spool_test

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/shell"
	"github.com/winrmd/winrmd/shell/spool"
)

func TestLimit(t *testing.T) {
	t.Parallel()
	const record = 100 + spool.HeaderSize
	tests := map[string]struct {
		limit, segment int64
		fit            int
	}{
		"one segment":            {10 * record, 10 * record, 10},
		"segments of one record": {10 * record, 1, 10},
		"last segment smaller":   {10 * record, 4 * record, 10},
		"segments not used up":   {10 * record, 2*record + 60, 10},
		"rest too small":         {10*record - 1, 3 * record, 9},
		"nothing fits":           {record - 1, 1000, 0},
		"by default":             {1 << 20, 0, 1 << 20 / record},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newConfig(t, test.segment)
			c.Limit = test.limit
			s := open(t, c)
			for range 3 {
				all := fill(t, s, 100)
				assert.Len(t, all, test.fit)
				assert.LessOrEqual(t, size(t, c.Directory), c.Limit)
				checkFilled(t, all)
				free(all...)
			}
			if test.fit == 0 {
				return
			}
			_, err := s.Append(pattern(0, int(test.limit)))
			require.ErrorIs(t, err, shell.ErrSpoolFull, "it can never fit")
			put(t, s, pattern(0, int(test.limit)-spool.HeaderSize))
		})
	}
}

// TestLimitGivesBackSegments: room comes with a segment whose records are all
// freed, and not before.
func TestLimitGivesBackSegments(t *testing.T) {
	t.Parallel()
	c := newConfig(t, twoRecords)
	c.Limit = 3 * twoRecords
	s := open(t, c)
	all := fill(t, s, 100)
	require.Len(t, all, 6)
	free(all[0], all[3])
	_, err := s.Append(pattern(6, 100))
	require.ErrorIs(t, err, shell.ErrSpoolFull)
	all[2].Free()
	more := fill(t, s, 100)
	assert.Len(t, more, 2)
	checkFilled(t, more)
	for _, i := range []int{1, 4, 5} {
		content, err := all[i].Read()
		require.NoError(t, err)
		assert.Equal(t, pattern(i, 100), content)
	}
}

// totalConfigs are n spools with a limit for all.
func totalConfigs(t *testing.T, n int, limit, segmentSize int64) []spool.Config {
	dir := t.TempDir()
	var all []spool.Config
	for i := range n {
		all = append(all, spool.Config{
			Directory:      filepath.Join(dir, string(rune('a'+i)), "spool"),
			TotalDirectory: dir, TotalLimit: limit, SegmentSize: segmentSize,
		})
	}
	return all
}

func TestTotalLimit(t *testing.T) {
	t.Parallel()
	c := totalConfigs(t, 2, 5*twoRecords, twoRecords)
	a, b := open(t, c[0]), open(t, c[1])
	first := put(t, a, pattern(0, 100))
	ofB := fill(t, b, 100)
	require.Len(t, ofB, 8, "the segment of the other counts whole")
	second := put(t, a, pattern(1, 100))
	_, err := a.Append(pattern(2, 100))
	require.ErrorIs(t, err, shell.ErrSpoolFull)

	free(ofB[2], ofB[3])
	b.Settle()
	ofA := fill(t, a, 100)
	assert.Len(t, ofA, 2)
	checkFilled(t, ofA)
	checkFilled(t, []shell.Record{first, second})
	_, err = b.Append(pattern(8, 100))
	require.ErrorIs(t, err, shell.ErrSpoolFull)

	require.NoError(t, a.Close())
	assert.Len(t, fill(t, b, 100), 4)
}

// TestTotalLimitOfIdleShell: a shell whose output was all taken keeps nothing
// from the others.
func TestTotalLimitOfIdleShell(t *testing.T) {
	t.Parallel()
	c := totalConfigs(t, 2, 4*twoRecords, 4*twoRecords)
	a, b := open(t, c[0]), open(t, c[1])
	r := put(t, a, pattern(0, 100))
	_, err := b.Append(pattern(0, 100))
	require.ErrorIs(t, err, shell.ErrSpoolFull)
	r.Free()
	a.Settle()
	assert.Len(t, fill(t, b, 100), 8)
}

func TestBothLimits(t *testing.T) {
	t.Parallel()
	c := totalConfigs(t, 2, 3*twoRecords, twoRecords)
	c[0].Limit = 2 * twoRecords
	a, b := open(t, c[0]), open(t, c[1])
	assert.Len(t, fill(t, a, 100), 4)
	assert.Len(t, fill(t, b, 100), 2)
}

// TestTotalLimitOfProcesses: processes that fill their spools at the same time
// do not come to more than the limit, nor to much less.
func TestTotalLimitOfProcesses(t *testing.T) {
	t.Parallel()
	const limit = 25_000
	c := totalConfigs(t, 3, limit, 2*(1000+spool.HeaderSize))
	var others []*other
	for i := range c {
		others = append(others, startOther(t, c[i]))
	}
	records := 0
	for _, o := range others {
		records += len(o.refs())
	}
	assert.GreaterOrEqual(t, records, 20)
	var sum int64
	for i := range c {
		sum += size(t, c[i].Directory)
	}
	assert.LessOrEqual(t, sum, int64(limit))
}
