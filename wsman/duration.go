package wsman

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// errDuration is why ParseDuration refuses a text.
var errDuration = errors.New("not an xs:duration")

// ParseDuration reads an xs:duration (XML Schema part 2 section 3.2.6), as
// "PT60.000S" or "-P1DT2H". Years count as 365 days and months as 30. What a
// time.Duration cannot hold, some 292 years, is an error; parts of a
// nanosecond are cut off.
func ParseDuration(text string) (time.Duration, error) {
	rest, negative := strings.CutPrefix(text, "-")
	date, ok := strings.CutPrefix(rest, "P")
	if !ok || len(text) > 64 {
		return 0, fmt.Errorf("%w: %.64q", errDuration, text)
	}
	date, clock, timed := strings.Cut(date, "T")
	if timed == (clock == "") || date == "" && !timed {
		return 0, fmt.Errorf("%w: %q", errDuration, text)
	}
	const day = 24 * time.Hour
	days, err := parseParts(date, "YMD", []time.Duration{365 * day, 30 * day, day})
	if err == nil {
		var seconds time.Duration
		seconds, err = parseParts(clock, "HMS", []time.Duration{time.Hour, time.Minute, time.Second})
		days, err = sum(days, seconds, err)
	}
	if err != nil {
		return 0, fmt.Errorf("%w: %q", err, text)
	}
	if negative {
		days = -days
	}
	return days, nil
}

// parseParts adds up the parts of text, each a number and one of letters in
// their order.
func parseParts(text, letters string, units []time.Duration) (total time.Duration, err error) {
	for text != "" {
		n := strings.IndexFunc(text, func(r rune) bool { return r != '.' && (r < '0' || r > '9') })
		if n <= 0 {
			return 0, errDuration
		}
		at := strings.IndexByte(letters, text[n])
		if at < 0 {
			return 0, errDuration
		}
		part, err := parsePart(text[:n], units[at])
		if total, err = sum(total, part, err); err != nil {
			return 0, err
		}
		text, letters, units = text[n+1:], letters[at+1:], units[at+1:]
	}
	return total, nil
}

// parsePart reads number, of which only seconds may have a fraction.
func parsePart(number string, unit time.Duration) (time.Duration, error) {
	whole, fraction, dotted := strings.Cut(number, ".")
	if whole == "" || dotted && (unit != time.Second || fraction == "" || strings.Contains(fraction, ".")) {
		return 0, errDuration
	}
	n, err := strconv.ParseInt(whole, 10, 64)
	if err != nil || n > int64(math.MaxInt64/unit) {
		return 0, errDurationRange
	}
	fraction = (fraction + "000000000")[:9]
	nanoseconds, err := strconv.ParseInt(fraction, 10, 64)
	return sum(time.Duration(n)*unit, time.Duration(nanoseconds), err)
}

// errDurationRange is why ParseDuration refuses a duration that is too long.
var errDurationRange = errors.New("duration out of range")

// sum adds two durations that are not negative.
func sum(a, b time.Duration, err error) (time.Duration, error) {
	if err == nil && a > math.MaxInt64-b {
		err = errDurationRange
	}
	return a + b, err
}

// FormatSeconds writes d as IdleTimeOut and its like must be: seconds with
// three decimals and nothing else ("PT7200.000S"), since PowerShell reads
// exactly that. A negative d is written as zero.
func FormatSeconds(d time.Duration) string {
	d = max(d, 0)
	return fmt.Sprintf("PT%d.%03dS", d/time.Second, d%time.Second/time.Millisecond)
}

// FormatRunTime writes d as ShellRunTime and ShellInactivity are
// ("P0DT0H1M2S"). A negative d is written as zero.
func FormatRunTime(d time.Duration) string {
	s := int64(max(d, 0) / time.Second)
	return fmt.Sprintf("P%dDT%dH%dM%dS", s/86400, s/3600%24, s/60%60, s%60)
}
