package wsmanclient

import (
	"context"
	"crypto/x509"
	"encoding/base64"
	"strings"

	"github.com/winrmd/winrmd/wsman/auth"
	"github.com/winrmd/winrmd/wsman/auth/certificate"
)

// Authentication is how connections are logged on. It holds credentials and no
// state of a connection, and may serve any number of Clients. Basic,
// Certificate, Negotiate, NTLM, Kerberos and CredSSP make one.
type Authentication interface {
	// logOn begins for a new connection. An error is what the Client's caller
	// gets.
	logOn(ctx context.Context, t target) (logOn, error)
}

// target is what a connection leads to.
type target struct {
	host, port string
	// certificate is the server's; nil without TLS.
	certificate *x509.Certificate
}

// logOn is one connection's.
type logOn struct {
	// scheme is for errors, and what stands before the tokens of a handshake.
	scheme string
	// authorization goes with each request, where there is no handshake.
	authorization string
	handshake     handshake
	// emptyTokens says that a server may have nothing to say while the handshake
	// goes on.
	emptyTokens bool
}

// handshake takes requests with empty bodies before the first message goes.
type handshake interface {
	// Initiate makes the client's next token of the server's, which is empty at
	// first.
	Initiate(ctx context.Context, token []byte) (reply []byte, done bool, err error)
	// sealer protects messages once the handshake is done.
	sealer() auth.Sealer
}

// Basic logs on with a name and a password, which the server gets (RFC 7617).
func Basic(user, password string) Authentication { return basic{user, newSecret(password)} }

type basic struct {
	user     string
	password secret
}

func (b basic) logOn(context.Context, target) (logOn, error) {
	if strings.Contains(b.user, ":") {
		return logOn{}, &AuthenticationError{Scheme: "Basic", Err: errColon}
	}
	text := base64.StdEncoding.EncodeToString([]byte(b.user + ":" + b.password()))
	return logOn{scheme: "Basic", authorization: "Basic " + text}, nil
}

// String says who.
func (b basic) String() string { return "Basic as " + b.user }

// Certificate logs on with the certificate in Config.TLS, over https only.
func Certificate() Authentication { return byCertificate{} }

type byCertificate struct{}

func (byCertificate) logOn(_ context.Context, t target) (logOn, error) {
	if t.certificate == nil {
		return logOn{}, &AuthenticationError{Scheme: "Certificate", Err: errNoTLS}
	}
	return logOn{scheme: "Certificate", authorization: certificate.Profile}, nil
}
