package ntlm

// Everything that a peer writes a length for is bounded, so that no token costs
// more than it is worth.
const (
	// MaxMessage is the longest message that is read, in bytes. Those of Windows
	// have less than 2,000.
	MaxMessage = 16 << 10

	// maxName is the longest user, domain or computer name, in bytes of UTF-16.
	// A user principal name has at most 1,024 characters.
	maxName = 2 << 10

	// maxPairs is the number of AV pairs that are read. Eleven kinds exist.
	maxPairs = 64
)
