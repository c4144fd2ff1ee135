package spnego

// Bounds for what a peer sends.
const (
	// MaxToken is the longest token that is read, in bytes. A Kerberos ticket
	// with the groups of a large domain has 48,000.
	MaxToken = 64 << 10

	// maxMechTypes is the number of mechanisms that a list may have. Windows
	// lists four.
	maxMechTypes = 32

	// maxTokens is the number of tokens that a handshake may take. NTLM and
	// Kerberos need two, and two more where they were not the first choice.
	maxTokens = 8
)
