package wsmanclient

import (
	"time"

	"github.com/winrmd/winrmd/wsman"
)

// Resource is what an operation is asked of.
type Resource struct {
	// URI is the ResourceURI.
	URI string
	// Selectors choose an instance.
	Selectors []wsman.Selector
	// Options are hints and orders to what serves the resource.
	Options []wsman.Option
	// Fragment is an XPath expression to a part of the instance, for Get and Put
	// (w:FragmentTransfer, DSP0226 section 7.7); "" means all of it.
	Fragment string
	// Headers are SOAP headers of the caller's own.
	Headers []Header
	// Timeout is the OperationTimeout; 0 means the Client's.
	Timeout time.Duration
}

// Header is a SOAP header that this package does not know.
type Header struct {
	Name  wsman.QName
	Value string
	// MustUnderstand makes servers that do not know the header refuse.
	MustUnderstand bool
}

// Request is an operation.
type Request struct {
	Resource
	// Action is the a:Action, one of wsman's or another.
	Action string
	// Body is the content of s:Body, in UTF-8, with the declarations of the
	// namespaces that it uses. It is not checked.
	Body []byte

	compression string                // CompressionType of a Create
	write       func(b []byte) []byte // appends the body, in place of Body
	operation   string                // OperationID; "" means a new one
	sequence    uint64                // SequenceId; 0 means 1
}
