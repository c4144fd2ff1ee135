package wsmantest_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/wsmantest"
)

// recorder is a testing.TB of a test that may fail without failing this one.
type recorder struct {
	testing.TB
	mu       sync.Mutex
	failures []string
	cleanups []func()
}

func (*recorder) Helper()            {}
func (r *recorder) Cleanup(f func()) { r.cleanups = append(r.cleanups, f) }
func (r *recorder) Errorf(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.failures = append(r.failures, fmt.Sprintf(format, args...))
}

// end ends the test, and returns what failed in it.
func (r *recorder) end() []string {
	for _, f := range r.cleanups {
		f()
	}
	return r.failures
}

func request(action, body string) string {
	return `<s:Envelope xmlns:s="` + wsman.NamespaceSOAP + `" xmlns:a="` + wsman.NamespaceAddressing + `" xmlns:w="` + wsman.NamespaceWSMan +
		`" xmlns:rsp="` + wsman.NamespaceShell + `"><s:Header><a:To>http://x/wsman</a:To><a:Action>` + action + `</a:Action><a:MessageID>uuid:7</a:MessageID>` +
		`<w:ResourceURI>urn:r</w:ResourceURI></s:Header><s:Body>` + body + `</s:Body></s:Envelope>`
}

// post sends a body with Go's own client, over a connection of its own.
func post(t *testing.T, s *wsmantest.Server, body string, change ...func(*http.Request)) (*http.Response, string, error) {
	t.Helper()
	transport := &http.Transport{TLSClientConfig: s.TLSConfig(), DialContext: s.Dial, DisableKeepAlives: true}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL, strings.NewReader(body))
	require.NoError(t, err)
	r.Header.Set("Content-Type", "application/soap+xml;charset=UTF-8")
	for _, f := range change {
		f(r)
	}
	response, err := transport.RoundTrip(r)
	if err != nil {
		return nil, "", err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	return response, string(text), err
}

func TestAnswers(t *testing.T) {
	recorded := `<e:Envelope xmlns:e="` + wsman.NamespaceSOAP + `"><e:Header><R xmlns="urn:no">1</R><RelatesTo xmlns="` + wsman.NamespaceAddressing +
		`">uuid:old</RelatesTo></e:Header><e:Body><RelatesTo xmlns="` + wsman.NamespaceAddressing + `">uuid:kept</RelatesTo></e:Body></e:Envelope>`
	s := wsmantest.NewServer(t,
		wsmantest.On(wsman.ActionGet).Answer("<x>1</x>"),
		wsmantest.On(wsman.ActionGet).AnswerFunc(func(r *wsmantest.Request) string { return r.Body() }),
		wsmantest.On(wsman.ActionGet).Fault(wsman.CodeAccessDenied),
		wsmantest.On(wsman.ActionGet).Envelope(recorded).Code(201).Header("X-Own", "a"),
		wsmantest.On(wsman.ActionGet).Envelope("no envelope"),
		wsmantest.On(wsman.ActionGet).Status(404, "text/plain", "gone"),
		wsmantest.On(wsman.ActionGet).Redirect("http://elsewhere/"),
	)
	ask := func() (*http.Response, string) {
		response, text, err := post(t, s, request(wsman.ActionGet, "<rsp:q>é</rsp:q>"))
		require.NoError(t, err)
		return response, text
	}
	response, text := ask()
	assert.Equal(t, 200, response.StatusCode)
	assert.Equal(t, "application/soap+xml;charset=UTF-8", response.Header.Get("Content-Type"))
	assert.Contains(t, text, "<x>1</x>")
	assert.Contains(t, text, "<a:RelatesTo>uuid:7</a:RelatesTo>")
	assert.Contains(t, text, wsman.ActionGet+wsman.ResponseSuffix)
	_, text = ask()
	assert.Contains(t, text, "<rsp:q>é</rsp:q>")
	response, text = ask()
	assert.Equal(t, 500, response.StatusCode)
	f, err := wsman.ParseFault([]byte(text))
	require.NoError(t, err)
	assert.Equal(t, wsman.CodeAccessDenied, f.WSMan.Code)
	response, text = ask()
	assert.Equal(t, 201, response.StatusCode)
	assert.Equal(t, "a", response.Header.Get("X-Own"))
	assert.Equal(t, strings.Replace(recorded, "uuid:old", "uuid:7", 1), text)
	_, text = ask()
	assert.Equal(t, "no envelope", text)
	response, text = ask()
	assert.Equal(t, 404, response.StatusCode)
	assert.Equal(t, "gone", text)
	response, _ = ask()
	assert.Equal(t, 302, response.StatusCode)
	assert.Equal(t, "http://elsewhere/", response.Header.Get("Location"))

	requests := s.Requests()
	require.Len(t, requests, 7)
	assert.Equal(t, 7, s.Connections())
	assert.Equal(t, wsman.ActionGet, requests[0].Header.Action)
	assert.Equal(t, "<rsp:q>é</rsp:q>", requests[0].Body())
	assert.Equal(t, 7, requests[6].Connection)
	assert.Equal(t, wsman.ActionGet+" of urn:r", requests[0].String())
	assert.False(t, requests[0].Sealed)
	assert.Nil(t, requests[0].Refusal)
}

// TestScript: a request is answered by the first step that fits and is left.
func TestScript(t *testing.T) {
	s := wsmantest.NewServer(t,
		wsmantest.On(wsman.ActionReceive).OfCommand("2").Answer("<second/>"),
		wsmantest.On(wsman.ActionReceive).Answer("<first/>").Times(2),
		wsmantest.On(wsman.ActionDelete).Optional(),
		wsmantest.OnIdentify().Answer("<identity/>").Always(),
	)
	ask := func(body string) string {
		_, text, err := post(t, s, body)
		require.NoError(t, err)
		_, text, _ = strings.Cut(text, "<s:Body>")
		return strings.TrimSuffix(text, "</s:Body></s:Envelope>")
	}
	receive := func(id string) string {
		return request(wsman.ActionReceive, `<rsp:Receive><rsp:DesiredStream CommandId="`+id+`"/></rsp:Receive>`)
	}
	assert.Equal(t, "<first/>", ask(receive("1")))
	assert.Equal(t, "<second/>", ask(receive("2")))
	assert.Equal(t, "<first/>", ask(receive("2")))
	s.Script(wsmantest.OnAny().Answer("<added/>"))
	assert.Equal(t, "<added/>", ask(receive("3")))
	for range 3 {
		assert.Equal(t, "<identity/>", ask(`<s:Envelope xmlns:s="`+wsman.NamespaceSOAP+`"><s:Body><i:Identify xmlns:i="`+wsman.NamespaceWSManIdentity+`"/></s:Body></s:Envelope>`))
	}
	assert.Equal(t, "Identify", s.Requests()[6].String())
}

// TestFailures: what fails a test.
func TestFailures(t *testing.T) {
	fails := func(ask func(s *wsmantest.Server), options ...wsmantest.Option) []string {
		r := &recorder{}
		ask(wsmantest.NewServer(r, options...))
		return r.end()
	}
	get := request(wsman.ActionGet, "")
	sends := func(body string, change ...func(*http.Request)) func(s *wsmantest.Server) {
		return func(s *wsmantest.Server) {
			_, _, err := post(t, s, body, change...)
			require.NoError(t, err)
		}
	}
	nothing := func(*wsmantest.Server) {}
	assert.Empty(t, fails(nothing))
	assert.Empty(t, fails(nothing, wsmantest.OnAny().Optional(), wsmantest.OnAny().Always()))
	assert.Equal(t, []string{"wsmantest: step Get is left: 2 more were expected"}, fails(nothing, wsmantest.On(wsman.ActionGet).Times(2)))
	assert.Equal(t, []string{"wsmantest: no step is left for " + wsman.ActionGet + " of urn:r"}, fails(sends(get)))
	assert.Equal(t, []string{"wsmantest: " + wsman.ActionGet + " of urn:r: not like that"},
		fails(sends(get), wsmantest.OnAny().Check(func(*wsmantest.Request) error { return errors.New("not like that") })))
	for _, bad := range []string{"hello", get[:100], strings.Replace(get, "<s:Body>", "<s:Body>\x00", 1)} {
		got := fails(sends(bad))
		require.Len(t, got, 1)
		assert.Contains(t, got[0], "cannot be read")
	}
	got := fails(sends(get, func(r *http.Request) { r.Header.Set("Content-Type", "text/xml") }))
	require.Len(t, got, 1)
	got = fails(sends(get, func(r *http.Request) {
		r.Header.Set("Content-Type", `multipart/encrypted;protocol="x";boundary="y"`)
	}))
	require.Len(t, got, 1)
	assert.Contains(t, got[0], "it is sealed")
}

// TestRefusal: a header that winrmd does not take is noted, and the script goes on.
func TestRefusal(t *testing.T) {
	s := wsmantest.NewServer(t, wsmantest.OnAny().Answer("<x/>"))
	bad := strings.Replace(request(wsman.ActionGet, ""), "</s:Header>", "<w:OperationTimeout>PT-1S</w:OperationTimeout></s:Header>", 1)
	response, _, err := post(t, s, bad)
	require.NoError(t, err)
	assert.Equal(t, 200, response.StatusCode)
	require.NotNil(t, s.Requests()[0].Refusal)
	assert.Equal(t, wsman.CodeInvalidHeader, s.Requests()[0].Refusal.WSMan.Code)
}

// TestCuts: connections end where the script says.
func TestCuts(t *testing.T) {
	for _, options := range [][]wsmantest.Option{nil, {wsmantest.TLS()}, {wsmantest.InMemory()}} {
		s := wsmantest.NewServer(t, append(options,
			wsmantest.OnAny().Answer("<x/>").CutBeforeAnswer(), wsmantest.OnAny().Answer("<x/>").CutAt(5),
			wsmantest.OnAny().Answer("<x/>").CutAt(300), wsmantest.OnAny().Answer("<x/>").CutAfterAnswer())...)
		for range 2 {
			_, _, err := post(t, s, request(wsman.ActionGet, ""))
			require.Error(t, err)
		}
		response, text, err := post(t, s, request(wsman.ActionGet, ""))
		require.ErrorIs(t, err, io.ErrUnexpectedEOF)
		assert.Equal(t, 200, response.StatusCode)
		assert.Less(t, len(text), 300)
		assert.NotEmpty(t, text)
		_, text, err = post(t, s, request(wsman.ActionGet, ""))
		require.NoError(t, err)
		assert.True(t, strings.HasSuffix(text, "</s:Envelope>"))
		assert.Len(t, s.Requests(), 4)
	}
}

// TestNetwork on fake time: down, silent, up again.
func TestNetwork(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := wsmantest.NewServer(t, wsmantest.InMemory(), wsmantest.OnAny().Answer("<x/>").After(time.Hour), wsmantest.OnAny().Answer("<x/>").Times(2))
		get := request(wsman.ActionGet, "")
		begun := time.Now()
		_, _, err := post(t, s, get)
		require.NoError(t, err)
		assert.Equal(t, time.Hour, time.Since(begun))

		s.Down()
		_, err = s.Dial(t.Context(), "tcp", "anywhere")
		require.Error(t, err)
		s.Up()
		_, _, err = post(t, s, get)
		require.NoError(t, err)

		s.Silence()
		result := make(chan error)
		go func() { _, _, err := post(t, s, get); result <- err }()
		time.Sleep(24 * time.Hour)
		synctest.Wait()
		assert.Empty(t, result)
		s.Up()
		require.Error(t, <-result)
		_, _, err = post(t, s, get)
		require.NoError(t, err)
		assert.Len(t, s.Requests(), 3, "what came in silence was not heard")

		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		s.Close()
		_, err = s.Dial(ctx, "tcp", "anywhere")
		require.Error(t, err)
		synctest.Wait()
	})
}

// TestCut closes what is open, in the middle of an answer's delay too.
func TestCut(t *testing.T) {
	s := wsmantest.NewServer(t, wsmantest.OnAny().Answer("<x/>").After(time.Hour), wsmantest.OnAny().Answer("<x/>"))
	result := make(chan error)
	go func() { _, _, err := post(t, s, request(wsman.ActionGet, "")); result <- err }()
	require.Eventually(t, func() bool { return len(s.Requests()) == 1 }, time.Minute, time.Millisecond)
	s.Cut()
	require.Error(t, <-result)
	_, _, err := post(t, s, request(wsman.ActionGet, ""))
	require.NoError(t, err)
	s.Down()
	c, err := net.Dial("tcp", strings.TrimSuffix(strings.TrimPrefix(s.URL, "http://"), "/wsman"))
	if err == nil { // the machine takes connections before the server sees them
		require.NoError(t, c.SetDeadline(time.Now().Add(time.Minute)))
		_, err = c.Read(make([]byte, 1))
		c.Close()
	}
	require.Error(t, err)
}

func TestUsers(t *testing.T) {
	s := wsmantest.NewServer(t, wsmantest.User("Ann", "geheim"), wsmantest.OnAny().Answer("<x/>").Times(2))
	response, text, err := post(t, s, request(wsman.ActionGet, ""))
	require.NoError(t, err)
	assert.Equal(t, 401, response.StatusCode)
	assert.Equal(t, []string{"Negotiate", `Basic realm="WSMAN"`}, response.Header.Values("WWW-Authenticate"))
	assert.Empty(t, text)
	basic := func(user, password string) func(*http.Request) {
		return func(r *http.Request) { r.SetBasicAuth(user, password) }
	}
	for _, wrong := range []func(*http.Request){basic("ann", "x"), basic("bob", "geheim")} {
		response, _, err = post(t, s, request(wsman.ActionGet, ""), wrong)
		require.NoError(t, err)
		assert.Equal(t, 401, response.StatusCode)
	}
	for _, right := range []func(*http.Request){basic("ann", "geheim"), basic(`DOMAIN\ANN`, "geheim")} {
		response, _, err = post(t, s, request(wsman.ActionGet, ""), right)
		require.NoError(t, err)
		assert.Equal(t, 200, response.StatusCode)
	}
	response, _, err = post(t, s, "", basic("ann", "geheim"))
	require.NoError(t, err)
	assert.Equal(t, 200, response.StatusCode, "who only wants to log on")
	for _, r := range s.Requests() {
		assert.Equal(t, "Ann", r.User)
	}
}

func TestTLSAndCharset(t *testing.T) {
	s := wsmantest.NewServer(t, wsmantest.TLS(), wsmantest.OnAny().AnswerFunc((*wsmantest.Request).Body))
	assert.True(t, strings.HasPrefix(s.URL, "https://"))
	text := string(wsman.EncodeBody(wsman.UTF16, []byte(request(wsman.ActionGet, "<x>ü</x>"))))
	response, got, err := post(t, s, text, func(r *http.Request) { r.Header.Set("Content-Type", wsman.UTF16.ContentType()) })
	require.NoError(t, err)
	assert.Equal(t, wsman.UTF16.ContentType(), response.Header.Get("Content-Type"))
	assert.True(t, bytes.HasPrefix([]byte(got), []byte{0xFF, 0xFE}))
	plain, _, err := wsman.DecodeBody(wsman.UTF16.ContentType(), []byte(got))
	require.NoError(t, err)
	assert.Contains(t, string(plain), "<x>ü</x>")
	assert.Nil(t, wsmantest.NewServer(t).TLSConfig())
}

// TestWait: an answer waits for a channel, and no longer than the server.
func TestWait(t *testing.T) {
	ready := make(chan struct{})
	s := wsmantest.NewServer(t, wsmantest.OnAny().Answer("<x/>").Wait(ready).Times(2))
	result := make(chan error)
	ask := func() { _, _, err := post(t, s, request(wsman.ActionGet, "")); result <- err }
	go ask()
	ready <- struct{}{}
	require.NoError(t, <-result)
	go ask()
	require.Eventually(t, func() bool { return len(s.Requests()) == 2 }, time.Minute, time.Millisecond)
	s.Close()
	require.Error(t, <-result)
	s.Close()
}
