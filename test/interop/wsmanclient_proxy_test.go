package interop

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"
)

// startHTTPProxy starts a proxy that gives each client's connection one of its
// own to the server, as NTLM needs it.
func startHTTPProxy(t *testing.T) *url.URL {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			near, err := l.Accept()
			if err != nil {
				return
			}
			go proxyOne(near)
		}
	}()
	return &url.URL{Scheme: "http", Host: l.Addr().String()}
}

// proxyOne serves one connection: a tunnel, or requests with whole URLs.
func proxyOne(near net.Conn) {
	defer near.Close()
	r := bufio.NewReader(near)
	request, err := http.ReadRequest(r)
	if err != nil {
		return
	}
	far, err := net.Dial("tcp", request.URL.Host)
	if err != nil {
		return
	}
	defer far.Close()
	if request.Method == http.MethodConnect {
		_, _ = io.WriteString(near, "HTTP/1.1 200 Connection established\r\n\r\n")
		go func() {
			_, _ = io.Copy(far, r)
			far.Close()
		}()
		_, _ = io.Copy(near, far)
		return
	}
	answers := bufio.NewReader(far)
	for {
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
