package clixml

import (
	"fmt"
	"strings"
	"time"
)

// DateTimeKind says what the clock of a DateTime shows.
type DateTimeKind uint8

// The kinds, as in .NET.
const (
	DateTimeUnspecified DateTimeKind = iota // some clock
	DateTimeUTC
	DateTimeLocal // a clock of the place, Offset before UTC
)

// DateTime is a date and time (DT, 2.2.5.1.4) as .NET has it. Two of them are
// the same instant and kind if they are ==, provided Offset is 0 where it
// says nothing.
type DateTime struct {
	// Ticks are units of 100 ns since the beginning of the year 1 on the clock
	// that Kind says, from 0 to MaxTicks.
	Ticks int64
	Kind  DateTimeKind
	// Offset is how many minutes a Local clock is before UTC, from -1439 to
	// 1439; 0 for other kinds.
	Offset int16
}

// MaxTicks is the last unit of the year 9999.
const MaxTicks = 3155378975999999999

const (
	ticksPerSecond = int64(time.Second / tick)
	tick           = 100 * time.Nanosecond
	unixEpoch      = 621355968000000000 // in ticks
	maxOffset      = 24*60 - 1          // minutes
)

// NewDateTime returns t as a DateTime of kind UTC if its location is time.UTC,
// else of kind Local. What is less than 100 ns is cut off, and so are seconds
// of the offset. Times out of range, which Append refuses, stay out of range.
func NewDateTime(t time.Time) DateTime {
	d := DateTime{Kind: DateTimeUTC}
	if t.Location() != time.UTC {
		_, offset := t.Zone()
		d.Kind, d.Offset = DateTimeLocal, int16(offset/60)
	}
	if t.Year() < 1 || t.Year() > 9999 {
		d.Ticks = -1
		return d
	}
	d.Ticks = unixEpoch + (t.Unix()+int64(d.Offset)*60)*ticksPerSecond + int64(t.Nanosecond())/int64(tick)
	return d
}

// Time returns the instant, in UTC or in a zone with that Offset. A clock of
// kind Unspecified is taken as UTC.
func (d DateTime) Time() time.Time {
	t := time.Unix(d.Ticks/ticksPerSecond-unixEpoch/ticksPerSecond, d.Ticks%ticksPerSecond*int64(tick)).UTC()
	if d.Kind != DateTimeLocal {
		return t
	}
	t = t.Add(-time.Duration(d.Offset) * time.Minute)
	return t.In(time.FixedZone("", int(d.Offset)*60))
}

// String returns the text that stands in a document.
func (d DateTime) String() string { return string(d.append(nil)) }

func (d DateTime) append(dst []byte) []byte {
	clock := DateTime{Ticks: d.Ticks}.Time()
	dst = clock.AppendFormat(dst, "2006-01-02T15:04:05.9999999")
	switch d.Kind {
	case DateTimeUTC:
		dst = append(dst, 'Z')
	case DateTimeLocal:
		sign, offset := byte('+'), d.Offset
		if offset < 0 {
			sign, offset = '-', -offset
		}
		dst = fmt.Appendf(append(dst, sign), "%02d:%02d", offset/60, offset%60)
	case DateTimeUnspecified:
	}
	return dst
}

func (d DateTime) valid() bool {
	return d.Ticks >= 0 && d.Ticks <= MaxTicks && d.Kind <= DateTimeLocal && d.Offset >= -maxOffset && d.Offset <= maxOffset
}

// ParseDateTime is the inverse of String. It takes xs:dateTime and xs:date of
// the years 1 to 9999, with any number of digits behind the second: the 8th and
// later ones are rounded. White space around does not matter. The error is a
// *RangeError.
func ParseDateTime(s string) (DateTime, error) {
	fail := &RangeError{Type: "DateTime", Text: s, Reason: "xs:dateTime from 0001-01-01T00:00:00 to 9999-12-31T23:59:59.9999999"}
	clock, d, ok := cutZone(strings.TrimSpace(s))
	if !ok {
		return DateTime{}, fail
	}
	var fraction string
	layout := "2006-01-02"
	if strings.Contains(clock, "T") {
		layout += "T15:04:05"
		clock, fraction, ok = strings.Cut(clock, ".")
		if ok && fraction == "" {
			return DateTime{}, fail
		}
	}
	// time.Parse would take a comma and one digit too.
	if len(clock) != len(layout) {
		return DateTime{}, fail
	}
	t, err := time.Parse(layout, clock)
	part, ok := fractionTicks(fraction)
	if err != nil || !ok {
		return DateTime{}, fail
	}
	d.Ticks = unixEpoch + t.Unix()*ticksPerSecond + part
	if t.Year() < 1 || !d.valid() {
		return DateTime{}, fail
	}
	return d, nil
}

// cutZone takes the zone from the end of s.
func cutZone(s string) (clock string, d DateTime, ok bool) {
	n := len(s)
	if n > 0 && s[n-1]|0x20 == 'z' {
		return s[:n-1], DateTime{Kind: DateTimeUTC}, true
	}
	if n < 6 || s[n-3] != ':' || s[n-6] != '+' && s[n-6] != '-' {
		return s, DateTime{}, true
	}
	zone, err := time.Parse("15:04", s[n-5:])
	if err != nil {
		return s, DateTime{}, false
	}
	d = DateTime{Kind: DateTimeLocal, Offset: int16(zone.Hour()*60 + zone.Minute())}
	if s[n-6] == '-' {
		d.Offset = -d.Offset
	}
	return s[:n-6], d, true
}

// fractionTicks reads digits behind a point as ticks of a second. It may round
// up to a whole one.
func fractionTicks(digits string) (ticks int64, ok bool) {
	for i := range max(len(digits), 8) {
		digit := byte('0')
		if i < len(digits) {
			digit = digits[i]
		}
		if digit < '0' || digit > '9' {
			return 0, false
		}
		switch {
		case i < 7:
			ticks = ticks*10 + int64(digit-'0')
		case i == 7 && digit >= '5':
			ticks++
		}
	}
	return ticks, true
}
