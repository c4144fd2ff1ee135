package wsmanserver

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/auth"
	"github.com/winrmd/winrmd/wsman/sealed"
)

// The paths that are served (MS-WSMV 2.2.9.1).
const (
	pathService   = "/wsman"
	pathAnonymous = "/wsman-anon/identify"
)

// ServeHTTP serves one exchange.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x := &exchange{server: s, w: w}
	defer x.recover(r)
	s.setBodyDeadline(w)
	w.Header().Set("Server", "Microsoft-HTTPAPI/2.0")
	path := strings.TrimSuffix(r.URL.Path, "/")
	anonymous := strings.EqualFold(path, pathAnonymous)
	switch {
	case !anonymous && !strings.EqualFold(path, pathService):
		s.refuse(w, http.StatusNotFound)
	case r.Method != http.MethodPost:
		w.Header().Set("Allow", http.MethodPost)
		s.refuse(w, http.StatusMethodNotAllowed)
	case anonymous || strings.EqualFold(r.Header.Get("WSMANIDENTIFY"), "unauthenticated"):
		x.identifyAnonymous(r)
	default:
		x.serveAuthenticated(r)
	}
}

// recover answers a request whose handling panicked, so that one request
// never takes the connections of others with it.
func (x *exchange) recover(r *http.Request) {
	p := recover()
	if p == nil {
		return
	}
	if err, ok := p.(error); ok && errors.Is(err, http.ErrAbortHandler) {
		panic(p)
	}
	x.server.config.Log.Error("panic", "panic", p, "remote", r.RemoteAddr, "stack", string(debug.Stack()))
	x.fault(nil, wsman.NewFault(wsman.CodeInternalError, ""))
}

// setBodyDeadline bounds the time in which a request's body must come, whoever
// reads it: net/http reads what is left of it after an answer.
func (s *Server) setBodyDeadline(w http.ResponseWriter) {
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(s.config.Timeouts.Body))
}

// refuse answers without a body.
func (s *Server) refuse(w http.ResponseWriter, status int) {
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(s.config.Timeouts.Write))
	w.Header().Set("Content-Length", "0")
	w.WriteHeader(status)
}

// serveAuthenticated serves a request on the service's path.
func (x *exchange) serveAuthenticated(r *http.Request) {
	s, w := x.server, x.w
	outcome, err := s.config.Authenticator.Authenticate(connectionFor(r), r)
	if err != nil {
		s.config.Log.Warn("authentication failed", "error", err, "remote", r.RemoteAddr)
	}
	outcome.SetHeader(w.Header())
	x.limits = s.config.Limits()
	if !outcome.Authenticated {
		// The body is read and dropped, so that the connection can go on.
		x.discard(r)
		s.refuse(w, http.StatusUnauthorized)
		return
	}
	if r.ContentLength == 0 {
		s.refuse(w, http.StatusOK) // a client that wanted to authenticate only
		return
	}
	media, isSealed := sealed.ParseMedia(r.Header.Get("Content-Type"))
	switch {
	case isSealed:
		// Where there is no Sealer, this is a type that is not read.
		x.sealer, x.media = outcome.Sealer, media
	case outcome.Sealer != nil && r.TLS == nil && !s.config.AllowUnencrypted():
		x.refuseClear(r, outcome.Principal)
		return
	}
	x.serve(r, outcome)
}

// connectionFor is the connection of a request, but a new one, of which nothing
// is known, for a request with neither a body nor credentials. It can ask for
// nothing but to authenticate, and it comes on connections that are
// authenticated, too: masterzen/winrm sends one before every sealed message.
// What is known of the connection stays until the first token comes.
func connectionFor(r *http.Request) *auth.Connection {
	if r.ContentLength == 0 && r.Header.Get("Authorization") == "" {
		return new(auth.Connection)
	}
	return auth.ConnectionOf(r.Context())
}

// refuseClear refuses a message that anybody on the way could have read, and
// changed. WinRM answers with status 500 and no body, which clients show as
// such; the fault is for whoever has to find out why.
func (x *exchange) refuseClear(r *http.Request, who wsman.Principal) {
	x.server.config.Log.Warn("message in clear refused", "user", who.User, "remote", r.RemoteAddr)
	x.discard(r)
	x.fault(nil, wsman.NewFault(wsman.CodeAccessDenied, "The message is not encrypted, and the service accepts "+
		"such messages over HTTPS only (AllowUnencrypted is false)."))
}

// discard drops a request's body as far as a body may be long.
func (x *exchange) discard(r *http.Request) {
	if r.ContentLength == 0 {
		return
	}
	most := int64(x.maxBody())
	if _, isSealed := sealed.ParseMedia(r.Header.Get("Content-Type")); isSealed {
		most = int64(sealed.Size(x.maxBody()))
	}
	n, err := io.Copy(io.Discard, io.LimitReader(r.Body, most+1))
	if err != nil || n > most {
		x.endConnection()
	}
}

// exchange is one request and its answer.
type exchange struct {
	server *Server
	w      http.ResponseWriter
	limits wsman.Limits
	// sealer, not nil where the request is sealed, seals the answer; media is
	// the request's Content-Type.
	sealer auth.Sealer
	media  sealed.Media
}

// serve reads a request, gives it to the Handler and writes the answer.
func (x *exchange) serve(r *http.Request, who auth.Outcome) {
	request := x.request(r)
	if request == nil {
		return
	}
	request.Principal, request.Delegation = who.Principal, who.Delegation
	request.Deadline = time.Now().Add(request.Header.OperationTimeout)
	response, err := x.server.config.Handler.ServeWSMan(r.Context(), request)
	switch {
	case errors.Is(err, wsman.ErrNoAnswer):
		x.server.config.Log.Warn("request left without an answer", "error", err, "message_id", request.Header.MessageID)
		panic(http.ErrAbortHandler)
	case err != nil:
		x.fault(request, shutdownFault(r.Context(), err))
	default:
		x.respond(request, response)
	}
}

// request reads an envelope and parses it. If it cannot be served it is
// answered, and the result is nil.
func (x *exchange) request(r *http.Request) *wsman.Request {
	body, err := x.read(r)
	if err != nil {
		x.refuseBody(err)
		return nil
	}
	contentType := r.Header.Get("Content-Type")
	if x.sealer != nil {
		if contentType, body, err = x.unseal(body); err != nil {
			x.refuseSealed(r, err)
			return nil
		}
	}
	raw, charset, err := wsman.DecodeBody(contentType, body)
	if err != nil {
		x.refuseBody(err)
		return nil
	}
	request, err := wsman.ParseRequest(raw, x.limits)
	request.Charset = charset
	if err != nil {
		x.fault(request, err)
		return nil
	}
	return request
}

// shutdownFault is err or, where a Handler gave up because the server shuts
// down, the fault that says so.
func shutdownFault(ctx context.Context, err error) error {
	if !errors.Is(err, context.Canceled) || !errors.Is(context.Cause(ctx), errShutdown) {
		return err
	}
	if f := (*wsman.Fault)(nil); errors.As(err, &f) {
		return err
	}
	return wsman.NewFault(wsman.CodeShutdownInProgress, "").WithCause(err)
}

// errTooLarge says that a body is longer than an envelope may be.
var errTooLarge = errors.New("the body is larger than MaxEnvelopeSizekb")

// maxBody is the most bytes that a body may have.
func (x *exchange) maxBody() int {
	if n := x.limits.MaxEnvelopeSize; n > 0 {
		return n
	}
	return wsman.DefaultMaxEnvelopeSize
}

// maxRead is the most bytes that this request's body may have on the wire.
func (x *exchange) maxRead() int {
	if x.sealer != nil {
		return sealed.Size(x.maxBody())
	}
	return x.maxBody()
}

// read reads a body that may be an envelope. The buffer is the request's: what
// a Handler passes on points into it.
func (x *exchange) read(r *http.Request) ([]byte, error) {
	if r.ContentLength > int64(x.maxRead()) {
		return nil, errTooLarge
	}
	body, err := x.readAll(r)
	if err != nil {
		return nil, err
	}
	// The deadline goes once the body is there: the connection is watched for
	// the client's going away as long as the request is served.
	_ = http.NewResponseController(x.w).SetReadDeadline(time.Time{})
	return body, nil
}

func (x *exchange) readAll(r *http.Request) ([]byte, error) {
	if r.ContentLength >= 0 {
		body := make([]byte, r.ContentLength)
		_, err := io.ReadFull(r.Body, body)
		return body, err
	}
	limit := int64(x.maxRead())
	body, err := io.ReadAll(io.LimitReader(r.Body, limit+1))
	if err == nil && int64(len(body)) > limit {
		err = errTooLarge
	}
	return body, err
}

// refuseBody answers a request whose body is not an envelope.
func (x *exchange) refuseBody(err error) {
	var content *wsman.ContentTypeError
	var fault *wsman.Fault
	switch {
	case errors.Is(err, errTooLarge):
		x.endConnection()
		x.fault(nil, wsman.NewFault(wsman.CodeServerEnvelopeLimit, fmt.Sprintf(
			"The request has more than the %d bytes that this service accepts (MaxEnvelopeSizekb).", x.maxBody())))
	case errors.As(err, &content):
		x.server.refuse(x.w, http.StatusUnsupportedMediaType)
	case errors.As(err, &fault):
		x.fault(nil, err)
	default: // the client went away, or was too slow
		x.endConnection()
		x.server.refuse(x.w, http.StatusBadRequest)
	}
}
