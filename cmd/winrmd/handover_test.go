package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestHandoverDescription(t *testing.T) {
	t.Parallel()
	text := describeHandover([]string{"lock", "http", "https", "socket", "ready"})
	assert.Equal(t, "lock=3 http=4 https=5 socket=6 ready=7", text)
	files, err := parseHandover(text)
	require.NoError(t, err)
	assert.Equal(t, map[string]int{"lock": 3, "http": 4, "https": 5, "socket": 6, "ready": 7}, files)

	files, err = parseHandover("  socket=9 ready=4\tlock=3 ")
	require.NoError(t, err, "a listener that is switched off is not handed over")
	assert.Equal(t, map[string]int{"lock": 3, "ready": 4, "socket": 9}, files)
}

func TestBadHandoverDescription(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ text, message string }{
		"empty":            {"", `"lock" is missing`},
		"no lock":          {"socket=3 ready=4", `"lock" is missing`},
		"no pipe":          {"lock=3 socket=4", `"ready" is missing`},
		"no socket":        {"lock=3 ready=4 http=5", `"socket" is missing`},
		"no number":        {"lock=3 ready=4 socket", `"socket" is not NAME=DESCRIPTOR`},
		"not a number":     {"lock=3 ready=4 socket=x", `"socket=x": the descriptor is a number from 3 on`},
		"negative":         {"lock=-1 ready=4 socket=5", "number from 3 on"},
		"standard error":   {"lock=2 ready=4 socket=5", "number from 3 on"},
		"too large":        {"lock=99999999999999999999 ready=4 socket=5", "number from 3 on"},
		"unknown":          {"lock=3 ready=4 socket=5 ftp=6", `"ftp" is nothing that this version takes over`},
		"twice":            {"lock=3 ready=4 socket=5 lock=6", `"lock" comes twice`},
		"shared":           {"lock=3 ready=4 socket=4", `"ready" and "socket" have the same descriptor 4`},
		"other separators": {"lock=3,ready=4,socket=5", "number from 3 on"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := parseHandover(test.text)
			assert.ErrorContains(t, err, test.message)
		})
	}
}

// FuzzHandover: whatever is accepted names each thing once.
func FuzzHandover(f *testing.F) {
	f.Add("lock=3 ready=4 socket=5 http=6 https=7")
	f.Add("lock=3 lock=3")
	f.Fuzz(func(t *testing.T, text string) {
		files, err := parseHandover(text)
		if err != nil {
			return
		}
		numbers := map[int]bool{}
		for _, fd := range files {
			assert.GreaterOrEqual(t, fd, firstFile)
			assert.False(t, numbers[fd])
			numbers[fd] = true
		}
	})
}
