package wsmantest

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/winrmd/winrmd/wsman"
)

// Step is an answer to requests of one kind. Its methods change it and return it;
// they are called before the Server has it.
type Step struct {
	name     string
	fits     []func(*Request) bool
	checks   []func(*Request) error
	left     int
	always   bool
	optional bool
	delay    time.Duration
	wait     <-chan struct{}
	cut      cut
	reply    reply
}

// cut is how much of an answer comes.
type cut struct {
	on    bool
	bytes int // -1: all of it
}

// reply makes an HTTP answer.
type reply struct {
	status      int
	contentType string
	header      http.Header
	// text makes the body. An envelope is written in the request's charset, and
	// sealed if the request was.
	text     func(*Request) []byte
	envelope bool
}

// On answers requests with an action, for example wsman.ActionReceive.
func On(action string) *Step {
	return newStep(action[strings.LastIndexByte(action, '/')+1:]).When(func(r *Request) bool { return r.Header.Action == action })
}

// OnIdentify answers an Identify.
func OnIdentify() *Step {
	return newStep("Identify").When(func(r *Request) bool { return r.Header.Identify })
}

// OnAny answers every request.
func OnAny() *Step { return newStep("any request") }

func newStep(name string) *Step {
	s := &Step{name: name, left: 1, reply: reply{status: http.StatusOK, header: http.Header{}}}
	return s.Answer("")
}

// String says what the step waits for.
func (s *Step) String() string { return "step " + s.name }

func (s *Step) apply(server *Server) { server.steps = append(server.steps, s) }

// When narrows down which requests the step fits.
func (s *Step) When(fits func(*Request) bool) *Step {
	s.fits = append(s.fits, fits)
	return s
}

// OfCommand narrows it down to those that name a command in their body.
func (s *Step) OfCommand(id string) *Step {
	s.name += " of command " + id
	return s.When(func(r *Request) bool { return strings.Contains(r.Body(), `CommandId="`+id+`"`) })
}

// Check looks at a request that the step answers. An error fails the test.
func (s *Step) Check(check func(*Request) error) *Step {
	s.checks = append(s.checks, check)
	return s
}

// Times is for how many requests the step is, which is 1 without it.
func (s *Step) Times(n int) *Step {
	s.left = n
	return s
}

// Always is for any number of requests, none included.
func (s *Step) Always() *Step {
	s.always = true
	return s
}

// Optional lets the test pass where the step is not used.
func (s *Step) Optional() *Step {
	s.optional = true
	return s
}

// Answer answers with a body, the content of s:Body. Prefixes s, a, w, p, x, n and
// rsp are declared in the envelope.
func (s *Step) Answer(body string) *Step {
	return s.AnswerFunc(func(*Request) string { return body })
}

// AnswerFunc answers with a body that depends on the request.
func (s *Step) AnswerFunc(body func(*Request) string) *Step {
	s.reply.envelope = true
	s.reply.status = http.StatusOK
	s.reply.text = func(r *Request) []byte {
		response := wsman.Response{Body: wsman.RawBody(body(r))}
		return response.AppendEnvelope(nil, r.parsed)
	}
	return s
}

// Envelope answers with a whole envelope, for example a recorded one. The content
// of its RelatesTo becomes the request's MessageID.
func (s *Step) Envelope(text string) *Step {
	s.reply.envelope = true
	s.reply.text = func(r *Request) []byte { return relate(text, r.Header.MessageID) }
	return s
}

// Fault answers with the fault that belongs to a code.
func (s *Step) Fault(code wsman.FaultCode) *Step { return s.FaultOf(wsman.NewFault(code, "")) }

// FaultOf answers with a fault.
func (s *Step) FaultOf(f *wsman.Fault) *Step {
	s.reply.envelope = true
	s.reply.status = http.StatusInternalServerError
	s.reply.text = func(r *Request) []byte { return f.AppendEnvelope(nil, r.parsed, "wsmantest") }
	return s
}

// Code changes the HTTP status of the answer.
func (s *Step) Code(status int) *Step {
	s.reply.status = status
	return s
}

// Status answers with something that is no message: a status, a Content-Type and
// a body.
func (s *Step) Status(status int, contentType, body string) *Step {
	s.reply.status, s.reply.contentType, s.reply.envelope = status, contentType, false
	s.reply.text = func(*Request) []byte { return []byte(body) }
	return s
}

// Redirect answers with status 302 and another endpoint.
func (s *Step) Redirect(location string) *Step {
	return s.Status(http.StatusFound, "", "").Header("Location", location)
}

// Header adds a line to the head of the answer.
func (s *Step) Header(name, value string) *Step {
	s.reply.header.Add(name, value)
	return s
}

// After lets the answer wait.
func (s *Step) After(d time.Duration) *Step {
	s.delay = d
	return s
}

// Wait lets the answer wait until something comes from a channel, or it is closed.
func (s *Step) Wait(ready <-chan struct{}) *Step {
	s.wait = ready
	return s
}

// CutBeforeAnswer ends the connection in place of an answer. The request was read.
func (s *Step) CutBeforeAnswer() *Step { return s.CutAt(0) }

// CutAt ends the connection after so many bytes of the answer, its HTTP head
// included.
func (s *Step) CutAt(n int) *Step {
	s.cut = cut{on: true, bytes: n}
	return s
}

// CutAfterAnswer ends the connection behind the answer, which does not say so.
func (s *Step) CutAfterAnswer() *Step {
	s.cut = cut{on: true, bytes: -1}
	return s
}

// match reports whether the step fits a request.
func (s *Step) match(r *Request) bool {
	if s.left <= 0 && !s.always {
		return false
	}
	for _, fits := range s.fits {
		if !fits(r) {
			return false
		}
	}
	return true
}

// use takes the first step that fits a request.
func (s *Server) use(r *Request) (*Step, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests = append(s.requests, r)
	for _, step := range s.steps {
		if step.match(r) {
			step.left--
			return step, nil
		}
	}
	return nil, fmt.Errorf("no step is left for %v", r)
}
