package conformance

import (
	"context"
	"io"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/winrmd/winrmd/wsman"
)

// mutation is one thing that a server does wrong.
type mutation struct {
	name string
	// by is the check that must report it; "" where it concerns many.
	by string
	// change is what becomes of an answer to a request. Its action is without what
	// all actions have in common.
	change func(action, request, answer string, status int) (string, int)
	// http is what becomes of an answer to nobody in particular.
	http func(*http.Response)
	// number, if not 0, is that of the fault that it changes: the checks that provoke it
	// are run.
	number wsman.FaultCode
	// settings are those of the server; "" means settingsText.
	settings string
	// letIn lets in whoever has a wrong password, and takes everybody for ann.
	letIn bool
	// twice, if not "", is the operation of which every second answer is the one
	// before again.
	twice string
}

// mutant is a server with a mutation.
type mutant struct {
	Server
	mutation mutation

	mu   sync.Mutex // guards last
	last string
}

var actionForm = regexp.MustCompile(`:Action[^>]*>[^<]*/([A-Za-z]*)<`)

// RoundTrip implements Server.
func (m *mutant) RoundTrip(ctx context.Context, envelope []byte, timeout time.Duration) ([]byte, int, error) {
	answer, status, err := m.Server.RoundTrip(ctx, envelope, timeout)
	if err != nil {
		return nil, 0, err
	}
	action := ""
	if found := actionForm.FindSubmatch(envelope); found != nil {
		action = string(found[1])
	}
	if m.mutation.change != nil {
		text, status := m.mutation.change(action, string(envelope), string(answer), status)
		return []byte(text), status, nil
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if action == m.mutation.twice && status == http.StatusOK {
		text := string(answer)
		if m.last != "" {
			// The head is the new answer's, the body the old one's.
			_, body, _ := strings.Cut(m.last, "<s:Body>")
			head, _, _ := strings.Cut(text, "<s:Body>")
			m.last = ""
			return []byte(head + "<s:Body>" + body), status, nil
		}
		m.last = text
	}
	return answer, status, nil
}

// mutantHTTP is one for those who do not log on.
type mutantHTTP struct {
	http.RoundTripper
	change func(*http.Response)
}

// RoundTrip implements http.RoundTripper.
func (m mutantHTTP) RoundTrip(r *http.Request) (*http.Response, error) {
	answer, err := m.RoundTripper.RoundTrip(r)
	if err == nil {
		m.change(answer)
	}
	return answer, err
}

// replaced changes a text in the answers to an operation; "" means all.
func replaced(operation, from, to string) func(string, string, string, int) (string, int) {
	return func(action, _, answer string, status int) (string, int) {
		if operation != "" && action != operation {
			return answer, status
		}
		return strings.ReplaceAll(answer, from, to), status
	}
}

// matched is replaced for an expression.
func matched(operation, from, to string) func(string, string, string, int) (string, int) {
	form := regexp.MustCompile("(?s)" + from)
	return func(action, _, answer string, status int) (string, int) {
		if operation != "" && action != operation {
			return answer, status
		}
		return form.ReplaceAllString(answer, to), status
	}
}

// without drops an element from the answers to an operation.
func without(operation, element string) func(string, string, string, int) (string, int) {
	return matched(operation, "<"+element+"(| [^>]*[^/>])>.*?</"+element+">|<"+element+"( [^>]*)?/>", "")
}

// answered is another HTTP status.
func answered(status int) func(*http.Response) {
	return func(r *http.Response) { r.StatusCode = status }
}

// told is another content for nobody in particular.
func told(from, to string) func(*http.Response) {
	return func(r *http.Response) {
		content, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(strings.NewReader(strings.ReplaceAll(string(content), from, to)))
	}
}
