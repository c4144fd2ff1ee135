package ntlm

import "encoding/asn1"

// OIDs returns NTLM's name, for SPNEGO.
func (c *Client) OIDs() []asn1.ObjectIdentifier { return []asn1.ObjectIdentifier{OID()} }

// WantsMIC reports that SPNEGO's list of mechanisms has to be signed, because
// the client sends a MIC.
func (c *Client) WantsMIC() bool { return c.session != nil }

// GetMIC signs SPNEGO's list of mechanisms: see Session.SignMechList.
func (c *Client) GetMIC(list []byte) ([]byte, error) {
	if c.session == nil {
		return nil, ErrNotEstablished
	}
	return c.session.SignMechList(list)
}

// VerifyMIC checks the server's signature of the list: see
// Session.VerifyMechList.
func (c *Client) VerifyMIC(list, mic []byte) error {
	if c.session == nil {
		return ErrNotEstablished
	}
	return c.session.VerifyMechList(list, mic)
}
