package credssp

import "encoding/binary"

// Every TLS record begins with its type, a version and the length of the rest
// (RFC 8446 section 5.1).
const (
	recordHeader = 5
	// maxFragment is the longest rest, in TLS 1.2 (RFC 5246 section 6.2.3).
	maxFragment = 16384 + 2048
	// maxPlain is how much one record can carry.
	maxPlain = 16384
)

// The types of records.
const (
	recordChangeCipherSpec = 20
	recordApplicationData  = 23
)

// nextRecord is the size of the record that b begins with; 0 if it begins with
// none, or it is not whole.
func nextRecord(b []byte) int {
	if len(b) < recordHeader || b[0] < recordChangeCipherSpec || b[0] > recordApplicationData || b[1] != 3 {
		return 0
	}
	n := int(binary.BigEndian.Uint16(b[3:]))
	if n > maxFragment || len(b) < recordHeader+n {
		return 0
	}
	return recordHeader + n
}

// wholeRecords reports whether b is nothing but whole records. A peer that
// keeps the end of one back could make us wait for it in the middle of it.
func wholeRecords(b []byte) bool {
	for len(b) > 0 {
		n := nextRecord(b)
		if n == 0 {
			return false
		}
		b = b[n:]
	}
	return true
}

// lastRecord is where the last record of a flight begins.
func lastRecord(b []byte) int {
	last := 0
	for at := 0; at < len(b); {
		n := nextRecord(b[at:])
		if n == 0 {
			break
		}
		last, at = at, at+n
	}
	return last
}
