package loss

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestTally: the judge must be able to condemn.
func TestTally(t *testing.T) {
	t.Parallel()
	number := func(n int) []byte { return fmt.Appendf(nil, "<I32>%d</I32>", n) }
	y := tally{series: numbers}
	require.NoError(t, y.add(number(5)))
	require.NoError(t, y.add(append([]byte(nil), append(mark, number(6)...)...)))
	assert.ErrorContains(t, y.add(number(6)), "twice")
	assert.ErrorContains(t, y.add(number(8)), "lost")
	assert.Error(t, y.add([]byte("<S>7</S>")))
	assert.Equal(t, tally{first: 5, last: 6}, tally{first: y.first, last: y.last})
}

func TestLongNumber(t *testing.T) {
	t.Parallel()
	text := "<S>000002" + strings.Repeat("c", longLength) + "</S>"
	n, err := longNumber([]byte(text))
	require.NoError(t, err)
	assert.Equal(t, 2, n)
	_, err = longNumber([]byte(strings.Replace(text, "cc", "cd", 1)))
	assert.Error(t, err)
	_, err = longNumber([]byte(strings.Replace(text, "cc", "c", 1)))
	assert.Error(t, err)
}

func TestCheckUnion(t *testing.T) {
	t.Parallel()
	of := func(first, last, asked int) tally {
		return tally{series: series{last: 100}, first: first, last: last, asked: asked}
	}
	tests := map[string]struct {
		before, after tally
		ok            bool
	}{
		"goes on":                  {of(1, 40, 30), of(41, 100, 0), true},
		"unconfirmed again":        {of(1, 40, 30), of(31, 100, 0), true},
		"nothing before":           {of(0, 0, 0), of(1, 100, 0), true},
		"nothing left":             {of(1, 100, 90), of(0, 0, 0), true},
		"gap":                      {of(1, 40, 30), of(42, 100, 0), false},
		"gap at the start":         {of(0, 0, 0), of(2, 100, 0), false},
		"confirmed again":          {of(1, 40, 30), of(30, 100, 0), false},
		"cut short":                {of(1, 40, 30), of(41, 99, 0), false},
		"nothing after":            {of(1, 40, 30), of(0, 0, 0), false},
		"first client began late":  {of(2, 40, 30), of(41, 100, 0), false},
		"nobody got anything ever": {of(0, 0, 0), of(0, 0, 0), false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, test.ok, checkUnion(test.before, test.after) == nil)
		})
	}
}

func TestFuse(t *testing.T) {
	t.Parallel()
	var f fuse
	passed, blown := f.pass(1000)
	assert.Equal(t, 1000, passed)
	assert.False(t, blown, "not armed")
	f.arm(10)
	_, blown = f.pass(9)
	assert.False(t, blown)
	passed, blown = f.pass(5)
	assert.Equal(t, 1, passed)
	assert.True(t, blown)
	_, blown = f.pass(5)
	assert.False(t, blown, "it blows once")
}
