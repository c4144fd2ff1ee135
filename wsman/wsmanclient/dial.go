package wsmanclient

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"

	"golang.org/x/net/proxy"
)

// ProxyFromEnvironment is a Config.Proxy that goes by HTTP_PROXY, HTTPS_PROXY and
// NO_PROXY, as http.ProxyFromEnvironment does.
func ProxyFromEnvironment(endpoint *url.URL) (*url.URL, error) {
	return http.ProxyFromEnvironment(&http.Request{URL: endpoint})
}

// dial makes a connection to an endpoint, over TLS where it is one of https.
func (c *Client) dial(ctx context.Context, to *endpoint) (*connection, error) {
	raw, through, err := c.dialRaw(ctx, to)
	if err != nil {
		return nil, err
	}
	if !to.secure() {
		conn := newConnection(raw)
		if through != nil && through.Scheme != "socks5" {
			conn.absolute, conn.proxyAuthorization = true, proxyAuthorization(through)
		}
		return conn, nil
	}
	secured := tls.Client(raw, c.tlsConfig(to.host))
	if err := secured.HandshakeContext(ctx); err != nil {
		raw.Close()
		return nil, err
	}
	conn := newConnection(secured)
	conn.certificate = secured.ConnectionState().PeerCertificates[0]
	return conn, nil
}

func (c *Client) tlsConfig(host string) *tls.Config {
	config := c.config.TLS.Clone()
	if config == nil {
		config = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	if config.ServerName == "" {
		config.ServerName = host
	}
	config.NextProtos = []string{"http/1.1"}
	return config
}

// dialRaw connects, and says through which proxy.
func (c *Client) dialRaw(ctx context.Context, to *endpoint) (net.Conn, *url.URL, error) {
	through, err := c.proxy(to)
	if err != nil {
		return nil, nil, err
	}
	if through == nil {
		conn, err := c.config.Dial(ctx, "tcp", to.address())
		return conn, nil, err
	}
	if through.Scheme == "socks5" {
		conn, err := c.dialSOCKS(ctx, through, to)
		return conn, through, err
	}
	conn, err := c.dialProxy(ctx, through)
	if err != nil {
		return nil, nil, fmt.Errorf("proxy %s: %w", through.Redacted(), err)
	}
	if to.secure() {
		if err := connectThrough(ctx, conn, through, to); err != nil {
			conn.Close()
			return nil, nil, fmt.Errorf("proxy %s: %w", through.Redacted(), err)
		}
	}
	return conn, through, nil
}

func (c *Client) proxy(to *endpoint) (*url.URL, error) {
	if c.config.Proxy == nil {
		return nil, nil
	}
	u, err := c.config.Proxy(to.url)
	if err != nil || u == nil {
		return nil, err
	}
	switch u.Scheme {
	case "http", "https", "socks5":
		return u, nil
	}
	return nil, fmt.Errorf("a proxy must be one of http, https or socks5, not %q", u.Scheme)
}

// dialProxy connects to a proxy for HTTP.
func (c *Client) dialProxy(ctx context.Context, through *url.URL) (net.Conn, error) {
	port := through.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[through.Scheme]
	}
	conn, err := c.config.Dial(ctx, "tcp", net.JoinHostPort(through.Hostname(), port))
	if err != nil || through.Scheme == "http" {
		return conn, err
	}
	config := &tls.Config{ServerName: through.Hostname(), MinVersion: tls.VersionTLS12}
	if c.config.TLS != nil {
		config.RootCAs = c.config.TLS.RootCAs
	}
	secured := tls.Client(conn, config)
	if err := secured.HandshakeContext(ctx); err != nil {
		conn.Close()
		return nil, err
	}
	return secured, nil
}

func proxyAuthorization(through *url.URL) string {
	if through.User == nil {
		return ""
	}
	password, _ := through.User.Password()
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(through.User.Username()+":"+password))
}

// connectThrough asks a proxy for a tunnel (RFC 9110 section 9.3.6).
func connectThrough(ctx context.Context, conn net.Conn, through *url.URL, to *endpoint) error {
	release := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(past) })
	defer release()
	request := "CONNECT " + to.address() + " HTTP/1.1\r\nHost: " + to.address() + "\r\n"
	if a := proxyAuthorization(through); a != "" {
		request += "Proxy-Authorization: " + a + "\r\n"
	}
	if _, err := conn.Write([]byte(request + "\r\n")); err != nil {
		return err
	}
	// The server says nothing before the client in TLS, so nothing of the
	// tunnel is lost with the reader.
	r := bufio.NewReader(&budget{r: conn, left: maxHeader})
	response, err := http.ReadResponse(r, &http.Request{Method: http.MethodConnect})
	if err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("no tunnel: %s", response.Status)
	}
	if r.Buffered() > 0 {
		return errors.New("bytes before the tunnel's first")
	}
	return nil
}

// dialFunc is a Config.Dial as package proxy wants it.
type dialFunc func(ctx context.Context, network, address string) (net.Conn, error)

func (f dialFunc) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	return f(ctx, network, address)
}

func (f dialFunc) Dial(network, address string) (net.Conn, error) {
	return f(context.Background(), network, address)
}

// dialSOCKS connects through a proxy of SOCKS 5, which looks the name up.
func (c *Client) dialSOCKS(ctx context.Context, through *url.URL, to *endpoint) (net.Conn, error) {
	address := through.Host
	if through.Port() == "" {
		address = net.JoinHostPort(through.Hostname(), "1080")
	}
	var who *proxy.Auth
	if through.User != nil {
		who = &proxy.Auth{User: through.User.Username()}
		who.Password, _ = through.User.Password()
	}
	d, err := proxy.SOCKS5("tcp", address, who, dialFunc(c.config.Dial))
	if err != nil {
		return nil, err
	}
	return d.(proxy.ContextDialer).DialContext(ctx, "tcp", to.address())
}
