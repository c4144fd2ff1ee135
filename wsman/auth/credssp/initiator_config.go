package credssp

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
)

// InitiatorConfig is what a client's login is made of. Mechanisms and
// Credentials are needed.
type InitiatorConfig struct {
	// Mechanisms are those of this login, the preferred one first.
	Mechanisms []ClientMechanism
	// Credentials are handed over to a server that has proved who it is. The
	// Initiator overwrites them when it has, or has failed.
	Credentials *Credentials
	// TLS may have a configuration, in which MinVersion, MaxVersion, CipherSuites
	// and what checks a certificate count. Nil means that of crypto/tls, without
	// a look at the certificate: it is CredSSP that binds the key.
	TLS *tls.Config
	// MinVersion and MaxVersion are versions of CredSSP; 0 means
	// DefaultMinVersion and MaxVersion. With a MinVersion below 5 somebody in
	// between can make the client sign what it did not mean (CVE-2018-0886).
	MinVersion, MaxVersion int
}

// NewInitiator begins a login.
func NewInitiator(c InitiatorConfig) (*Initiator, error) {
	if len(c.Mechanisms) == 0 || c.Credentials == nil {
		return nil, errors.New("credssp: Mechanisms and Credentials are needed")
	}
	v, err := newVersions(c.MinVersion, c.MaxVersion)
	if err != nil {
		return nil, err
	}
	return &Initiator{config: c, versions: v}, nil
}

// client makes the TLS session.
func (i *Initiator) client() *tunnel {
	c := i.config.TLS.Clone()
	if c == nil {
		c = &tls.Config{InsecureSkipVerify: true}
	}
	c.DynamicRecordSizingDisabled = true
	c.ClientSessionCache = nil
	return newTunnel(func(n net.Conn) *tls.Conn { return tls.Client(n, c) })
}

// serverKey is the key that the server shows.
func (t *tunnel) serverKey() ([]byte, error) {
	chain := t.conn.ConnectionState().PeerCertificates
	if len(chain) == 0 {
		return nil, fmt.Errorf("%w: server without a certificate", ErrTLS)
	}
	return subjectPublicKey(chain[0])
}
