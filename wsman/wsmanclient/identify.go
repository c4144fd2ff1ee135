package wsmanclient

import (
	"context"

	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/xmlscan"
)

// Identity is what a service says of itself (DSP0226 section 11).
type Identity struct {
	// ProtocolVersion is wsman.NamespaceWSMan for all that there are.
	ProtocolVersion string
	// ProductVendor and ProductVersion are for people. Windows' version is as
	// "OS: 10.0.17763 SP: 0.0 Stack: 3.0", without the OS for strangers.
	ProductVendor, ProductVersion string
	// SecurityProfiles are URIs; often none.
	SecurityProfiles []string
}

const identifyText = `<s:Envelope xmlns:s="` + wsman.NamespaceSOAP + `" xmlns:wsmid="` + wsman.NamespaceWSManIdentity +
	`"><s:Header/><s:Body><wsmid:Identify/></s:Body></s:Envelope>`

// Identify asks the service what it is, as who the client is.
func (c *Client) Identify(ctx context.Context) (*Identity, error) { return c.identify(ctx, false) }

// IdentifyAnonymously does it without logging on, which services may refuse.
func (c *Client) IdentifyAnonymously(ctx context.Context) (*Identity, error) {
	return c.identify(ctx, true)
}

func (c *Client) identify(ctx context.Context, anonymous bool) (*Identity, error) {
	var id *Identity
	m := &message{
		endpoint: c.endpoint, text: []byte(identifyText), timeout: c.timeout(ctx, 0),
		anonymous: anonymous, repeatable: true,
	}
	_, err := c.send(ctx, m, func(s *xmlscan.Scanner) error {
		if string(s.Local()) != "IdentifyResponse" { // OMI has it in the namespace of SOAP
			return nil
		}
		id = &Identity{}
		return children(s, func() error { return id.field(s) })
	})
	if err == nil && id == nil {
		err = badAnswer("it does not identify the service")
	}
	return id, err
}

func (id *Identity) field(s *xmlscan.Scanner) error {
	switch string(s.Local()) {
	case "ProtocolVersion":
		return text(s, &id.ProtocolVersion)
	case "ProductVendor":
		return text(s, &id.ProductVendor)
	case "ProductVersion":
		return text(s, &id.ProductVersion)
	case "SecurityProfiles":
		return children(s, func() error {
			var profile string
			err := text(s, &profile)
			id.SecurityProfiles = append(id.SecurityProfiles, profile)
			return err
		})
	}
	return nil
}
