package wsman

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestParseDuration(t *testing.T) {
	const day = 24 * time.Hour
	for text, want := range map[string]time.Duration{
		"PT20S":                   time.Second * 20,
		"PT60.000S":               time.Minute,
		"PT0.5S":                  500 * time.Millisecond,
		"PT1.1234567899S":         time.Second + 123456789,
		"PT2147483.647S":          2147483647 * time.Millisecond,
		"P0DT0H1M2S":              62 * time.Second,
		"P1Y2M3DT4H5M6S":          365*day + 60*day + 3*day + 4*time.Hour + 5*time.Minute + 6*time.Second,
		"P1M":                     30 * day,
		"PT1M":                    time.Minute,
		"-PT1S":                   -time.Second,
		"PT0S":                    0,
		"P200Y":                   200 * 365 * day,
		"PT9223372036.854775807S": math.MaxInt64,
	} {
		got, err := ParseDuration(text)
		require.NoError(t, err, text)
		assert.Equal(t, want, got, text)
	}
	for _, text := range []string{
		"", "P", "PT", "-", "-P", "T1S", "1S", "PT-1S", "P-1D", "PT1", "P1", "PS", "PT.5S", "PT1.S", "PT1.5M",
		"P1.5D", "PT1.2.3S", "PT1S1M", "PT1S1S", "P1D1M", "P1S", "PT1D", "P1DT", "PT1S ", " PT1S", "+PT1S",
		"pt1s", "PT1H2T3S", "--PT1S", "P300Y", "PT9223372037S", "PT99999999999999999999S",
		"P292Y300D", "PT9223372036.9S", "PT1\u0661S", "PT0.0000000000000000000000000000000000000000000000000000000000000001S",
	} {
		_, err := ParseDuration(text)
		assert.Error(t, err, text)
	}
}

func TestFormatDurations(t *testing.T) {
	for _, tt := range []struct {
		d                time.Duration
		seconds, runTime string
	}{
		{0, "PT0.000S", "P0DT0H0M0S"},
		{-time.Second, "PT0.000S", "P0DT0H0M0S"},
		{2 * time.Hour, "PT7200.000S", "P0DT2H0M0S"},
		{62*time.Second + 999*time.Microsecond, "PT62.000S", "P0DT0H1M2S"},
		{2147483647 * time.Millisecond, "PT2147483.647S", "P24DT20H31M23S"},
		{49*time.Hour + 59*time.Minute + 59*time.Second, "PT179999.000S", "P2DT1H59M59S"},
	} {
		assert.Equal(t, tt.seconds, FormatSeconds(tt.d))
		assert.Equal(t, tt.runTime, FormatRunTime(tt.d))
	}
}
