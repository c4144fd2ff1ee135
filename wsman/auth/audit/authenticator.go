package audit

import (
	"errors"
	"net/http"

	"github.com/winrmd/winrmd/wsman/auth"
)

// Next is what an Auditor watches: *auth.Authenticator, or what else a
// wsmanserver takes.
type Next interface {
	Authenticate(c *auth.Connection, r *http.Request) (auth.Outcome, error)
}

// Authenticator records what a Next decides. It is one.
type Authenticator struct {
	auditor *Auditor
	next    Next
}

// Authenticator returns next, watched.
func (a *Auditor) Authenticator(next Next) *Authenticator { return &Authenticator{a, next} }

// Authenticate asks next and records what it says. It never returns an error:
// it has been recorded, and need not be logged again.
func (a *Authenticator) Authenticate(c *auth.Connection, r *http.Request) (auth.Outcome, error) {
	outcome, err := a.next.Authenticate(c, r)
	one := a.auditor.connectionOf(r)
	one.mu.Lock()
	defer one.mu.Unlock()
	switch {
	case err != nil:
		one.refused(err)
	case outcome.Authenticated:
		// A last token is the end of a handshake, though it may have been the
		// first one, too.
		one.authenticated(outcome.Principal.Scheme, outcome.Principal.User, len(outcome.Lines) > 0)
	default:
		one.handshake = one.handshake || len(r.Header["Authorization"]) > 0
	}
	return outcome, nil
}

// refused records a refusal. With it the client is not who it was before.
func (c *connection) refused(err error) {
	var e *auth.Error
	if !errors.As(err, &e) {
		e = &auth.Error{Err: err}
	}
	c.record(Refusal, e.Scheme, e.User, reasonOf(err), e.Err)
	c.logout(ReasonRefused)
}

// authenticated records a login, unless it is the user who is logged in already
// and no handshake says that this is another login.
func (c *connection) authenticated(scheme, user string, anew bool) {
	if c.in && !c.handshake && !anew && c.scheme == scheme && c.user == user {
		return
	}
	c.logout(ReasonAnotherLogin)
	c.scheme, c.user, c.in = scheme, user, true
	c.record(Login, scheme, user, ReasonAuthenticated, nil)
}
