package main

import (
	"fmt"
	"slices"
	"time"
)

// samples are measured values of one thing.
type samples []float64

// quantile returns the value that a part q of the samples does not exceed.
func (s samples) quantile(q float64) float64 {
	if len(s) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(s))
	return sorted[min(int(q*float64(len(sorted))), len(sorted)-1)]
}

func (s samples) median() float64 { return s.quantile(0.5) }

// text is the median and, in brackets, the spread.
func (s samples) text(format string) string {
	return fmt.Sprintf(format+" ["+format+" – "+format+"]", s.median(), s.quantile(0), s.quantile(1))
}

// milliseconds is a duration as a sample.
func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
