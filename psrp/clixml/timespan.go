package clixml

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// TimeSpan is a length of time (TS, 2.2.5.1.5) in units of 100 ns, as in .NET.
type TimeSpan int64

// NewTimeSpan returns d as a TimeSpan. What is less than 100 ns is cut off.
func NewTimeSpan(d time.Duration) TimeSpan { return TimeSpan(d / tick) }

// Duration returns the length; the largest or smallest Duration if it is more
// than a Duration holds, which is 292 years.
func (t TimeSpan) Duration() time.Duration {
	switch {
	case t > math.MaxInt64/TimeSpan(tick):
		return math.MaxInt64
	case t < math.MinInt64/TimeSpan(tick):
		return math.MinInt64
	}
	return time.Duration(t) * tick
}

// String returns the text that stands in a document, an xs:duration.
func (t TimeSpan) String() string { return string(t.append(nil)) }

func (t TimeSpan) append(dst []byte) []byte {
	n := uint64(t)
	if t < 0 {
		dst, n = append(dst, '-'), -n
	}
	dst = append(dst, 'P')
	second := uint64(ticksPerSecond)
	days, part := n/(86400*second), n%(86400*second)
	if days > 0 {
		dst = append(strconv.AppendUint(dst, days, 10), 'D')
	}
	if part == 0 && days > 0 {
		return dst
	}
	dst = append(dst, 'T')
	if h := part / (3600 * second); h > 0 {
		dst = append(strconv.AppendUint(dst, h, 10), 'H')
	}
	if m := part / (60 * second) % 60; m > 0 {
		dst = append(strconv.AppendUint(dst, m, 10), 'M')
	}
	if s := part % (60 * second); s > 0 || part == 0 {
		dst = strconv.AppendUint(dst, s/second, 10)
		if s %= second; s > 0 {
			dst = append(dst, '.')
			for unit := second / 10; s > 0; unit /= 10 {
				dst = append(dst, byte('0'+s/unit))
				s %= unit
			}
		}
		dst = append(dst, 'S')
	}
	return dst
}

// durationUnits are the letters of an xs:duration in their order, and how many
// seconds each stands for. As in .NET a year has 365 days and a month 30.
var durationUnits = [...]struct {
	letter  byte
	time    bool // stands after T
	seconds uint64
}{
	{'Y', false, 365 * 86400},
	{'M', false, 30 * 86400},
	{'D', false, 86400},
	{'H', true, 3600},
	{'M', true, 60},
	{'S', true, 1},
}

// ParseTimeSpan is the inverse of String. It takes any xs:duration in range, no
// number of which is above 2147483647. Digits of the second behind the 7th are
// cut off. White space around does not matter. The error is a *RangeError.
func ParseTimeSpan(s string) (TimeSpan, error) {
	rest, negative := strings.CutPrefix(strings.TrimSpace(s), "-")
	ticks, ok := parseDuration(rest)
	limit := uint64(math.MaxInt64)
	if negative {
		limit++
	}
	if !ok || ticks > limit {
		return 0, &RangeError{Type: "TimeSpan", Text: s, Reason: "xs:duration of at most 10675199 days"}
	}
	if negative {
		ticks = -ticks
	}
	return TimeSpan(ticks), nil
}

// parseDuration reads an xs:duration without its sign.
func parseDuration(s string) (ticks uint64, ok bool) {
	s, ok = strings.CutPrefix(s, "P")
	if !ok || s == "" {
		return 0, false
	}
	unit, afterT := 0, false
	for s != "" {
		if s[0] == 'T' {
			if afterT || len(s) == 1 {
				return 0, false
			}
			s, afterT = s[1:], true
		}
		digits := 0
		for digits < len(s) && (s[digits] >= '0' && s[digits] <= '9' || s[digits] == '.') {
			digits++
		}
		if digits == len(s) {
			return 0, false
		}
		for unit < len(durationUnits) && (durationUnits[unit].letter != s[digits] || durationUnits[unit].time != afterT) {
			unit++
		}
		if unit == len(durationUnits) {
			return 0, false
		}
		n, ok := durationTicks(s[:digits], durationUnits[unit].seconds)
		if !ok || ticks+n < ticks {
			return 0, false
		}
		ticks += n
		unit++
		s = s[digits+1:]
	}
	return ticks, true
}

// durationTicks reads a number of units. Only one of seconds has a fraction.
func durationTicks(s string, seconds uint64) (ticks uint64, ok bool) {
	whole, fraction, point := strings.Cut(s, ".")
	if point && (seconds != 1 || whole+fraction == "") {
		return 0, false
	}
	var n uint64
	if !point || whole != "" {
		var err error
		if n, err = strconv.ParseUint(whole, 10, 31); err != nil {
			return 0, false
		}
	}
	part, ok := fractionTicks(fraction[:min(len(fraction), 7)])
	if strings.Trim(fraction, "0123456789") != "" {
		return 0, false
	}
	// 2147483647 years are more than 64 bits hold.
	if n > math.MaxInt64/(seconds*uint64(ticksPerSecond)) {
		return 0, false
	}
	return n*seconds*uint64(ticksPerSecond) + uint64(part), ok
}
