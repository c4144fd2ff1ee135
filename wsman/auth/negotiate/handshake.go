package negotiate

import (
	"context"
	"encoding/base64"
	"errors"
	"net/http"

	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/auth"
	"github.com/winrmd/winrmd/wsman/auth/kerberos"
	"github.com/winrmd/winrmd/wsman/auth/ntlm"
	"github.com/winrmd/winrmd/wsman/auth/spnego"
)

// handshake is one client's, on one connection. How many steps it may take, how
// long a challenge is good and how large tokens are, is bounded by the packages
// of the mechanisms.
type handshake struct {
	scheme   *Scheme
	acceptor *spnego.Acceptor
	ntlm     *ntlm.Server      // nil where it is off
	kerberos *kerberos.Context // nil where it is off
	attempt  attempt
}

var (
	errNoToken = errors.New("no token in base64")
	errNobody  = errors.New("no user of this server")
)

// Step takes the client's next token.
func (h *handshake) Step(ctx context.Context, _ *http.Request, token string) (auth.Result, error) {
	raw, err := base64.StdEncoding.DecodeString(token)
	if err != nil || len(raw) == 0 {
		return auth.Result{}, h.blame(errNoToken)
	}
	reply, done, err := h.acceptor.Accept(ctx, raw)
	if err != nil {
		return auth.Result{}, h.blame(err)
	}
	result := auth.Result{Token: base64.StdEncoding.EncodeToString(reply)}
	if !done {
		return result, nil
	}
	identity, sealer, err := h.conclude(ctx)
	if err != nil {
		return auth.Result{}, h.blame(err)
	}
	result.Done, result.Bound, result.Sealer = true, true, sealer
	result.Principal = wsman.Principal{User: identity.Name, Account: identity.Account, Groups: identity.Groups}
	result.Delegation = h.delegation()
	result.Valid = func() bool {
		generation, ok := h.scheme.config.Accounts.Generation(identity.Name)
		return ok && generation == identity.Generation
	}
	if !result.Valid() { // changed while the client made its last token
		return auth.Result{}, h.blame(auth.ErrUserChanged)
	}
	return result, nil
}

// conclude says who the client is, once a mechanism has let it in.
func (h *handshake) conclude(ctx context.Context) (auth.Identity, auth.Sealer, error) {
	if h.kerberos != nil && h.acceptor.Chosen() == spnego.Mechanism(h.kerberos) {
		return h.concludeKerberos(ctx)
	}
	return h.concludeNTLM()
}

func (h *handshake) concludeNTLM() (auth.Identity, auth.Sealer, error) {
	peer := h.ntlm.Peer()
	if err := h.scheme.config.Hardening().check(peer.Bindings, h.scheme.channel); err != nil {
		return auth.Identity{}, nil, err
	}
	identity, ok := peer.Identity.(auth.Identity)
	if !ok {
		return auth.Identity{}, nil, errNobody
	}
	return identity, &ntlmSealer{protocol: h.scheme.protocol, session: h.ntlm.Session()}, nil
}

func (h *handshake) concludeKerberos(ctx context.Context) (auth.Identity, auth.Sealer, error) {
	peer := h.kerberos.Peer()
	client := peer.Client
	h.attempt.user = client.String()
	if err := h.checkKerberosBinding(peer); err != nil {
		return auth.Identity{}, nil, err
	}
	home := client.Realm == peer.Service.Realm
	identity, ok, err := h.scheme.config.Accounts.Principal(ctx, client.User(), client.Realm, home)
	if err != nil {
		h.attempt.failure = err
		return auth.Identity{}, nil, err
	}
	if !ok {
		return auth.Identity{}, nil, errNobody
	}
	return identity, &kerberosSealer{protocol: h.scheme.protocol, Session: h.kerberos.Session()}, nil
}

// checkKerberosBinding is Hardening.check, and counts what a client says of
// itself: one that would send a binding over TLS and sends none does not speak
// over TLS, or somebody took it away.
func (h *handshake) checkKerberosBinding(peer *kerberos.Peer) error {
	level := h.scheme.config.Hardening()
	if level == Relaxed && peer.BindingAware {
		level = Strict
	}
	return level.check(peer.Binding, h.scheme.channel)
}
