package wsmanclient_test

import (
	"bufio"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/wsman/wsmanclient"
	"github.com/winrmd/winrmd/wsman/wsmantest"
)

// proxyServer is a proxy for one connection after the other. It leads them all to
// one server, whatever they ask for.
type proxyServer struct {
	url *url.URL

	mu       sync.Mutex
	asked    []string // what was asked for
	rejected string   // answer in place of a connection
}

func newProxy(t *testing.T, scheme string, serve func(p *proxyServer, near net.Conn)) *proxyServer {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	p := &proxyServer{url: &url.URL{Scheme: scheme, Host: l.Addr().String()}}
	var all sync.WaitGroup
	all.Go(func() {
		for {
			near, err := l.Accept()
			if err != nil {
				return
			}
			all.Go(func() {
				defer near.Close()
				serve(p, near)
			})
		}
	})
	t.Cleanup(func() {
		l.Close()
		all.Wait()
	})
	return p
}

func (p *proxyServer) note(what string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked = append(p.asked, what)
	return p.rejected
}

// join passes bytes on until one side closes.
func join(near net.Conn, from io.Reader, address string) {
	far, err := net.Dial("tcp", address)
	if err != nil {
		return
	}
	defer far.Close()
	go func() {
		_, _ = io.Copy(far, from)
		far.Close()
	}()
	_, _ = io.Copy(near, far)
}

// httpProxy leads to address.
func httpProxy(address string) func(*proxyServer, net.Conn) {
	return func(p *proxyServer, near net.Conn) {
		r := bufio.NewReader(near)
		request, err := http.ReadRequest(r)
		if err != nil {
			return
		}
		if rejected := p.note(request.Method + " " + request.RequestURI + " " + request.Header.Get("Proxy-Authorization")); rejected != "" {
			_, _ = io.WriteString(near, rejected)
			return
		}
		if request.Method == http.MethodConnect {
			_, _ = io.WriteString(near, "HTTP/1.1 200 OK\r\n\r\n")
			join(near, r, address)
			return
		}
		passRequests(near, r, request, address)
	}
}

// passRequests passes requests with whole URLs on, from a connection to one.
func passRequests(near net.Conn, r *bufio.Reader, request *http.Request, address string) {
	far, err := net.Dial("tcp", address)
	if err != nil {
		return
	}
	defer far.Close()
	answers := bufio.NewReader(far)
	for err == nil {
		request.Header.Del("Proxy-Authorization")
		if request.Write(far) != nil {
			return
		}
		response, wrong := http.ReadResponse(answers, request)
		if wrong != nil || response.Write(near) != nil {
			return
		}
		request, err = http.ReadRequest(r)
	}
}

// socksProxy leads to address (RFC 1928, RFC 1929).
func socksProxy(address string) func(*proxyServer, net.Conn) {
	return func(p *proxyServer, near net.Conn) {
		read := func(n int) []byte {
			b := make([]byte, n)
			_, _ = io.ReadFull(near, b)
			return b
		}
		read(int(read(2)[1]))
		_, _ = near.Write([]byte{5, 2})
		user := string(read(int(read(2)[1])))
		password := string(read(int(read(1)[0])))
		_, _ = near.Write([]byte{1, 0})
		host := string(read(int(read(5)[4])))
		read(2)
		p.note(user + ":" + password + "@" + host)
		_, _ = near.Write([]byte{5, 0, 0, 1, 127, 0, 0, 1, 0, 1})
		join(near, near, address)
	}
}

func TestProxy(t *testing.T) {
	plain := wsmantest.NewServer(t, wsmantest.User("ann", "geheim"), wsmantest.OnAny().Answer("<x/>").Always())
	secure := wsmantest.NewServer(t, wsmantest.TLS(), wsmantest.User("ann", "geheim"), wsmantest.OnAny().Answer("<x/>").Always())
	address := func(s *wsmantest.Server) string { u, _ := url.Parse(s.URL); return u.Host }
	for name, test := range map[string]struct {
		server     *wsmantest.Server
		endpoint   string
		proxy      func(string) func(*proxyServer, net.Conn)
		scheme     string
		credential *url.Userinfo
		asked      string
	}{
		"http":             {plain, "http://there:5985", httpProxy, "http", nil, "POST http://there:5985/wsman "},
		"http, password":   {plain, "http://there:5985", httpProxy, "http", url.UserPassword("u", "p"), "POST http://there:5985/wsman Basic dTpw"},
		"tunnel":           {secure, "https://localhost", httpProxy, "http", nil, "CONNECT localhost:5986 "},
		"tunnel, password": {secure, "https://localhost", httpProxy, "http", url.UserPassword("u", "p"), "CONNECT localhost:5986 Basic dTpw"},
		"SOCKS":            {plain, "http://there", socksProxy, "socks5", url.UserPassword("u", "p"), "u:p@there"},
		"SOCKS, TLS":       {secure, "https://localhost", socksProxy, "socks5", url.UserPassword("u", "p"), "u:p@localhost"},
	} {
		t.Run(name, func(t *testing.T) {
			p := newProxy(t, test.scheme, test.proxy(address(test.server)))
			p.url.User = test.credential
			c, err := wsmanclient.New(test.endpoint, wsmanclient.Config{
				Authentication: wsmanclient.NTLM(ann("geheim")), TLS: secure.TLSConfig(),
				Proxy: func(endpoint *url.URL) (*url.URL, error) {
					assert.Equal(t, "/wsman", endpoint.Path)
					return p.url, nil
				},
			})
			require.NoError(t, err)
			defer c.Close()
			for range 2 {
				_, err = c.Get(within(t), some)
				require.NoError(t, err)
			}
			assert.Equal(t, []string{test.asked}, p.asked, "one connection, one tunnel")
		})
	}
}

func TestProxyRefuses(t *testing.T) {
	for name, test := range map[string]struct {
		answer  string
		through func(*url.URL) (*url.URL, error)
		text    string
	}{
		"407":          {"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n", nil, "no tunnel: 407"},
		"nonsense":     {"hello\r\n", nil, "malformed HTTP"},
		"closes":       {"HTTP/1.1 200 OK\r\n", nil, "EOF"},
		"early bytes":  {"HTTP/1.1 200 OK\r\n\r\nhello", nil, "before the tunnel"},
		"other scheme": {"", func(*url.URL) (*url.URL, error) { return url.Parse("ftp://x") }, "must be one of"},
		"error":        {"", func(*url.URL) (*url.URL, error) { return nil, errors.New("no idea") }, "no idea"},
	} {
		p := newProxy(t, "http", httpProxy(""))
		p.url.User = url.UserPassword("u", "geheim")
		p.rejected = test.answer
		if test.through == nil {
			test.through = func(*url.URL) (*url.URL, error) { return p.url, nil }
		}
		c, err := wsmanclient.New("https://localhost", wsmanclient.Config{Proxy: test.through, Authentication: wsmanclient.NTLM(ann("x"))})
		require.NoError(t, err)
		_, err = c.Get(within(t), some)
		var broken *wsmanclient.NetworkError
		require.ErrorAs(t, err, &broken, name)
		assert.False(t, broken.Connected, name)
		assert.ErrorContains(t, err, test.text, name)
		assert.NotContains(t, err.Error(), "geheim")
		c.Close()
	}
}

func TestProxyFromEnvironment(t *testing.T) {
	u, err := wsmanclient.ProxyFromEnvironment(&url.URL{Scheme: "http", Host: "localhost:5985"})
	require.NoError(t, err)
	assert.Nil(t, u, "this machine itself is asked without one")
}
