package wsman

// Charset is the character encoding of a message on the wire. Inside the
// server everything is UTF-8.
type Charset uint8

// The encodings that WS-Management names (DSP0226 section 13.2).
const (
	UTF8 Charset = iota
	UTF16
)

// String returns the name for a Content-Type.
func (c Charset) String() string {
	if c == UTF16 {
		return "UTF-16"
	}
	return "UTF-8"
}

// ContentType returns the Content-Type of a message in this encoding.
func (c Charset) ContentType() string {
	return MediaType + ";charset=" + c.String()
}

// MediaType is the media type of SOAP 1.2.
const MediaType = "application/soap+xml"
