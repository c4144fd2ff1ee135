package loss

import (
	"bytes"
	"fmt"
	"strconv"
)

// series is a script that puts out numbered objects, and how they are read.
type series struct {
	name   string
	script string
	last   int
	number func(clixml []byte) (int, error)
}

// numbers are many small objects, several to an answer.
var numbers = series{name: "numbers", script: "1..100000", last: 100000, number: smallNumber}

// longStrings are objects of many fragments, several answers to an object.
var longStrings = series{
	name: "strings", last: 150, number: longNumber,
	script: "1..150 | ForEach-Object { '{0:d6}' -f $_ + [string]::new([char](97 + $_ % 26), 100000) }",
}

const longLength = 100000

var (
	int32Start, int32End   = []byte("<I32>"), []byte("</I32>")
	stringStart, stringEnd = []byte("<S>"), []byte("</S>")
)

func smallNumber(clixml []byte) (int, error) { return numberBetween(clixml, int32Start, int32End) }

func numberBetween(clixml, start, end []byte) (int, error) {
	text, begun := bytes.CutPrefix(withoutMark(clixml), start)
	text, ended := bytes.CutSuffix(text, end)
	if !begun || !ended {
		return 0, fmt.Errorf("not between %s and %s: %.100q", start, end, clixml)
	}
	return strconv.Atoi(string(text))
}

// longNumber checks every character of the string.
func longNumber(clixml []byte) (int, error) {
	const digits = 6
	text := withoutMark(clixml)
	if len(text) != len(stringStart)+digits+longLength+len(stringEnd) {
		return 0, fmt.Errorf("a string of %d bytes: %.100q", len(text), text)
	}
	n, err := numberBetween(append(append([]byte(nil), text[:len(stringStart)+digits]...), stringEnd...), stringStart, stringEnd)
	if err != nil {
		return 0, err
	}
	rest := text[len(stringStart)+digits : len(text)-len(stringEnd)]
	if want := byte('a' + n%26); bytes.Count(rest, []byte{want}) != longLength {
		return 0, fmt.Errorf("string %d does not hold %d times %q", n, longLength, want)
	}
	return n, nil
}

var mark = []byte("\xEF\xBB\xBF")

func withoutMark(clixml []byte) []byte { return bytes.TrimPrefix(clixml, mark) }

// tally is what one client got of a series: each number follows the one
// before, or add says that it does not.
type tally struct {
	series      series
	first, last int // 0: none came
	// asked is how far it was when it asked for the last answer that it got:
	// everything up to there was confirmed.
	asked, asking int
}

func (y *tally) add(clixml []byte) error {
	n, err := y.series.number(clixml)
	if err != nil {
		return &seriesError{0, y.last, err.Error()}
	}
	switch {
	case y.last == 0:
		y.first = n
	case n <= y.last:
		return &seriesError{n, y.last, "it came twice, or late"}
	case n != y.last+1:
		return &seriesError{n, y.last, "something is lost"}
	}
	y.last = n
	return nil
}

// seriesError is an object that must not come now.
type seriesError struct {
	number, last int
	reason       string
}

// Error implements error.
func (e *seriesError) Error() string {
	return fmt.Sprintf("%d came after %d: %s", e.number, e.last, e.reason)
}

// ask notes that a Receive is sent.
func (y *tally) ask() { y.asked, y.asking = y.asking, y.last }

// checkUnion checks what two clients got, one after the other.
func checkUnion(before, after tally) error {
	switch {
	case before.last != 0 && before.first != 1:
		return fmt.Errorf("the first client began with %d", before.first)
	case after.last == 0 && before.last == before.series.last:
		return nil
	case after.last != before.series.last:
		return fmt.Errorf("the second client ended with %d", after.last)
	case after.first > before.last+1:
		return fmt.Errorf("lost: the first client had up to %d, the second began with %d", before.last, after.first)
	case after.first <= before.asked:
		return fmt.Errorf("the second client began with %d, but up to %d was confirmed", after.first, before.asked)
	}
	return nil
}
