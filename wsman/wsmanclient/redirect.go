package wsmanclient

import (
	"errors"
	"net/http"
	"strings"

	"github.com/winrmd/winrmd/wsman"
)

// redirection is the redirection that an error says; nil if it says none.
func redirection(err error) *RedirectError {
	var r *RedirectError
	if errors.As(err, &r) {
		return r
	}
	return nil
}

// asRedirect makes a RedirectError of the fault that means one, which names the
// location somewhere in its texts.
func asRedirect(err error) error {
	var f *wsman.Fault
	if !errors.As(err, &f) || f.WSMan.Code != wsman.CodeRedirectRequested {
		return err
	}
	for _, word := range strings.Fields(f.Message() + " " + f.Reason) {
		if at := strings.Index(word, "http"); at >= 0 && strings.Contains(word[at:], "://") {
			return &RedirectError{Location: strings.TrimRight(word[at:], `."'<>)`), StatusCode: http.StatusInternalServerError}
		}
	}
	return err
}
