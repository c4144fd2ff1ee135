package negotiate

import (
	"errors"
	"fmt"
)

// Hardening says what is made of channel bindings. The names are those of
// WinRM's setting CbtHardeningLevel.
type Hardening int

// The levels. Where there is no TLS there is no channel: then a client that
// sends a binding speaks over TLS with somebody in between, and is refused by
// Relaxed and Strict.
const (
	// Relaxed refuses wrong ones, and missing ones of a client that says that it
	// sends them where it can (MS-KILE 3.4.5). It is WinRM's default.
	Relaxed Hardening = iota
	// Strict refuses missing ones too.
	Strict
	// None takes no notice of them.
	None
)

// ParseHardening reads a value of CbtHardeningLevel.
func ParseHardening(s string) (Hardening, error) {
	switch s {
	case "Relaxed":
		return Relaxed, nil
	case "Strict":
		return Strict, nil
	case "None":
		return None, nil
	}
	return Relaxed, fmt.Errorf("CbtHardeningLevel %q is none of Relaxed, Strict, None", s)
}

// ErrChannelBinding refuses a client that speaks over another channel than it
// should, or does not say over which.
var ErrChannelBinding = errors.New("channel binding is wrong or missing")

// check judges a client's binding: given is what it sent, zero for none, and
// want what the channel has, zero where there is no channel.
func (level Hardening) check(given, want [16]byte) error {
	var none [16]byte
	missing := given == none && want != none
	switch {
	case level == None, given == want, missing && level == Relaxed:
		return nil
	}
	return ErrChannelBinding
}
