package wsmanclient

import (
	"errors"
	"net/http"
	"strings"

	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/sealed"
)

var errNotSealed = errors.New("the answer is not encrypted, the request was")

// seal seals a request's body. The body itself is left as it is: it may go again,
// over another connection.
func (c *Client) seal(conn *connection, o *outgoing, charset wsman.Charset) error {
	// Behind the text there is room for the line that closes it.
	buffer := make([]byte, sealed.Room, sealed.Room+len(o.body)+64)
	buffer = append(buffer, o.body...)
	media, body, err := sealed.Seal(conn.sealer, charset, &buffer)
	if err != nil {
		return &AuthenticationError{Scheme: conn.scheme, Err: err}
	}
	o.contentType, o.body = media.String(), body
	return nil
}

// seals reports whether messages go sealed over a connection.
func (c *Client) seals(conn *connection) bool {
	return conn.sealer != nil && !conn.secure() && !c.config.NoEncryption
}

func isSOAP(contentType string) bool {
	return len(contentType) >= len(wsman.MediaType) && strings.EqualFold(contentType[:len(wsman.MediaType)], wsman.MediaType)
}

// unsealed is the message in an answer, and its type. Where the request was
// sealed the answer has to be, or somebody in between has made it.
func (c *Client) unsealed(conn *connection, i *incoming) (contentType string, text []byte, err error) {
	contentType = i.header.Get("Content-Type")
	media, isSealed := sealed.ParseMedia(contentType)
	switch {
	case isSealed && conn.sealer == nil:
		return "", nil, badAnswer("it is encrypted, and nothing was agreed on for that")
	case isSealed:
		return sealed.Unseal(conn.sealer, media, i.body)
	case c.seals(conn) && (i.status == http.StatusOK || isSOAP(contentType)):
		return "", nil, errNotSealed
	}
	return contentType, i.body, nil
}
