package capture

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// proxied starts a proxy in front of a server and returns its address and what
// it has recorded.
func proxied(t *testing.T, to string) (address string, recorded func(n int) []Exchange) {
	t.Helper()
	u, err := url.Parse(to)
	require.NoError(t, err)
	var mu sync.Mutex
	var all []Exchange
	p := &Proxy{To: u, Record: func(x Exchange) {
		mu.Lock()
		defer mu.Unlock()
		all = append(all, x)
	}}
	server := p.Server()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	go server.Serve(l)
	t.Cleanup(func() { server.Close() })
	return "http://" + l.Addr().String(), func(n int) []Exchange {
		require.Eventually(t, func() bool {
			mu.Lock()
			defer mu.Unlock()
			return len(all) >= n
		}, time.Minute, time.Millisecond)
		mu.Lock()
		defer mu.Unlock()
		return all
	}
}

// TestProxy: a client's connection has one of its own to the server, as logging
// on needs it, and what goes through is recorded.
func TestProxy(t *testing.T) {
	connections := map[string]int{}
	var mu sync.Mutex
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		connections[r.RemoteAddr]++
		mu.Unlock()
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("Content-Type", "application/soap+xml;charset=UTF-8")
		if strings.Contains(string(body), "fail") {
			w.WriteHeader(http.StatusInternalServerError)
		}
		_, _ = w.Write([]byte("<answer>" + string(body) + "</answer>"))
	}))
	defer server.Close()
	address, recorded := proxied(t, server.URL)
	for range 2 {
		client := &http.Client{Transport: &http.Transport{}}
		for _, text := range []string{"<a/>", "<fail/>"} {
			answer, err := client.Post(address+"/wsman", "application/soap+xml;charset=UTF-8", strings.NewReader(text))
			require.NoError(t, err)
			got, err := io.ReadAll(answer.Body)
			require.NoError(t, err)
			answer.Body.Close()
			assert.Equal(t, "<answer>"+text+"</answer>", string(got))
		}
		client.CloseIdleConnections()
	}
	all := recorded(4)
	require.Len(t, all, 4)
	assert.Equal(t, "<a/>", all[0].Request.Body)
	assert.Equal(t, "<answer><fail/></answer>", all[1].Response.Body)
	assert.Equal(t, http.StatusInternalServerError, all[1].Response.Status)
	assert.Equal(t, "127.0.0.1", all[0].Source)
	mu.Lock()
	defer mu.Unlock()
	assert.Len(t, connections, 2)
	for _, n := range connections {
		assert.Equal(t, 2, n)
	}
}

// TestProxyWithoutServer: the client's connection breaks, and that is recorded.
func TestProxyWithoutServer(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close()
	address, recorded := proxied(t, server.URL)
	_, err := http.Post(address+"/other", "application/soap+xml", strings.NewReader("<a/>"))
	require.Error(t, err)
	x := recorded(1)[0]
	assert.False(t, x.Answered())
	assert.NotEmpty(t, x.Error)
	assert.Equal(t, "/other", x.Request.Path)
}

// TestProxySealed: what is sealed goes through as it is, and its size is
// recorded.
func TestProxySealed(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		assert.Equal(t, "secret", string(body))
	}))
	defer server.Close()
	address, recorded := proxied(t, server.URL)
	answer, err := http.Post(address+"/wsman", `multipart/encrypted;protocol="application/HTTP-SPNEGO-session-encrypted";boundary="Encrypted Boundary"`, strings.NewReader("secret"))
	require.NoError(t, err)
	answer.Body.Close()
	x := recorded(1)[0]
	assert.Equal(t, 6, x.Request.Sealed)
	assert.Empty(t, x.Request.Body)
	http.DefaultClient.CloseIdleConnections()
}
