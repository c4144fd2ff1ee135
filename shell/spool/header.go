package spool

import (
	"encoding/binary"
	"hash/crc32"
)

// headerSize is the number of bytes before the content of each record:
//
//	0  magic
//	4  CRC-32C of all that follows, content included
//	8  number of the segment; 0 for an index
//	16 number of the record in its segment, from 0
//	20 length of the content
//
// All numbers are little-endian.
const headerSize = 24

// magic is "WSP1" as it lies in the file.
const magic = 0x31505357

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// appendRecord appends a header and content to b.
func appendRecord(b []byte, segment uint64, sequence uint32, content []byte) []byte {
	start := len(b)
	b = binary.LittleEndian.AppendUint32(b, magic)
	b = binary.LittleEndian.AppendUint32(b, 0)
	b = binary.LittleEndian.AppendUint64(b, segment)
	b = binary.LittleEndian.AppendUint32(b, sequence)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(content)))
	b = append(b, content...)
	binary.LittleEndian.PutUint32(b[start+4:], crc32.Checksum(b[start+8:], castagnoli))
	return b
}

// parseRecord returns the content of a record, a part of b, which must hold
// the record and nothing else. Otherwise wrong says what is the matter.
func parseRecord(b []byte, segment uint64) (content []byte, wrong string) {
	switch {
	case len(b) < headerSize:
		return nil, "the header is not whole"
	case binary.LittleEndian.Uint32(b) != magic:
		return nil, "no record begins here"
	case binary.LittleEndian.Uint64(b[8:]) != segment:
		return nil, "the record is of another file"
	case uint64(binary.LittleEndian.Uint32(b[20:])) != uint64(len(b)-headerSize):
		return nil, "the record has another length"
	case binary.LittleEndian.Uint32(b[4:]) != crc32.Checksum(b[8:], castagnoli):
		return nil, "the checksum is wrong"
	}
	return b[headerSize:], ""
}
