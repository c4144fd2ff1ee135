package capture

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestTimes: times as other tools write them are the same time.
func TestTimes(t *testing.T) {
	want := time.Date(2026, 1, 2, 3, 4, 5, 678_000_000, time.UTC)
	for _, text := range []string{
		"2026-01-02T03:04:05.678Z", "2026-01-02T05:04:05.678+02:00", "2026-01-02T05:04:05.678+0200", "2026-01-02T03:04:05,678Z",
		"2026-01-02 03:04:05.678", "2026-01-02 05:04:05.678+02:00", "2026-01-02T03:04:05.678", "1767323045.678", "1767323045678",
	} {
		got, err := parseTime(text)
		require.NoError(t, err, text)
		assert.WithinDuration(t, want, got, time.Microsecond, text)
	}
	whole, err := parseTime("Fri, 02 Jan 2026 03:04:05 GMT")
	require.NoError(t, err)
	assert.Equal(t, want.Truncate(time.Second), whole.UTC())
	for _, text := range []string{"", "yesterday", "12", "1e300", "NaN", "2026-13-02T03:04:05Z"} {
		_, err := parseTime(text)
		assert.Error(t, err, text)
	}
	for text, want := range map[string]time.Duration{"12.5ms": 12500 * time.Microsecond, "PT0.5S": time.Second / 2, "0.25": time.Second / 4} {
		got, err := parseTook(text)
		require.NoError(t, err, text)
		assert.Equal(t, want, got, text)
	}
}

// TestTimesInFiles: a time need not be in quotes.
func TestTimesInFiles(t *testing.T) {
	c, err := Read(strings.NewReader("winrm-capture: 1\nexchanges:\n- time: 2026-01-02 03:04:05\n  took: 0.5\n  request: {body: x}\n"))
	require.NoError(t, err)
	assert.Equal(t, time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), c.Exchanges[0].Time)
	assert.Equal(t, time.Second/2, c.Exchanges[0].Took)
	c, err = Read(strings.NewReader(`{"log": {"entries": [{"startedDateTime": "2026-01-02T03:04:05.000+0000", "time": 5,
		"request": {"method": "POST", "postData": {"text": "x"}}, "response": {"status": 0}}]}}`))
	require.NoError(t, err)
	assert.False(t, c.Exchanges[0].Time.IsZero())
}
