package wsmanserver_test

import (
	"context"
	"net/http"

	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/auth"
)

// talk is a scheme of two steps: "hello" is answered with a token on a 401,
// the user's name then with a last token on the answer. It binds the
// connection, as Negotiate does.
type talk struct{}

func (*talk) Name() string               { return "Talk" }
func (*talk) Challenge() string          { return "Talk" }
func (*talk) Offered(*http.Request) bool { return true }
func (*talk) Begin() auth.Context        { return &talkContext{} }

type talkContext struct{ greeted bool }

func (c *talkContext) Step(_ context.Context, _ *http.Request, token string) (auth.Result, error) {
	if !c.greeted {
		c.greeted = true
		return auth.Result{Token: "who?"}, nil
	}
	return auth.Result{Done: true, Bound: true, Token: "welcome", Principal: wsman.Principal{User: token}}, nil
}
