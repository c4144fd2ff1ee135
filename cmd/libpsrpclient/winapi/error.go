package winapi

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"

	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/wsmanclient"
)

// Error is a WSMAN_ERROR: what a Completion is told, and what functions return
// the code of.
type Error struct {
	// Code is Windows' or WinRM's; never 0.
	Code wsman.FaultCode
	// Detail is for people, Language that of Detail, Machine who says it: "" where
	// it is the client itself.
	Detail, Language, Machine string
}

// Error returns the detail.
func (e *Error) Error() string { return e.Detail }

// newError is an Error with the code's own text, and more after it.
func newError(code wsman.FaultCode, more string) *Error {
	detail := Message(code)
	if more != "" {
		detail += " " + more
	}
	return &Error{Code: code, Detail: detail, Language: "en-US"}
}

// asError says in Windows' codes what went wrong; nil stays nil.
func asError(err error) *Error {
	var own *Error
	var fault *wsman.Fault
	var network *wsmanclient.NetworkError
	var refused *wsmanclient.AuthenticationError
	var status *wsmanclient.HTTPError
	var redirect *wsmanclient.RedirectError
	var disconnected *wsmanclient.DisconnectedError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &own):
		return own
	case errors.As(err, &fault):
		return faultError(fault)
	case errors.As(err, &redirect):
		return newError(wsman.CodeRedirectRequested, "")
	case errors.As(err, &disconnected):
		return newError(wsman.CodeShellDisconnected, "")
	case errors.As(err, &refused):
		return refusedError(refused)
	case errors.As(err, &status):
		return statusError(status.StatusCode)
	case errors.As(err, &network):
		return networkError(network)
	case errors.Is(err, wsmanclient.ErrUnencrypted):
		return newError(errorUnencryptedDisabled, "")
	case errors.Is(err, wsmanclient.ErrClosed), errors.Is(err, context.Canceled):
		return newError(wsman.CodeOperationAborted, "")
	case errors.Is(err, context.DeadlineExceeded):
		return newError(wsman.CodeOperationTimedOut, "")
	}
	return newError(errorImproperResponse, err.Error())
}

// faultError is what the server said.
func faultError(f *wsman.Fault) *Error {
	e := &Error{Code: f.WSMan.Code, Detail: strings.TrimSpace(f.Message()), Machine: f.WSMan.Machine, Language: "en-US"}
	if e.Code == 0 {
		e.Code = wsman.CodeInternalError
	}
	if e.Detail == "" {
		e.Detail = Message(e.Code)
	}
	return e
}

// refusedError tells a wrong password from a scheme that the server has not, and
// both from a server that is not to be trusted.
func refusedError(e *wsmanclient.AuthenticationError) *Error {
	var nobody x509.UnknownAuthorityError
	var host x509.HostnameError
	var invalid x509.CertificateInvalidError
	var verification *tls.CertificateVerificationError
	switch {
	case errors.As(e, &nobody):
		return newError(errorSecureFailure, "The SSL certificate is signed by an unknown certificate authority.")
	case errors.As(e, &host):
		return newError(errorSecureFailure, "The SSL certificate contains a common name (CN) that does not match the hostname.")
	case errors.As(e, &invalid), errors.As(e, &verification), e.Scheme == "TLS":
		return newError(errorSecureFailure, e.Error())
	case e.Offered != nil && !offers(e.Offered, e.Scheme):
		return newError(errorInvalidAuthentication, "The server offers: "+strings.Join(e.Offered, ", ")+".")
	case e.Err != nil:
		return &Error{Code: wsman.CodeAccessDenied, Detail: Message(wsman.CodeAccessDenied) + e.Err.Error(), Language: "en-US"}
	}
	return newError(wsman.CodeAccessDenied, "")
}

func offers(schemes []string, scheme string) bool {
	for _, s := range schemes {
		if strings.EqualFold(s, scheme) {
			return true
		}
	}
	return false
}

// statusError says which status it was where the code does not: a proxy has some
// of its own.
func statusError(status int) *Error {
	code := statusCode(status)
	if code == errorUnknownStatus {
		return newError(code, fmt.Sprintf("It is %d %s.", status, http.StatusText(status)))
	}
	return newError(code, "")
}

func statusCode(status int) wsman.FaultCode {
	switch status {
	case http.StatusBadRequest:
		return errorBadRequest
	case http.StatusForbidden:
		return wsman.CodeAccessDenied
	case http.StatusNotFound:
		return errorURLNotAvailable
	case http.StatusRequestEntityTooLarge:
		return errorTooLarge
	case http.StatusInternalServerError:
		return errorServerError
	case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return errorServiceUnavailable
	}
	return errorUnknownStatus
}

// networkError tells a name that nobody knows from a server that does not answer,
// and both from one that is not there.
func networkError(e *wsmanclient.NetworkError) *Error {
	var dns *net.DNSError
	var record tls.RecordHeaderError
	var timeout net.Error
	switch {
	case errors.As(e, &dns):
		return newError(errorNameNotResolved, "")
	case errors.As(e, &record):
		return newError(errorSSLConnectionAborted, "")
	case errors.As(e, &timeout) && timeout.Timeout(), errors.Is(e, os.ErrDeadlineExceeded), e.Connected:
		return newError(errorNetworkTimedOut, "")
	}
	if e.Err == nil {
		return newError(errorCannotConnect, "")
	}
	return newError(errorCannotConnect, "The cause is: "+e.Err.Error()+".") // it may be a proxy's
}
