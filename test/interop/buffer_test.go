package interop

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// smallBuffer is the smallest OutputBufferSizeMB that there is.
const smallBuffer = "[Shell]\nOutputBufferSizeMB = 1\n"

const (
	bufferSize = 1 << 20
	loopCount  = 6000
	lineSize   = 1000
)

// loop is a script that writes 6 MB in numbered lines, and after each its
// number to a file.
type loop struct {
	file string
}

func newLoop(t *testing.T) loop {
	return loop{file: filepath.Join(t.TempDir(), "counter")}
}

func (l loop) script() string {
	return fmt.Sprintf(
		"$x = 'x' * %d; for ($i = 1; $i -le %d; $i++) { '{0:d6} {1}' -f $i, $x; [IO.File]::WriteAllText('%s', $i) }",
		lineSize, loopCount, l.file)
}

// count is how far the loop is.
func (l loop) count() int {
	content, err := os.ReadFile(l.file)
	if err != nil {
		return 0
	}
	n, err := strconv.Atoi(string(content))
	if err != nil {
		return 0 // it is being written
	}
	return n
}

// waitStill waits until the loop has not moved for two seconds and returns
// where it is.
func (l loop) waitStill(t *testing.T) int {
	t.Helper()
	last, since := 0, time.Now()
	require.Eventually(t, func() bool {
		if n := l.count(); n != last {
			last, since = n, time.Now()
		}
		return last > 0 && time.Since(since) > 2*time.Second
	}, patience, 50*time.Millisecond, "the loop does not stop")
	return last
}

// lineNumbers takes the numbers from lines of the loop.
func lineNumbers(t *testing.T, lines []any) []int {
	t.Helper()
	all := make([]int, 0, len(lines))
	for _, line := range lines {
		text, isText := line.(string)
		require.True(t, isText, "%v", line)
		number, rest, _ := strings.Cut(text, " ")
		n, err := strconv.Atoi(number)
		require.NoError(t, err)
		require.Len(t, rest, lineSize)
		all = append(all, n)
	}
	return all
}

func TestBlockSuspendsDisconnectedPipeline(t *testing.T) {
	t.Parallel()
	s := start(t, setup{settings: smallBuffer})
	counter := newLoop(t)
	left := s.client().leave(t, args{"scripts": []string{counter.script()}})
	id := left.ids()[0]
	s.waitSession(t, id, patience, func(row sessionRow, _ bool) bool { return row.BufferedBytes > bufferSize/2 })
	stopped := counter.waitStill(t)
	assert.Less(t, stopped*lineSize, 2*bufferSize, "output made while nobody reads")
	row := s.sessions(t)[id]
	assert.Equal(t, "Block", row.BufferMode)
	assert.Zero(t, row.DroppedMessages)
	assert.Greater(t, row.BufferedBytes, int64(bufferSize/2))

	got := s.client().comeBack(t, left, nil).onlyPipeline(t)
	got.completed(t)
	seen := lineNumbers(t, got.Output)
	require.Len(t, seen, loopCount)
	for i, n := range seen {
		require.Equal(t, i+1, n)
	}
	assert.Equal(t, loopCount, counter.count())
}

func TestDropLetsDisconnectedPipelineFinish(t *testing.T) {
	t.Parallel()
	s := start(t, setup{settings: smallBuffer})
	counter := newLoop(t)
	left := s.client().leave(t, args{
		"scripts":            []string{counter.script()},
		"disconnect_options": args{"buffer_mode": "Drop"},
	})
	s.waitHeld(t, left.ids()[0], completed)
	assert.Equal(t, loopCount, counter.count(), "the loop stops although the mode is Drop")
	row := s.sessions(t)[left.ids()[0]]
	assert.Equal(t, "Drop", row.BufferMode)
	assert.Positive(t, row.DroppedMessages)
	assert.Less(t, row.BufferedBytes, int64(2*bufferSize))

	got := s.client().comeBack(t, left, nil).onlyPipeline(t)
	got.completed(t)
	seen := lineNumbers(t, got.Output)
	require.NotEmpty(t, seen)
	for i := range seen[1:] {
		require.Equal(t, seen[i]+1, seen[i+1], "more was dropped than the oldest output")
	}
	assert.Equal(t, loopCount, seen[len(seen)-1])
	assert.Equal(t, int64(loopCount), row.DroppedMessages+int64(len(seen)), "every message is received or counted")
}
