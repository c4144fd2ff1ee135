package winapi

import (
	"time"
	"unicode"

	"github.com/winrmd/winrmd/wsman"
)

// Option is a session option (WSManSessionOption).
type Option uint32

// The session options. Times are in milliseconds.
const (
	OptionDefaultOperationTimeout     Option = 1
	OptionMaxRetryTime                Option = 11 // read only
	OptionTimeoutCreateShell          Option = 12
	OptionTimeoutRunShellCommand      Option = 13
	OptionTimeoutReceiveShellOutput   Option = 14
	OptionTimeoutSendShellInput       Option = 15
	OptionTimeoutSignalShell          Option = 16
	OptionTimeoutCloseShell           Option = 17
	OptionSkipCACheck                 Option = 18
	OptionSkipCNCheck                 Option = 19
	OptionUnencryptedMessages         Option = 20
	OptionUTF16                       Option = 21
	OptionEnableSPNServerPort         Option = 22
	OptionMachineID                   Option = 23
	OptionLocale                      Option = 25
	OptionUILanguage                  Option = 26
	OptionMaxEnvelopeSize             Option = 28 // KB
	OptionShellMaxDataSizePerMessage  Option = 29 // KB, read only
	OptionRedirectLocation            Option = 30 // read only
	OptionSkipRevocationCheck         Option = 31
	OptionAllowNegotiateImplicitCreds Option = 32
	OptionUseSSL                      Option = 33
	OptionUseInteractiveToken         Option = 34
)

// defaultTimeout is Windows' default for all operations (WSMAN_DEFAULT_TIMEOUT_MS).
const defaultTimeout = 60_000

// options are those of one session.
type options struct {
	numbers map[Option]uint32
	strings map[Option]string
}

func defaultOptions() options {
	return options{
		numbers: map[Option]uint32{
			OptionDefaultOperationTimeout: defaultTimeout,
			OptionMaxRetryTime:            uint32(retryTime().Milliseconds()),
			OptionMaxEnvelopeSize:         wsman.DefaultMaxEnvelopeSize >> 10,
			// These stand for the operations' own timeouts: 0 is the default's.
			OptionTimeoutCreateShell: 0, OptionTimeoutRunShellCommand: 0, OptionTimeoutReceiveShellOutput: 0,
			OptionTimeoutSendShellInput: 0, OptionTimeoutSignalShell: 0, OptionTimeoutCloseShell: 0,
			OptionSkipCACheck: 0, OptionSkipCNCheck: 0, OptionUnencryptedMessages: 0, OptionUTF16: 0,
			OptionEnableSPNServerPort: 0, OptionMachineID: 0, OptionSkipRevocationCheck: 0,
			OptionAllowNegotiateImplicitCreds: 0, OptionUseSSL: 0, OptionUseInteractiveToken: 0,
		},
		strings: map[Option]string{OptionLocale: "", OptionUILanguage: ""},
	}
}

func (o *options) flag(n Option) bool { return o.numbers[n] != 0 }

func (o *options) duration(n Option) time.Duration {
	ms := o.numbers[n]
	if ms == 0 {
		ms = o.numbers[OptionDefaultOperationTimeout]
	}
	return time.Duration(ms) * time.Millisecond
}

// number is an option that is a DWORD.
func (o *options) number(n Option) (uint32, *Error) {
	if n == OptionShellMaxDataSizePerMessage {
		return o.maxData(), nil
	}
	v, ok := o.numbers[n]
	if !ok {
		return 0, newError(errorGetDwordParameter, "")
	}
	return v, nil
}

// envelopeRoom is how many KB of an envelope a message needs around its data.
const envelopeRoom = 8

// maxData is how many KB of data an envelope can hold: base64 has four bytes for
// three, data that cannot be compressed gets an eighth longer by trying, and
// UTF-16 has two bytes for each.
func (o *options) maxData() uint32 {
	size := max(o.numbers[OptionMaxEnvelopeSize], 2*envelopeRoom) - envelopeRoom
	if o.flag(OptionUTF16) {
		size /= 2
	}
	return max(size*2/3, 1)
}

// setNumber sets an option that is a DWORD.
func (o *options) setNumber(n Option, v uint32) *Error {
	_, known := o.numbers[n]
	switch {
	case !known, n == OptionMaxRetryTime:
		return newError(errorSetOptionParameter, "")
	case n == OptionMaxEnvelopeSize && (v < minEnvelope || v > maxEnvelope):
		return newError(errorSetOptionParameter, "")
	}
	o.numbers[n] = v
	return nil
}

// minEnvelope and maxEnvelope are limits in KB: what the protocol has as its
// smallest, and what this client would ever hold in memory.
const (
	minEnvelope = wsman.MinEnvelopeSize >> 10
	maxEnvelope = 64 << 10
)

// setString sets an option that is a text.
func (o *options) setString(n Option, v string) *Error {
	if isLanguage(v) {
		switch n {
		case OptionLocale, OptionUILanguage:
			o.strings[n] = v
			return nil
		}
		return newError(errorSetOptionParameter, "")
	}
	switch n {
	case OptionLocale:
		return newError(errorInvalidLocale, "")
	case OptionUILanguage:
		return newError(errorInvalidUILanguage, "")
	}
	return newError(errorSetOptionParameter, "")
}

// maxLanguage is longer than any language's tag.
const maxLanguage = 85

// isLanguage reports whether a text looks as RFC 3066 has it: parts of letters
// and digits, "-" between them.
func isLanguage(s string) bool {
	if s == "" || len(s) > maxLanguage {
		return false
	}
	part := 0
	for _, r := range s {
		switch {
		case r == '-' && part > 0:
			part = 0
		case r <= unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r)):
			part++
		default:
			return false
		}
	}
	return part > 0
}
