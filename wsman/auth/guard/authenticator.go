package guard

import (
	"context"
	"errors"
	"hash/maphash"
	"net/http"
	"strings"
	"weak"

	"github.com/winrmd/winrmd/wsman/auth"
)

// Next is what a Guard stands in front of: *auth.Authenticator, or what else a
// wsmanserver takes.
type Next interface {
	Authenticate(c *auth.Connection, r *http.Request) (auth.Outcome, error)
}

// Authenticator guards a Next. It is one.
type Authenticator struct {
	guard *Guard
	next  Next
}

// Authenticator returns next, guarded. The Guard sees no account here before
// the attempt is over: what checks passwords must be guarded by Verifier or
// NTLM as well.
func (g *Guard) Authenticator(next Next) *Authenticator { return &Authenticator{g, next} }

// Authenticate asks next, if the source may try, after the time that it has to
// wait. An attempt that is refused gets the challenge, as for wrong credentials;
// its error is an *auth.Error with a *Refusal in it.
//
// A request without credentials is none, and one that repeats those that were
// right on this connection is no guess.
func (a *Authenticator) Authenticate(c *auth.Connection, r *http.Request) (auth.Outcome, error) {
	credentials := r.Header["Authorization"]
	if len(credentials) == 0 {
		return a.next.Authenticate(c, r)
	}
	source := auth.Source(r)
	try := &attempt{guard: a.guard, source: sourceOf(source)}
	connection, hash := weak.Make(c), maphash.String(a.guard.seed, credentials[0])
	if a.guard.repeats(connection, hash) {
		outcome, err := a.next.Authenticate(c, r)
		if err != nil {
			a.guard.forget(connection)
			try.settle(false, userOf(err), err)
		}
		return outcome, err
	}
	if err := try.enter(r.Context()); err != nil {
		try.settle(false, "", err)
		return a.refuse(c, r, err)
	}
	ctx := context.WithValue(auth.WithSource(r.Context(), source), attemptKey{}, try)
	outcome, err := a.next.Authenticate(c, r.WithContext(ctx))
	name := userOf(err)
	if outcome.Authenticated {
		name = outcome.Principal.User
		a.guard.keep(connection, hash)
	}
	try.settle(outcome.Authenticated, name, err)
	return outcome, err
}

// refuse answers without a look at the credentials. They are replaced by some
// that no scheme takes: so next makes its challenge, and the connection is
// nobody's any more, as after wrong ones.
func (a *Authenticator) refuse(c *auth.Connection, r *http.Request, reason error) (auth.Outcome, error) {
	scheme, _, _ := strings.Cut(strings.TrimSpace(r.Header.Get("Authorization")), " ")
	other := r.WithContext(r.Context())
	other.Header = r.Header.Clone()
	other.Header.Set("Authorization", "refused")
	outcome, _ := a.next.Authenticate(c, other)
	if len(scheme) > 100 {
		scheme = ""
	}
	return outcome, &auth.Error{Scheme: scheme, Source: auth.Source(r), Err: reason}
}

func userOf(err error) string {
	var e *auth.Error
	if errors.As(err, &e) {
		return e.User
	}
	return ""
}

// repeats reports whether the credentials with this hash were right on the
// connection the last time. An attacker who met the hash by chance would have
// to be let in all the same.
func (g *Guard) repeats(c weak.Pointer[auth.Connection], hash uint64) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	h, ok := g.settled.get(c)
	return ok && h == hash
}

func (g *Guard) keep(c weak.Pointer[auth.Connection], hash uint64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.settled.put(c, hash)
}

func (g *Guard) forget(c weak.Pointer[auth.Connection]) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.settled.remove(c)
}
