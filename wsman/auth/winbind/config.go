package winbind

import (
	"cmp"
	"context"
	"errors"
	"time"
)

// Config is what a Verifier is made of. Program is needed.
type Config struct {
	// Program is the path of ntlm_auth, and Arguments what it is given besides
	// the name of the protocol.
	Program   string
	Arguments []string
	// Identify makes the Identity of a Verified, of the names as the client
	// wrote them. An error is passed on. Nil means that there is none.
	Identify func(ctx context.Context, domain, user string) (any, error)
	// Timeout is how long one check may take, 0 means 15 s: a domain controller
	// that does not answer takes its time. The program is killed then.
	Timeout time.Duration
	// Processes is how many checks may be under way, each in a process of its
	// own. 0 means 4.
	Processes int
}

func (c Config) withDefaults() Config {
	c.Timeout = cmp.Or(c.Timeout, 15*time.Second)
	c.Processes = cmp.Or(c.Processes, 4)
	return c
}

var (
	// ErrProtocol is in the error where the program says what it should not.
	ErrProtocol = errors.New("winbind: unexpected answer of ntlm_auth")
	// ErrUnavailable is in the error where there is no answer: the program
	// cannot be started, ends, or takes too long, or there is no domain
	// controller.
	ErrUnavailable = errors.New("winbind: cannot check the response")
)
