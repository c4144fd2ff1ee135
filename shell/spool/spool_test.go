package spool_test

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/shell"
	"github.com/winrmd/winrmd/shell/spool"
)

func TestRoundTrip(t *testing.T) {
	t.Parallel()
	orders := map[string]func([]int){
		"in order":      func([]int) {},
		"backwards":     slices.Reverse[[]int],
		"odd then even": func(order []int) { slices.SortStableFunc(order, func(a, b int) int { return b%2 - a%2 }) },
	}
	sizes := []int{0, 1, 10, 100, 999, 1000, 1001, 5000, 3, 976, 977, 1 << 21, 7}
	for name, arrange := range orders {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t, newConfig(t, 1000))
			var all []shell.Record
			var order []int
			for i, size := range sizes {
				content := pattern(i, size)
				all = append(all, put(t, s, content))
				clear(content) // Append must not keep it
				order = append(order, i)
			}
			arrange(order)
			for _, i := range order {
				assert.Equal(t, sizes[i], all[i].Size())
				for _, r := range []shell.Record{all[i], find(t, s, all[i].Ref())} {
					content, err := r.Read()
					require.NoError(t, err)
					assert.True(t, bytes.Equal(pattern(i, sizes[i]), content), "record %d", i)
				}
			}
		})
	}
}

func TestModes(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no modes to look at")
	}
	c := newConfig(t, 0)
	c.Directory = filepath.Join(c.Directory, "deeper")
	s := open(t, c)
	put(t, s, []byte("x"))
	require.NoError(t, s.SaveIndex([]byte("x")))
	for name, want := range map[string]fs.FileMode{"": 0o700, "..": 0o700, "00000001.segment": 0o600, "index": 0o600} {
		info, err := os.Stat(filepath.Join(c.Directory, name))
		require.NoError(t, err)
		assert.Equal(t, want, info.Mode().Perm(), name)
	}
}

func TestRefs(t *testing.T) {
	t.Parallel()
	s := open(t, newConfig(t, 100))
	assert.Equal(t, "1:0:10", put(t, s, pattern(0, 10)).Ref())
	assert.Equal(t, "1:34:20", put(t, s, pattern(0, 20)).Ref())
	assert.Equal(t, "2:0:40", put(t, s, pattern(0, 40)).Ref())
}

// TestManyAtOnce: every goroutine appends, reads, finds and frees, over
// segments that come and go.
func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	c := newConfig(t, 4000)
	s := open(t, c)
	var group sync.WaitGroup
	for n := range 8 {
		group.Go(func() {
			var kept []shell.Record
			for i := range 200 {
				content := pattern(n*1000+i, 100+i)
				r, err := s.Append(content)
				if !assert.NoError(t, err) {
					return
				}
				got, err := r.Read()
				assert.NoError(t, err)
				assert.True(t, bytes.Equal(content, got))
				again, err := s.Find(r.Ref())
				if !assert.NoError(t, err) {
					return
				}
				r.Free()
				kept = append(kept, again)
				if len(kept) < 20 {
					continue
				}
				got, err = kept[0].Read()
				assert.NoError(t, err)
				assert.True(t, bytes.Equal(pattern(n*1000+i-19, 100+i-19), got))
				kept[0].Free()
				kept = kept[1:]
			}
			free(kept...)
		})
	}
	group.Wait()
	s.Settle()
	assert.Empty(t, files(t, c.Directory))
	assert.Zero(t, size(t, c.Directory))
}

func TestFreeRemovesFiles(t *testing.T) {
	t.Parallel()
	c := newConfig(t, 2*(100+spool.HeaderSize))
	s := open(t, c)
	var all []shell.Record
	for i := range 6 {
		all = append(all, put(t, s, pattern(i, 100)))
	}
	steps := []struct {
		free int
		left []string
	}{
		{0, []string{"00000001.segment", "00000002.segment", "00000003.segment"}},
		{3, []string{"00000001.segment", "00000002.segment", "00000003.segment"}},
		{2, []string{"00000001.segment", "00000003.segment"}},
		{2, []string{"00000001.segment", "00000003.segment"}}, // again
		{1, []string{"00000003.segment"}},
		{4, []string{"00000003.segment"}},
		{5, nil}, // the newest is emptied
	}
	for _, step := range steps {
		all[step.free].Free()
		s.Settle()
		require.Equal(t, step.left, files(t, c.Directory), "after record %d", step.free)
	}
	assert.FileExists(t, filepath.Join(c.Directory, "00000003.segment"), "it stays for its number")
	assert.Equal(t, "4:0:1", put(t, s, []byte("x")).Ref())
	s.Settle()
	assert.Equal(t, []string{"00000004.segment"}, files(t, c.Directory))
	assert.NoFileExists(t, filepath.Join(c.Directory, "00000003.segment"))
}

// TestFoundRecordsHold: each record that Find returned is freed on its own.
func TestFoundRecordsHold(t *testing.T) {
	t.Parallel()
	s := open(t, newConfig(t, 100))
	first := put(t, s, pattern(1, 50))
	put(t, s, pattern(2, 50))
	again := find(t, s, first.Ref())
	first.Free()
	first.Free()
	s.Settle()
	content, err := again.Read()
	require.NoError(t, err)
	assert.Equal(t, pattern(1, 50), content)
	_, err = first.Read()
	assert.ErrorIs(t, err, fs.ErrClosed)

	again.Free()
	s.Settle()
	_, err = s.Find(first.Ref())
	var corrupt *spool.CorruptError
	assert.ErrorAs(t, err, &corrupt)
}

// TestFewOpenFiles: however many segments are read, few of them stay open.
func TestFewOpenFiles(t *testing.T) {
	t.Parallel()
	s := open(t, newConfig(t, 100))
	var all []shell.Record
	for i := range 40 {
		all = append(all, put(t, s, pattern(i, 50)))
	}
	assert.LessOrEqual(t, s.OpenFiles(), spool.MaxOpen+1)
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			for i, r := range all {
				content, err := r.Read()
				assert.NoError(t, err)
				assert.Equal(t, pattern(i, 50), content)
			}
		})
	}
	group.Wait()
	checkFilled(t, all)
	assert.LessOrEqual(t, s.OpenFiles(), spool.MaxOpen+1)
}

func TestSegmentSize(t *testing.T) {
	t.Parallel()
	tests := []struct {
		limit, segment, want int64
	}{
		{0, 0, 4 << 20},
		{1 << 30, 0, 4 << 20},
		{1 << 20, 0, 128 << 10},
		{100 << 10, 0, 64 << 10},
		{1000, 0, 1000},
		{1 << 20, 300, 300},
	}
	for _, test := range tests {
		t.Run(fmt.Sprint(test.limit, test.segment), func(t *testing.T) {
			t.Parallel()
			c := newConfig(t, test.segment)
			c.Limit = test.limit
			put(t, open(t, c), []byte("x"))
			assert.Equal(t, test.want, size(t, c.Directory))
		})
	}
}

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	tests := map[string]spool.Config{
		"negative limit":   {Directory: dir, Limit: -1},
		"negative total":   {Directory: dir, TotalLimit: -1},
		"negative segment": {Directory: dir, SegmentSize: -1},
		"in a file":        {Directory: filepath.Join(file, "spool")},
		"not of the total": {Directory: filepath.Join(dir, "spool"), TotalDirectory: dir, TotalLimit: 1},
		"not named spool":  {Directory: filepath.Join(dir, "a", "b"), TotalDirectory: dir, TotalLimit: 1},
	}
	for name, c := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := spool.Open(c)
			assert.Error(t, err)
		})
	}
}

func TestClose(t *testing.T) {
	t.Parallel()
	for _, leave := range []bool{false, true} {
		t.Run(fmt.Sprint("leave ", leave), func(t *testing.T) {
			t.Parallel()
			c := newConfig(t, 100)
			s, err := spool.Open(c)
			require.NoError(t, err)
			first, second := put(t, s, pattern(1, 50)), put(t, s, pattern(2, 50))
			require.NoError(t, s.SaveIndex([]byte("x")))
			end, other := s.Close, s.Leave
			if leave {
				end, other = other, end
			}
			require.NoError(t, end())
			require.NoError(t, end())
			require.NoError(t, other(), "it does nothing")

			first.Free()
			_, appendErr := s.Append([]byte("x"))
			_, findErr := s.Find(first.Ref())
			_, readErr := second.Read()
			_, loadErr := s.LoadIndex()
			for _, err := range []error{appendErr, findErr, readErr, loadErr, s.SaveIndex(nil)} {
				assert.ErrorIs(t, err, fs.ErrClosed)
			}
			if !leave {
				assert.NoDirExists(t, c.Directory)
				return
			}
			assert.Equal(t, int64(2*(50+spool.HeaderSize)), size(t, c.Directory), "the last segment is cut")
			content, err := find(t, open(t, c), second.Ref()).Read()
			require.NoError(t, err)
			assert.Equal(t, pattern(2, 50), content)
		})
	}
}

// TestCloseWhileInUse: what is under way ends, or fails with fs.ErrClosed.
func TestCloseWhileInUse(t *testing.T) {
	t.Parallel()
	c := newConfig(t, 500)
	s := open(t, c)
	var group sync.WaitGroup
	started := make(chan struct{}, 4)
	for range 4 {
		group.Go(func() {
			for i := 0; ; i++ {
				r, err := s.Append(pattern(i, 100))
				if err != nil {
					assert.ErrorIs(t, err, fs.ErrClosed)
					return
				}
				if _, err := r.Read(); err != nil {
					assert.ErrorIs(t, err, fs.ErrClosed)
				}
				r.Free()
				if i == 10 {
					started <- struct{}{}
				}
			}
		})
	}
	<-started
	require.NoError(t, s.Close())
	group.Wait()
	assert.NoDirExists(t, c.Directory)
}

// TestWriteThatCannotBeUndone: the rest of the segment is not used.
func TestWriteThatCannotBeUndone(t *testing.T) {
	t.Parallel()
	s := open(t, newConfig(t, 1000))
	first := put(t, s, pattern(0, 100))
	require.NoError(t, s.BreakNewest())
	_, err := s.Append(pattern(1, 100))
	require.Error(t, err)
	assert.NotErrorIs(t, err, shell.ErrSpoolFull)
	second := put(t, s, pattern(2, 100))
	assert.True(t, strings.HasPrefix(second.Ref(), "2:"), second.Ref())
	content, err := second.Read()
	require.NoError(t, err)
	assert.Equal(t, pattern(2, 100), content)
	first.Free()
}

func TestSizeOfNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	assert.Zero(t, size(t, filepath.Join(dir, "missing")))
	for _, name := range []string{"1.segment", "00000000.segment", "+0000001.segment", "00000001.segment.old", "index"} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte("x"), 0o600))
	}
	require.NoError(t, os.Mkdir(filepath.Join(dir, "00000002.segment"), 0o700))
	assert.Zero(t, size(t, dir))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "123456789.segment"), []byte("xyz"), 0o600))
	assert.Equal(t, int64(3), size(t, dir))
}
