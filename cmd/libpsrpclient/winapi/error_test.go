package winapi

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/wsmanclient"
)

func TestErrorCodes(t *testing.T) {
	t.Parallel()
	wrap := func(err error) error { return fmt.Errorf("wrapped: %w", err) }
	for _, row := range []struct {
		err  error
		code wsman.FaultCode
	}{
		{wsman.NewFault(wsman.CodeQuotaMaxShells, ""), wsman.CodeQuotaMaxShells},
		{&wsman.Fault{}, wsman.CodeInternalError},
		{&wsmanclient.NetworkError{Err: &net.OpError{Err: errors.New("refused")}}, errorCannotConnect},
		{&wsmanclient.NetworkError{Err: &net.DNSError{IsNotFound: true}}, errorNameNotResolved},
		{&wsmanclient.NetworkError{Err: context.DeadlineExceeded}, errorNetworkTimedOut},
		{&wsmanclient.NetworkError{Connected: true, Err: errors.New("broken")}, errorNetworkTimedOut},
		{&wsmanclient.AuthenticationError{Scheme: "Basic", Offered: []string{"basic"}}, wsman.CodeAccessDenied},
		{&wsmanclient.AuthenticationError{Scheme: "Basic", Offered: []string{"Negotiate"}}, errorInvalidAuthentication},
		{&wsmanclient.AuthenticationError{Scheme: "TLS", Err: x509.UnknownAuthorityError{}}, errorSecureFailure},
		{&wsmanclient.HTTPError{StatusCode: 404}, errorURLNotAvailable},
		{&wsmanclient.HTTPError{StatusCode: 503}, errorServiceUnavailable},
		{&wsmanclient.HTTPError{StatusCode: 418}, errorUnknownStatus},
		{&wsmanclient.RedirectError{}, wsman.CodeRedirectRequested},
		{&wsmanclient.DisconnectedError{}, wsman.CodeShellDisconnected},
		{wsmanclient.ErrUnencrypted, errorUnencryptedDisabled},
		{wsmanclient.ErrClosed, wsman.CodeOperationAborted},
		{context.DeadlineExceeded, wsman.CodeOperationTimedOut},
		{errors.New("something else"), errorImproperResponse},
	} {
		e := asError(wrap(row.err))
		assert.Equal(t, row.code, e.Code, "%v", row.err)
		assert.NotEmpty(t, e.Detail)
	}
	assert.Nil(t, asError(nil))
	assert.Contains(t, Message(0x12345678), "could not complete")
}
