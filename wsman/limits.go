package wsman

import "time"

// Limits are the service's own limits of a request; a field that is 0 has the
// default of Windows.
type Limits struct {
	// MaxEnvelopeSize is MaxEnvelopeSizekb in bytes, for requests and answers
	// alike; 0 means DefaultMaxEnvelopeSize.
	MaxEnvelopeSize int
	// MaxTimeout is MaxTimeoutms; 0 means DefaultMaxTimeout.
	MaxTimeout time.Duration
}

// Defaults and bounds of a request's headers.
const (
	// DefaultMaxEnvelopeSize is MaxEnvelopeSizekb = 500.
	DefaultMaxEnvelopeSize = 500 << 10
	// DefaultMaxTimeout is MaxTimeoutms = 60000.
	DefaultMaxTimeout = time.Minute
	// MinEnvelopeSize is the smallest MaxEnvelopeSize that a client may ask
	// for (MS-WSMV 3.1.4.1.7).
	MinEnvelopeSize = 8192

	// maxHeaderValue is the length in bytes of a header's text; a client that
	// writes more wants to fill memory and logs.
	maxHeaderValue = 4096
	// maxActivityID is from MS-WSMV 3.1.4.1.12.
	maxActivityID = 2048
	// maxSelectors and maxOptions bound what is looked through for each name.
	maxSelectors = 64
	maxOptions   = 256
	// maxHeaders bounds the header blocks, known and unknown.
	maxHeaders = 256
	// maxBodyElements bounds the tree that BodyElement makes: an element costs
	// far more memory there than its four bytes on the wire.
	maxBodyElements = 10000
)

// withDefaults returns l with its zero fields set.
func (l Limits) withDefaults() Limits {
	if l.MaxEnvelopeSize <= 0 {
		l.MaxEnvelopeSize = DefaultMaxEnvelopeSize
	}
	if l.MaxTimeout <= 0 {
		l.MaxTimeout = DefaultMaxTimeout
	}
	return l
}
