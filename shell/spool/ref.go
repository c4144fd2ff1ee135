package spool

import (
	"math"
	"strconv"
	"strings"
)

// ref is where a record lies. Its text is "segment:offset:length", decimal.
type ref struct {
	segment uint64
	offset  int64
	length  int32 // of the content
}

func (r ref) String() string {
	return strconv.FormatUint(r.segment, 10) + ":" + strconv.FormatInt(r.offset, 10) + ":" + strconv.FormatInt(int64(r.length), 10)
}

// end is where the next record may begin.
func (r ref) end() int64 { return r.offset + headerSize + int64(r.length) }

// parseRef takes only what String gives: no signs, no leading zeros, and
// nothing whose end is beyond what a file can have.
func parseRef(s string) (ref, error) {
	fields := strings.Split(s, ":")
	if len(fields) != 3 {
		return ref{}, &RefError{Ref: s}
	}
	segment, err1 := strconv.ParseUint(fields[0], 10, 64)
	offset, err2 := strconv.ParseInt(fields[1], 10, 64)
	length, err3 := strconv.ParseInt(fields[2], 10, 32)
	r := ref{segment: segment, offset: offset, length: int32(length)}
	if err1 != nil || err2 != nil || err3 != nil ||
		segment == 0 || offset < 0 || length < 0 || offset > math.MaxInt64-headerSize-math.MaxInt32 || r.String() != s {
		return ref{}, &RefError{Ref: s}
	}
	return r, nil
}
