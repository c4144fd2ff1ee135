package clixml

import (
	"strconv"
	"strings"
)

// Version is a version (2.2.5.1.21) of two to four numbers: Build and Revision
// are -1 if there is none, and no Revision stands without a Build.
type Version struct{ Major, Minor, Build, Revision int32 }

// String returns the numbers with dots between.
func (v Version) String() string { return string(v.append(nil)) }

func (v Version) append(dst []byte) []byte {
	dst = strconv.AppendInt(dst, int64(v.Major), 10)
	for _, n := range [3]int32{v.Minor, v.Build, v.Revision} {
		if n < 0 {
			break
		}
		dst = strconv.AppendInt(append(dst, '.'), int64(n), 10)
	}
	return dst
}

// Compare returns -1, 0 or +1 as v is older than, the same as or newer than w.
// A number that is not there is less than 0.
func (v Version) Compare(w Version) int {
	a, b := [4]int32{v.Major, v.Minor, v.Build, v.Revision}, [4]int32{w.Major, w.Minor, w.Build, w.Revision}
	for i := range a {
		switch {
		case a[i] < b[i]:
			return -1
		case a[i] > b[i]:
			return 1
		}
	}
	return 0
}

// valid is what String can write and ParseVersion can read.
func (v Version) valid() bool {
	return v.Major >= 0 && v.Minor >= 0 && v.Build >= -1 && v.Revision >= -1 && (v.Build >= 0 || v.Revision < 0)
}

// ParseVersion is the inverse of String. White space around a number does not
// matter, as in .NET. The error is a *RangeError.
func ParseVersion(s string) (Version, error) {
	numbers := [4]int32{-1, -1, -1, -1}
	fail := &RangeError{Type: "Version", Text: s, Reason: "two to four numbers from 0 to 2147483647 with dots between"}
	i := 0
	for part := range strings.SplitSeq(s, ".") {
		if i == len(numbers) {
			return Version{}, fail
		}
		n, err := strconv.ParseInt(strings.TrimSpace(part), 10, 32)
		if err != nil || n < 0 {
			return Version{}, fail
		}
		numbers[i] = int32(n)
		i++
	}
	if i < 2 {
		return Version{}, fail
	}
	return Version{Major: numbers[0], Minor: numbers[1], Build: numbers[2], Revision: numbers[3]}, nil
}
