package capture

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/winrmd/winrmd/wsman"
)

// timeForms are the ways in which tools write a time. This package writes RFC
// 3339. Where no zone is given it is UTC.
var timeForms = []string{
	time.RFC3339Nano, "2006-01-02T15:04:05.999999999Z0700", "2006-01-02 15:04:05.999999999Z07:00", "2006-01-02 15:04:05.999999999 Z0700",
	"2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05.999999999", time.RFC1123, time.RFC1123Z,
}

// The seconds from 1970 that are taken for a time: from 1990 to 2100. What is
// more is milliseconds.
const (
	firstSecond = 631152000
	lastSecond  = 4102444800
)

// parseTime reads a time. Dates with a comma before the fraction, as ISO 8601 has
// them too, and seconds or milliseconds from 1970 are read.
func parseTime(text string) (time.Time, error) {
	text = strings.TrimSpace(text)
	if seconds, err := strconv.ParseFloat(text, 64); err == nil {
		if seconds > lastSecond {
			seconds /= 1000
		}
		if !(seconds >= firstSecond && seconds <= lastSecond) { // NaN too
			return time.Time{}, fmt.Errorf("%q is not the time of a recording", text)
		}
		return time.UnixMicro(int64(seconds * 1e6)).UTC(), nil
	}
	var first error
	for _, form := range timeForms {
		t, err := time.Parse(form, text)
		if err == nil {
			return t, nil
		}
		if first == nil {
			first = err
		}
	}
	return time.Time{}, first
}

// parseTook reads how long something took: 12.5ms, PT0.0125S, or a number of
// seconds.
func parseTook(text string) (time.Duration, error) {
	text = strings.TrimSpace(text)
	if strings.HasPrefix(text, "P") {
		return wsman.ParseDuration(text)
	}
	if seconds, err := strconv.ParseFloat(text, 64); err == nil && seconds < 1e9 {
		return time.Duration(seconds * float64(time.Second)), nil
	}
	return time.ParseDuration(text)
}
