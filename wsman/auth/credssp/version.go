package credssp

import "fmt"

// The versions of the protocol (MS-CSSP 2.2.1). 3 and 4 brought errorCode, 5
// and 6 a binding to the TLS session that cannot be mistaken for a message of
// another protocol (CVE-2018-0886); 6 is 5 with errorCode.
const (
	MinVersion = 2
	MaxVersion = 6

	// DefaultMinVersion is what all peers have that were patched since 2018.
	DefaultMinVersion = 5
)

// versions is what one side knows, and what it has heard of the other.
type versions struct {
	min, max int
	peer     int // as the peer writes it; 0 before its first message
}

// newVersions fills in what a configuration leaves open.
func newVersions(lowest, highest int) (versions, error) {
	if lowest == 0 {
		lowest = DefaultMinVersion
	}
	if highest == 0 {
		highest = MaxVersion
	}
	if lowest < MinVersion || highest > MaxVersion || lowest > highest {
		return versions{}, fmt.Errorf("credssp: no version between %d and %d", lowest, highest)
	}
	return versions{min: lowest, max: highest}, nil
}

// hear takes the version of a message of the peer's. A peer that changes it is
// somebody else, or wants less than was agreed on.
func (v *versions) hear(version int) error {
	if v.peer != 0 && version != v.peer {
		return fmt.Errorf("%w: it was %d and is %d", ErrVersion, v.peer, version)
	}
	v.peer = version // also of one that is too old: it may know errorCode
	if version < v.min {
		return fmt.Errorf("%w: it is %d", ErrVersion, version)
	}
	return nil
}

// agreed is the version that is spoken; 0 before the peer's first message.
func (v *versions) agreed() int { return min(v.peer, v.max) }
