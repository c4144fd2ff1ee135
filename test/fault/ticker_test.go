//go:build linux

package fault

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/test/psrpclient"
)

// ticker is a session whose script puts out a number every few milliseconds and
// writes it to a file.
type ticker struct {
	pool     *psrpclient.Pool
	pipeline *psrpclient.Pipeline
	seen     tally
	file     string
}

// tickTime is a little less than what a number takes.
const tickTime = 10 * time.Millisecond

// tick starts a ticker.
func (s *server) tick(t *testing.T, change ...func(*psrpclient.Config)) *ticker {
	t.Helper()
	y := &ticker{pool: s.open(t, change...), seen: tally{number: number}, file: filepath.Join(t.TempDir(), "ticks")}
	var err error
	y.pipeline, err = y.pool.Start(within(t, time.Minute), fmt.Sprintf(
		"for ($n = 1; -not [IO.File]::Exists('%[1]s.stop'); $n++) { $n; [IO.File]::WriteAllText('%[1]s.new', $n); "+
			"[IO.File]::Move('%[1]s.new', '%[1]s', $true); [Threading.Thread]::Sleep(%[2]d) }", y.file, tickTime.Milliseconds()), false)
	require.NoError(t, err)
	y.receive(t, 1)
	return y
}

// count is how far the script is.
func (y *ticker) count(t *testing.T) int {
	t.Helper()
	content, err := os.ReadFile(y.file)
	if os.IsNotExist(err) {
		return 0
	}
	require.NoError(t, err)
	n, err := strconv.Atoi(string(content))
	require.NoError(t, err)
	return n
}

// receive receives up to a number.
func (y *ticker) receive(t *testing.T, to int) {
	t.Helper()
	ctx := within(t, time.Minute)
	for y.seen.last < to {
		_, err := y.pipeline.Receive(ctx, y.seen.add)
		require.NoError(t, err, "after %d", y.seen.last)
	}
}

// runsOn checks that the script goes on, whoever can be spoken to.
func (y *ticker) runsOn(t *testing.T) {
	t.Helper()
	now := y.count(t)
	require.Eventually(t, func() bool { return y.count(t) > now+1 }, 5*time.Second, tickTime, "the script does not go on")
}

// goesOn checks that the client gets what the script goes on to put out.
func (y *ticker) goesOn(t *testing.T) {
	t.Helper()
	y.runsOn(t)
	y.receive(t, y.count(t))
}

// finish ends the script and checks that its client has all of it.
func (y *ticker) finish(t *testing.T) {
	t.Helper()
	require.NoError(t, os.WriteFile(y.file+".stop", nil, 0o600))
	ctx := within(t, time.Minute)
	require.NoError(t, y.pipeline.Wait(ctx, y.seen.add))
	assert.Equal(t, 1, y.seen.first)
	assert.Equal(t, y.count(t), y.seen.last)
	require.NoError(t, y.pool.Close(ctx))
}
