package conformance

import (
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/winrmd/winrmd/wsman"
)

// maxHTTP bounds what is read of an answer.
const maxHTTP = 1 << 20

// http sends a request of nobody's.
func (t *T) http(method, path, text string, header map[string]string) (*http.Response, string) {
	if t.config.HTTP == nil {
		t.skip("there is no way to send requests without logging on")
	}
	to, err := url.Parse(t.config.URL)
	if err != nil {
		t.stop("the URL %s: %v", t.config.URL, err)
	}
	if path != "" {
		to.Path = path
	}
	r, err := http.NewRequestWithContext(t.ctx, method, to.String(), strings.NewReader(text))
	if err != nil {
		t.stop("the request: %v", err)
	}
	r.Header.Set("Content-Type", "application/soap+xml;charset=UTF-8")
	for name, value := range header {
		r.Header.Set(name, value)
	}
	r.Close = header["Connection"] == "close"
	answer, err := t.config.HTTP.RoundTrip(r)
	if err != nil {
		t.stop("%s %s: %v", method, to.Path, err)
	}
	defer answer.Body.Close()
	content, err := io.ReadAll(io.LimitReader(answer.Body, maxHTTP))
	if err != nil {
		t.stop("%s %s: %v", method, to.Path, err)
	}
	return answer, string(content)
}

// status notes another HTTP status.
func (t *T) status(r *http.Response, want int) {
	if r.StatusCode != want {
		t.problem("the HTTP status is %d, not %d", r.StatusCode, want)
	}
}

// unauthorized checks the answer to somebody who has not logged on.
func (t *T) unauthorized(r *http.Response, content string) {
	t.status(r, http.StatusUnauthorized)
	if len(r.Header.Values("WWW-Authenticate")) == 0 {
		t.problem("the answer has no WWW-Authenticate")
	}
	if strings.Contains(content, "Envelope") {
		t.problem("the answer to nobody in particular has an envelope")
	}
}

var httpChecks = []Check{
	{Name: "authentication/none", Section: "MS-WSMV 3.1.4.1.28", run: func(t *T) {
		r, content := t.http(http.MethodPost, "", t.rendered(aGet()), nil)
		t.unauthorized(r, content)
	}},
	{Name: "authentication/probe", Section: "MS-WSMV 3.1.4.1.28", run: func(t *T) {
		r, content := t.http(http.MethodPost, "", "", nil)
		t.unauthorized(r, content)
	}},
	{Name: "authentication/wrong-password", Section: "RFC 7617 2", run: func(t *T) {
		// base64 of a user that there is not: conformance-nobody:wrong
		r, content := t.http(http.MethodPost, "", t.rendered(aGet()), map[string]string{"Authorization": "Basic Y29uZm9ybWFuY2Utbm9ib2R5Ondyb25n"})
		t.unauthorized(r, content)
	}},
	{Name: "authentication/unknown-scheme", Section: "RFC 9110 11.6.1", run: func(t *T) {
		r, content := t.http(http.MethodPost, "", t.rendered(aGet()), map[string]string{"Authorization": "Conformance abc"})
		t.unauthorized(r, content)
	}},
	{Name: "authentication/schemes", Section: "MS-WSMV 3.1.4.1.28", run: func(t *T) {
		r, _ := t.http(http.MethodPost, "", "", nil)
		for _, line := range r.Header.Values("WWW-Authenticate") {
			scheme, _, _ := strings.Cut(strings.TrimSpace(line), " ")
			switch strings.ToLower(strings.TrimSuffix(scheme, ",")) {
			case "negotiate", "kerberos", "basic", "credssp", "ntlm", "digest":
			default:
				t.problem("the scheme %q of WWW-Authenticate is none of WinRM's", scheme)
			}
		}
		t.unauthorized(r, "")
	}},
	{Name: "http/method", Section: "MS-WSMV 2.1", run: func(t *T) {
		r, _ := t.http(http.MethodGet, "", "", nil)
		t.status(r, http.StatusMethodNotAllowed)
	}},
	{Name: "http/path", Section: "MS-WSMV 2.1", run: func(t *T) {
		r, _ := t.http(http.MethodPost, "/conformance-is-not-there", t.rendered(aGet()), nil)
		t.status(r, http.StatusNotFound)
	}},
	{Name: "identify/anonymous", Section: "MS-WSMV 3.1.4.1.23", run: func(t *T) {
		r, content := t.http(http.MethodPost, "", Identify, map[string]string{"WSMANIDENTIFY": "unauthenticated"})
		t.status(r, http.StatusOK)
		a, err := readAnswer(request{}, content, r.StatusCode)
		if err != nil {
			t.stop("%v", err)
		}
		t.identity(a)
		version := a.body.Child(wsman.NamespaceWSManIdentity, "IdentifyResponse").Child(wsman.NamespaceWSManIdentity, "ProductVersion").Value()
		if !strings.Contains(version, "OS: 0.0.0") {
			t.problem("nobody in particular is told the ProductVersion %q", version)
		}
	}},
	{Name: "identify/anonymous-only", Section: "MS-WSMV 3.1.4.1.23", run: func(t *T) {
		_, content := t.http(http.MethodPost, "", t.rendered(aGet()), map[string]string{"WSMANIDENTIFY": "unauthenticated"})
		if strings.Contains(content, "WSManFault") && strings.Contains(content, `Code="2150858843"`) {
			t.problem("a Get is answered to nobody in particular")
		}
	}},
}
