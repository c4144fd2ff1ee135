package xpress

// The alphabet of a LZ77+Huffman stream (MS-XCA 2.1): symbols below 256
// are literals; symbol 256 + 16*b + n is a match whose offset has b bits after
// its leading one and whose length is n + minMatch, or more where n is 15.
const (
	numSymbols  = 512
	maxCodeLen  = 15
	tableSize   = numSymbols / 2 // two code lengths in a byte
	firstMatch  = 256
	endOfStream = 256 // only where the output is complete; else a match
	minMatch    = 3
	// longNibble in the length nibble says that length bytes follow.
	longNibble = 15
	// longByte in the first length byte says that a 16-bit length follows.
	longByte = 255
	// minStream is the size of the smallest stream: the table and two words.
	minStream = tableSize + 4
)
