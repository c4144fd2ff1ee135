package wsmantest

import (
	"errors"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/auth"
	"github.com/winrmd/winrmd/wsman/sealed"
)

// maxBody is how many bytes of a request are read.
const maxBody = 64 << 20

var errNotAgreed = errors.New("it is sealed, and nothing was agreed on for that")

// exchange is one request and its answer.
type exchange struct {
	server *Server
	w      http.ResponseWriter
	r      *http.Request
	sealer auth.Sealer // not nil if the message was sealed
}

// serve serves an HTTP request.
func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	if !s.begin() {
		return
	}
	defer s.serving.Done()
	x := &exchange{server: s, w: w, r: r}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		return // the client has gone, which may be what it is tested for
	}
	ended := r.Context().Done() // when the client goes, or the server is closed
	if s.listener.silence(ended) {
		x.end(nil, 0)
		return
	}
	user, sealer, ok := x.authenticate()
	if !ok {
		return
	}
	if len(body) == 0 {
		x.status(http.StatusOK) // a client that wanted to authenticate only
		return
	}
	request, err := x.parse(body, sealer)
	if err != nil {
		s.tb.Errorf("wsmantest: a request that cannot be read: %v", err)
		x.status(http.StatusBadRequest)
		return
	}
	request.User, request.Connection = user, numberOf(r.Context())
	x.answer(ended, request)
}

// authenticate finds out who the client is; ok is false where the answer was
// that it is not known.
func (x *exchange) authenticate() (user string, sealer auth.Sealer, ok bool) {
	if x.server.authenticator == nil {
		return "", nil, true
	}
	// A refusal's error is for logs: the client gets what a real one's would.
	outcome, _ := x.server.authenticator.Authenticate(auth.ConnectionOf(x.r.Context()), x.r)
	outcome.SetHeader(x.w.Header())
	if !outcome.Authenticated {
		x.status(http.StatusUnauthorized)
		return "", nil, false
	}
	return outcome.Principal.User, outcome.Sealer, true
}

// parse reads a message.
func (x *exchange) parse(body []byte, sealer auth.Sealer) (*Request, error) {
	request := &Request{HTTP: x.r}
	contentType := x.r.Header.Get("Content-Type")
	if media, ok := sealed.ParseMedia(contentType); ok {
		if sealer == nil {
			return nil, errNotAgreed
		}
		var err error
		if contentType, body, err = sealed.Unseal(sealer, media, body); err != nil {
			return nil, err
		}
		x.sealer, request.Sealed = sealer, true
	}
	text, charset, err := wsman.DecodeBody(contentType, body)
	if err != nil {
		return nil, err
	}
	request.Raw, request.Charset = text, charset
	request.parsed, err = wsman.ParseRequest(text, wsman.Limits{MaxEnvelopeSize: maxBody})
	request.Header = request.parsed.Header
	if errors.As(err, &request.Refusal) && request.Refusal.WSMan.Code != wsman.CodeInvalidXML {
		err = nil
	}
	return request, err
}

// answer answers by the script.
func (x *exchange) answer(ended <-chan struct{}, r *Request) {
	step, err := x.server.use(r)
	if err != nil {
		x.server.tb.Errorf("wsmantest: %v", err)
		step = OnAny().FaultOf(wsman.NewFault(wsman.CodeActionNotSupported, err.Error()))
	}
	for _, check := range step.checks {
		if err := check(r); err != nil {
			x.server.tb.Errorf("wsmantest: %v: %v", r, err)
		}
	}
	if !step.pause(ended) || x.server.listener.silence(ended) {
		x.end(nil, 0)
		return
	}
	text := step.reply.text(r)
	contentType := step.reply.contentType
	if step.reply.envelope {
		if contentType, text, err = x.encode(r, text); err != nil {
			x.server.tb.Errorf("wsmantest: %v", err)
		}
	}
	for name, values := range step.reply.header {
		x.w.Header()[name] = values
	}
	if contentType != "" {
		x.w.Header().Set("Content-Type", contentType)
	}
	if step.cut.on {
		x.end(x.whole(step.reply.status, text), step.cut.bytes)
		return
	}
	x.w.Header().Set("Content-Length", strconv.Itoa(len(text)))
	x.w.WriteHeader(step.reply.status)
	_, _ = x.w.Write(text) // the client may have gone
}

// pause waits before the answer; false means that nobody waits for it any more.
func (s *Step) pause(ended <-chan struct{}) bool {
	if s.delay > 0 {
		timer := time.NewTimer(s.delay)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-ended:
			return false
		}
	}
	if s.wait != nil {
		select {
		case <-s.wait:
		case <-ended:
			return false
		}
	}
	return true
}

// encode makes an HTTP body of an envelope: in the request's charset, and sealed
// if the request was.
func (x *exchange) encode(r *Request, text []byte) (contentType string, body []byte, err error) {
	body = wsman.EncodeBody(r.Charset, text)
	if x.sealer == nil {
		return r.Charset.ContentType(), body, nil
	}
	buffer := append(make([]byte, sealed.Room, sealed.Room+len(body)), body...)
	media, body, err := sealed.Seal(x.sealer, r.Charset, &buffer)
	return media.String(), body, err
}

func (x *exchange) status(status int) {
	x.w.Header().Set("Content-Length", "0")
	x.w.WriteHeader(status)
}
