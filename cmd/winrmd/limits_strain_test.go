package main

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/winrmd/winrmd/shell/process"
)

// TestStrain: only who waits for files all the time, with most of the memory taken
// by what is in none, gets no further.
func TestStrain(t *testing.T) {
	t.Parallel()
	const limit = 300 << 20
	for name, test := range map[string]struct {
		anonymous int64
		faults    func(look int) int64 // since the last one
		want      int                  // at which look, from 1; 0: never
	}{
		"nothing gets on":    {280 << 20, func(int) int64 { return 100 }, strainWindow + 1},
		"just as many":       {225 << 20, func(int) int64 { return 10 }, strainWindow + 1},
		"in bursts":          {280 << 20, func(look int) int64 { return int64(100 * (look % 2)) }, strainWindow + 1},
		"later":              {280 << 20, func(look int) int64 { return int64(100 * (look / strainWindow)) }, 2*strainWindow + 2},
		"too few":            {280 << 20, func(int) int64 { return 9 }, 0},
		"files, and no more": {220 << 20, func(int) int64 { return 100 }, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var s strain
			var total int64
			got := 0
			for look := 1; look <= 4*strainWindow && got == 0; look++ {
				total += test.faults(look)
				if s.add(process.Strain{Anonymous: test.anonymous, MajorFaults: total}, limit) {
					got = look
				}
			}
			assert.Equal(t, test.want, got)
		})
	}
}
