//go:build linux

package fault

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
)

// kind is a kind of numbered output.
type kind struct {
	name string
	// last is the number of objects.
	last func(*rand.Rand) int
	// script is the loop over $n, from 1 to the last.
	script string
	// input says that each number is a line that the client sends.
	input  bool
	number func(clixml []byte) (int, error)
}

// kinds are what scripts put out. None is as fast as it could be: many engines
// share a processor.
var kinds = []*kind{
	{
		name: "numbers", number: number, last: between(500, 3000),
		script: "for ($n = 1; $n -le %d; $n++) { $n; if ($n %% 50 -eq 0) { [Threading.Thread]::Sleep(20) } }",
	},
	{
		name: "burst", number: number, last: between(5000, 10000),
		script: "for ($n = 1; $n -le %d; $n++) { $n }",
	},
	{
		name: "strings", number: longNumber, last: between(20, 60),
		script: "for ($n = 1; $n -le %d; $n++) { '{0:d6}' -f $n + [string]::new([char](97 + $n %% 26), 100000); [Threading.Thread]::Sleep(20) }",
	},
	{
		name: "input", number: number, last: between(20, 60), input: true,
		script: "$last = %d; $n = 0; $input | ForEach-Object { [IO.File]::AppendAllText($lines, \"$_`n\"); $n++; $_ }; $n++",
	},
}

func between(low, high int) func(*rand.Rand) int {
	return func(random *rand.Rand) int { return low + random.IntN(high-low) }
}

const longLength = 100000

func number(clixml []byte) (int, error) { return numberBetween(clixml, "<I32>", "</I32>") }

func numberBetween(clixml []byte, start, end string) (int, error) {
	text, begun := bytes.CutPrefix(withoutMark(clixml), []byte(start))
	text, ended := bytes.CutSuffix(text, []byte(end))
	if !begun || !ended {
		return 0, fmt.Errorf("not between %s and %s: %.100q", start, end, clixml)
	}
	return strconv.Atoi(string(text))
}

// longNumber checks every character of the string.
func longNumber(clixml []byte) (int, error) {
	const digits = 6
	text := string(withoutMark(clixml))
	if len(text) != len("<S>")+digits+longLength+len("</S>") {
		return 0, fmt.Errorf("a string of %d bytes: %.100q", len(text), text)
	}
	text = text[len("<S>") : len(text)-len("</S>")]
	n, err := strconv.Atoi(text[:digits])
	if want := string(rune('a' + n%26)); err == nil && strings.Count(text, want) != longLength {
		return n, fmt.Errorf("string %d does not hold %d times %q", n, longLength, want)
	}
	return n, err
}

func withoutMark(clixml []byte) []byte { return bytes.TrimPrefix(clixml, []byte("\xEF\xBB\xBF")) }

func itoa(n int) string { return strconv.Itoa(n) }

// tally is what one client got of a series.
type tally struct {
	number      func(clixml []byte) (int, error)
	first, last int // 0: none came
	// asked is how far it was when it asked for the last answer that it got:
	// everything up to there was confirmed.
	asked, asking int
}

// add takes an object, which must follow the one before.
func (y *tally) add(clixml []byte) error {
	n, err := y.number(clixml)
	switch {
	case err != nil:
		return &seriesError{0, y.last, err.Error()}
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

// checkUnion checks what clients got, one after the other, of a series of so
// many.
func checkUnion(all []*tally, last int) error {
	have, confirmed := 0, 0
	for i, y := range all {
		if y.last == 0 {
			continue
		}
		switch {
		case y.first > have+1:
			return fmt.Errorf("lost: client %d begins with %d, those before it had up to %d", i+1, y.first, have)
		case y.first <= confirmed:
			return fmt.Errorf("client %d begins with %d, but up to %d was confirmed", i+1, y.first, confirmed)
		}
		have, confirmed = max(have, y.last), max(confirmed, y.asked)
	}
	if have != last {
		return fmt.Errorf("the clients have up to %d of %d", have, last)
	}
	return nil
}
