package ntlm

import "time"

// ServerConfig is what the handshakes of a server have in common. It is not
// changed after first use.
type ServerConfig struct {
	// Verifier checks responses.
	Verifier Verifier
	// Target names the server.
	Target Target
	// Version is written into challenges; the zero value means DefaultVersion.
	Version Version
	// Demand are flags that every client has to negotiate, for example FlagSeal,
	// besides FlagUnicode, FlagExtendedSessionSecurity and Flag128.
	Demand Flags
	// RequireMIC refuses clients that send no MIC. Whoever sits between such a
	// client and the server can change what they negotiate, but not learn a key.
	RequireMIC bool
	// MaxSkew is how far the client's time may be from the server's, at most.
	// Zero means DefaultMaxSkew. A client that was told the server's time, as
	// all are, should answer with that.
	MaxSkew time.Duration
}

// DefaultMaxSkew is what Windows allows (MaxLifetime in MS-NLMP 3.1.1.1 and its
// note).
const DefaultMaxSkew = 36 * time.Hour

// maxChallengeAge is how long a challenge may wait for its response: a client
// answers at once, unless it has to ask somebody for a password.
const maxChallengeAge = 5 * time.Minute

// demanded are the flags without which nobody is let in.
const demanded = FlagUnicode | FlagExtendedSessionSecurity | Flag128

// granted are the flags that a client gets if it asks for them.
const granted = demanded | FlagRequestTarget | FlagSign | FlagSeal | FlagVersion | FlagKeyExchange | Flag56

// always are the flags of every challenge.
const always = FlagNTLM | FlagAlwaysSign | FlagTargetInfo

// check refuses a client that has not all the flags it must have.
func (c *ServerConfig) check(flags Flags) error {
	if missing := (demanded | c.Demand) &^ flags; missing != 0 {
		return &FlagsError{Missing: missing}
	}
	return nil
}
