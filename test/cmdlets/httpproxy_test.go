//go:build linux

package cmdlets

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"net/url"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// httpProxy is a proxy as companies have them: it wants a password, and knows the
// address of a name that nobody else knows.
type httpProxy struct {
	listener      net.Listener
	authorization string // that it wants; "" is nobody's
	tasks         sync.WaitGroup

	mu    sync.Mutex
	open  map[net.Conn]struct{}
	asked map[string]bool // methods
}

// farName is the name that the proxy knows.
const farName = "far.winrmd.test"

func newHTTPProxy(t *testing.T, authorization string) *httpProxy {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	p := &httpProxy{listener: l, authorization: authorization, open: map[net.Conn]struct{}{}, asked: map[string]bool{}}
	p.tasks.Go(func() {
		for {
			near, err := l.Accept()
			if err != nil {
				return
			}
			p.keep(near)
			p.tasks.Go(func() { p.serve(near) })
		}
	})
	t.Cleanup(func() {
		l.Close()
		p.mu.Lock()
		for c := range p.open {
			c.Close()
		}
		p.mu.Unlock()
		p.tasks.Wait()
	})
	return p
}

// environment is that of a client that is to use the proxy.
func (p *httpProxy) environment() []string {
	at := "http://" + p.listener.Addr().String()
	return []string{"HTTP_PROXY=" + at, "HTTPS_PROXY=" + at, "NO_PROXY=", "no_proxy="}
}

func (p *httpProxy) keep(c net.Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.open[c] = struct{}{}
}

// takeAsked is what has been asked for since the last time, in no order. What a
// PowerShell does besides is not in it.
func (p *httpProxy) takeAsked() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var all []string
	for what := range p.asked {
		all = append(all, what)
	}
	clear(p.asked)
	return all
}

func (p *httpProxy) note(method string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked[method] = true
}

// serve leads one connection to one of the server's, as NTLM wants it.
func (p *httpProxy) serve(near net.Conn) {
	defer near.Close()
	r := bufio.NewReader(near)
	request, err := http.ReadRequest(r)
	if err != nil {
		return
	}
	if request.URL.Hostname() != farName {
		return
	}
	p.note(request.Method)
	if request.Header.Get("Proxy-Authorization") != p.authorization {
		_, _ = io.WriteString(near, "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
		return
	}
	far, err := net.Dial("tcp", net.JoinHostPort("127.0.0.1", portOf(request.URL)))
	if err != nil {
		return
	}
	defer far.Close()
	p.keep(far)
	if request.Method == http.MethodConnect {
		_, _ = io.WriteString(near, "HTTP/1.1 200 OK\r\n\r\n")
		tunnel(near, far, r)
		return
	}
	passRequests(near, far, r, request)
}

func portOf(u *url.URL) string {
	if port := u.Port(); port != "" {
		return port
	}
	return "5985"
}

func tunnel(near, far net.Conn, r io.Reader) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		_, _ = io.Copy(far, r)
		far.Close()
	}()
	_, _ = io.Copy(near, far)
	near.Close()
	<-done
}

// passRequests passes on requests for whole URLs.
func passRequests(near, far net.Conn, r *bufio.Reader, request *http.Request) {
	answers := bufio.NewReader(far)
	for {
		request.Header.Del("Proxy-Authorization")
		if request.Write(far) != nil {
			return
		}
		response, err := http.ReadResponse(answers, request)
		if err != nil || response.Write(near) != nil {
			return
		}
		if request, err = http.ReadRequest(r); err != nil {
			return
		}
	}
}
