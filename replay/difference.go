package replay

import (
	"fmt"
	"slices"
	"strings"
)

// Difference is something that is not as it was recorded.
type Difference struct {
	// Exchange counts from 1.
	Exchange  int
	Operation string
	// Where is a path in the answer, or what a Receive brings.
	Where string
	// Want is what was recorded and Got what there is now; "" for nothing.
	Want, Got string
}

// String is the difference for people.
func (d Difference) String() string {
	show := func(s string) string {
		if s == "" {
			return "nothing"
		}
		if len(s) > 300 {
			s = s[:300] + "…"
		}
		return s
	}
	return fmt.Sprintf("%d %s: %s: recorded %s, now %s", d.Exchange, d.Operation, d.Where, show(d.Want), show(d.Got))
}

// Report is what a replay has come to.
type Report struct {
	// Exchanges is how many were played.
	Exchanges int
	// NotPlayed are those that cannot be, each with the reason.
	NotPlayed   []string
	Differences []Difference
}

// Differ is how many exchanges differ.
func (r *Report) Differ() int {
	seen := map[int]bool{}
	for _, d := range r.Differences {
		seen[d.Exchange] = true
	}
	return len(seen)
}

// String is the last line of a replay.
func (r *Report) String() string {
	return fmt.Sprintf("%d exchanges, %d differ", r.Exchanges, r.Differ())
}

// sort puts the differences in the order of the conversation.
func (r *Report) sort() {
	slices.SortStableFunc(r.Differences, func(a, b Difference) int { return a.Exchange - b.Exchange })
}

// shorten is a name of a namespace and element for people.
func shorten(local, attribute string) string {
	if attribute != "" {
		return local + "/@" + attribute
	}
	return local
}

func join(path, name string) string { return strings.TrimPrefix(path+"/"+name, "/") }
