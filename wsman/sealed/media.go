package sealed

import (
	"mime"
	"strings"
)

// The media types of sealed messages (MS-WSMV 2.2.9.1.1.1 and 2.2.9.1.3.1), and
// what is in them.
const (
	mediaSealed = "multipart/encrypted"
	mediaMulti  = "multipart/x-multi-encrypted" // of several pieces
	mediaOctets = "application/octet-stream"
	boundary    = "Encrypted Boundary"
)

// maxBoundary is the longest boundary there is (RFC 2046 section 5.1.1).
const maxBoundary = 70

// Media is the Content-Type of a sealed message. The zero value is that of none.
type Media struct {
	several            bool // pieces are allowed
	protocol, boundary string
}

// ParseMedia reads a Content-Type. Ok is false if it is not that of a
// sealed message.
func ParseMedia(contentType string) (m Media, ok bool) {
	media, parameters, err := mime.ParseMediaType(contentType)
	if err != nil || media != mediaSealed && media != mediaMulti {
		return Media{}, false
	}
	m = Media{several: media == mediaMulti, protocol: parameters["protocol"], boundary: parameters["boundary"]}
	return m, true
}

// check reports whether a message of this type can be one of the protocol.
func (m Media) check(protocol string) error {
	switch {
	case !strings.EqualFold(m.protocol, protocol):
		return malformed("it is of another protocol than the connection's")
	case m.boundary == "" || len(m.boundary) > maxBoundary:
		return malformed("boundary")
	}
	return nil
}

// String is the Content-Type.
func (m Media) String() string {
	media := mediaSealed
	if m.several {
		media = mediaMulti
	}
	return media + `;protocol="` + m.protocol + `";boundary="` + m.boundary + `"`
}
