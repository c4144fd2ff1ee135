package capture

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"sync"
	"time"
)

// Proxy stands in front of a server and gives each exchange to Record. It has a
// connection of its own to the server for each of a client's, since who the
// client is belongs to a connection.
type Proxy struct {
	// To is the server: its scheme and host are taken.
	To *url.URL
	// TLS is for an https server; nil means the defaults.
	TLS *tls.Config
	// Record gets each exchange when it is over. It may be called by several
	// goroutines.
	Record func(Exchange)
	// Log gets what goes wrong; nil means nobody.
	Log *slog.Logger
}

type wayKey struct{}

// Server makes the http.Server for a listener.
func (p *Proxy) Server() *http.Server {
	if p.Log == nil {
		p.Log = slog.New(slog.DiscardHandler)
	}
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	var ways sync.Map // from a client's connection to its way to the server
	return &http.Server{
		Handler: p, Protocols: protocols, ReadHeaderTimeout: 20 * time.Second, MaxHeaderBytes: 128 << 10,
		ErrorLog: slog.NewLogLogger(p.Log.Handler(), slog.LevelDebug),
		ConnContext: func(ctx context.Context, c net.Conn) context.Context {
			way := &http.Transport{TLSClientConfig: p.TLS.Clone(), MaxConnsPerHost: 1, DisableCompression: true, Protocols: protocols}
			ways.Store(c, way)
			return context.WithValue(ctx, wayKey{}, way)
		},
		ConnState: func(c net.Conn, state http.ConnState) {
			if state != http.StateClosed {
				return
			}
			if way, ok := ways.LoadAndDelete(c); ok {
				way.(*http.Transport).CloseIdleConnections()
			}
		},
	}
}

// maxProxied is how many bytes of a body go through.
const maxProxied = MaxBody

// ServeHTTP implements http.Handler.
func (p *Proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x := Exchange{Time: time.Now(), Source: hostOf(r.RemoteAddr)}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxProxied))
	if err != nil {
		http.Error(w, "winrm capture: the request could not be read", http.StatusBadRequest)
		return
	}
	x.Request = message(r.Header, body)
	if r.Method != http.MethodPost {
		x.Request.Method = r.Method
	}
	if r.URL.Path != defaultPath {
		x.Request.Path = r.URL.Path
	}
	p.forward(w, r, body, &x)
	x.Took = time.Since(x.Time)
	p.Record(x)
}

// forward sends a request on and its answer back.
func (p *Proxy) forward(w http.ResponseWriter, r *http.Request, body []byte, x *Exchange) {
	way, ok := r.Context().Value(wayKey{}).(*http.Transport)
	if !ok {
		x.Error = "the proxy was not made by Server"
		http.Error(w, "winrm capture: "+x.Error, http.StatusInternalServerError)
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	r.ContentLength = int64(len(body))
	proxy := httputil.ReverseProxy{
		Transport: way,
		Rewrite: func(out *httputil.ProxyRequest) {
			out.Out.URL.Scheme, out.Out.URL.Host, out.Out.Host = p.To.Scheme, p.To.Host, p.To.Host
		},
		ModifyResponse: func(answer *http.Response) error {
			text, err := io.ReadAll(io.LimitReader(answer.Body, maxProxied+1))
			answer.Body.Close()
			if err != nil || len(text) > maxProxied {
				return errors.Join(errors.New("the answer could not be read"), err)
			}
			x.Response = message(answer.Header, text)
			x.Response.Status = answer.StatusCode
			answer.Body, answer.ContentLength = io.NopCloser(bytes.NewReader(text)), int64(len(text))
			return nil
		},
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, err error) {
			x.Error = err.Error()
			p.Log.Warn("no answer from the server", "error", err)
			panic(http.ErrAbortHandler)
		},
		ErrorLog: slog.NewLogLogger(p.Log.Handler(), slog.LevelDebug),
	}
	defer func() {
		if failure := recover(); failure != nil {
			x.Took = time.Since(x.Time)
			p.Record(*x)
			panic(failure) // the client's connection breaks as the server's did
		}
	}()
	proxy.ServeHTTP(w, r)
}

// message is one half of an exchange as it was on the wire. A body that cannot
// be decoded is recorded as not readable.
func message(header http.Header, body []byte) Message {
	var m Message
	for _, name := range recordedHeaders {
		for _, value := range header.Values(name) {
			m.Header = append(m.Header, Header{Name: name, Value: value})
		}
	}
	if err := m.setBody(header.Get("Content-Type"), body); err != nil {
		m.Sealed = len(body)
	}
	return m
}

// recordedHeaders are those that say something about WS-Management.
var recordedHeaders = []string{
	"Content-Type", "User-Agent", "Server", "WSMANIDENTIFY", "Authorization", "Www-Authenticate", "Accept-Language", "Connection", "Location",
}

// NewMessage makes one half of an exchange from HTTP headers and an envelope in
// clear.
func NewMessage(header http.Header, envelope []byte) Message {
	m := message(header, nil)
	m.Body = string(envelope)
	return m
}

func hostOf(address string) string {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return address
	}
	return host
}
