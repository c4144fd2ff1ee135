package psrpclient

import (
	"context"

	"github.com/winrmd/winrmd/wsman"
)

// IdentifyEnvelope is a whole Identify request (DSP0226 section 11).
const IdentifyEnvelope = `<s:Envelope xmlns:s="` + wsman.NamespaceSOAP + `" xmlns:wsmid="` + wsman.NamespaceWSManIdentity +
	`"><s:Header/><s:Body><wsmid:Identify/></s:Body></s:Envelope>`

// Identify asks what the server is and returns the whole answer.
func (c *Client) Identify(ctx context.Context) ([]byte, error) {
	return c.exchange(ctx, []byte(IdentifyEnvelope), nil)
}
