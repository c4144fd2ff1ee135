package wsmanclient

import (
	"fmt"
	"net"
	"net/url"
	"strings"
)

// The ports of WinRM, and its path.
const (
	portHTTP    = "5985"
	portHTTPS   = "5986"
	defaultPath = "/wsman"
	// anonymousPath is where Identify is answered without logging on.
	anonymousPath = "/wsman-anon/identify"
)

// endpoint is where a service is.
type endpoint struct {
	url        *url.URL // as a.To has it
	host, port string
}

// parseEndpoint reads "https://server:5986/wsman". What is left out is what
// WinRM uses: a host alone means http, port 5985 or 5986, and the path /wsman.
func parseEndpoint(text string) (*endpoint, error) {
	full := text
	if !strings.Contains(full, "://") {
		full = "http://" + full
	}
	u, err := url.Parse(full)
	if err != nil {
		return nil, fmt.Errorf("wsmanclient: endpoint: %w", err)
	}
	u.Scheme = strings.ToLower(u.Scheme)
	port := portHTTP
	switch u.Scheme {
	case "http":
	case "https":
		port = portHTTPS
	default:
		return nil, fmt.Errorf("wsmanclient: endpoint %q: the scheme must be http or https", text)
	}
	if u.User != nil {
		return nil, fmt.Errorf("wsmanclient: endpoint %q: credentials belong into Config.Authentication", u.Redacted())
	}
	e := &endpoint{host: u.Hostname(), port: u.Port()}
	if e.host == "" {
		return nil, fmt.Errorf("wsmanclient: endpoint %q has no host", text)
	}
	if e.port == "" {
		e.port = port
		u.Host = e.address()
	}
	if u.Path == "" || u.Path == "/" {
		u.Path = defaultPath
	}
	u.Fragment = ""
	e.url = u
	return e, nil
}

func (e *endpoint) address() string { return net.JoinHostPort(e.host, e.port) }

func (e *endpoint) secure() bool { return e.url.Scheme == "https" }
