package ntlm

import "time"

// FileTime is a time as Windows writes it: steps of 100 ns since the year 1601,
// UTC (MS-DTYP 2.3.3).
type FileTime uint64

// unixEpoch is 1970 as a FileTime.
const unixEpoch = 116444736000000000

// NewFileTime converts t, which is in the years 1601 to 30827.
func NewFileTime(t time.Time) FileTime {
	return FileTime(t.Unix()*1e7 + int64(t.Nanosecond()/100) + unixEpoch)
}

// Time converts back. A FileTime after the year 30827 becomes one before 1601,
// which is as far from now.
func (f FileTime) Time() time.Time {
	steps := int64(f) - unixEpoch
	return time.Unix(steps/1e7, steps%1e7*100)
}
