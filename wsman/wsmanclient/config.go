package wsmanclient

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"strings"
	"time"

	"github.com/winrmd/winrmd/wsman"
)

// Config is what a Client is made of. The zero value asks without logging on.
type Config struct {
	// Authentication is how each connection is logged on; nil means not at all.
	Authentication Authentication
	// AllowUnencrypted permits passwords and messages in clear over http. The
	// name is that of WinRM's setting.
	AllowUnencrypted bool
	// NoEncryption sends messages in clear over http, though the scheme could
	// seal them; AllowUnencrypted is needed for that. Over https they are never
	// sealed.
	NoEncryption bool
	// TLS is for https: RootCAs, InsecureSkipVerify, ServerName, Certificates and
	// so on. Nil means the defaults of crypto/tls. NextProtos is set to HTTP/1.1.
	TLS *tls.Config
	// Proxy says which proxy leads to an endpoint: nil, or one with the scheme
	// http, https or socks5, and maybe a name and a password. A nil Proxy means
	// none; ProxyFromEnvironment reads HTTPS_PROXY and its like.
	Proxy func(endpoint *url.URL) (*url.URL, error)
	// Dial makes connections, to the proxy where there is one; nil means
	// net.Dialer.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)

	// SessionID names the client session, as "uuid:…" (MS-WSMV 2.2.4.37); ""
	// means a new one. Who has the SessionID of a shell's client can Reconnect to
	// it; others Connect.
	SessionID string
	// OperationTimeout is how long the server is asked to work on one request, and
	// how long a Receive waits at the server; 0 means DefaultOperationTimeout.
	OperationTimeout time.Duration
	// NetworkDelay is how much longer than that the client waits (NetworkDelayms);
	// 0 means DefaultNetworkDelay.
	NetworkDelay time.Duration
	// ConnectTimeout is how long connecting and logging on may take; 0 means
	// DefaultConnectTimeout.
	ConnectTimeout time.Duration
	// MaxEnvelopeSize is how many bytes an answer may have, from
	// wsman.MinEnvelopeSize on; 0 means wsman.DefaultMaxEnvelopeSize. An answer of
	// more than four times as many (and 1 MiB) is not read.
	MaxEnvelopeSize int
	// Locale and DataLocale are languages, as "de-DE"; "" means "en-US".
	Locale, DataLocale string
	// Charset is the encoding of requests, and so of answers. What has more than
	// MaxEnvelopeSize in UTF-16 goes in UTF-8.
	Charset wsman.Charset
	// UserAgent goes with each request; "" means DefaultUserAgent.
	UserAgent string

	// MaxRedirects is how many redirections are followed, each with the same
	// Authentication and never from https to http; 0 means that the caller gets a
	// *RedirectError. PowerShell's limit is 5.
	MaxRedirects int
	// RetryTime is for how long requests of a shell are sent again while the
	// network is down; 0 means DefaultRetryTime, less than 0 not at all.
	RetryTime time.Duration
	// RetryInterval is the time from one attempt's failure to the next attempt; 0
	// means DefaultRetryInterval.
	RetryInterval time.Duration
	// Notify is told about the network of shells, one event at a time for each
	// shell. It must not wait for an operation of that shell. Nil means nobody.
	Notify func(Event)

	// MaxIdleConnections is how many connections are kept while nobody uses them;
	// 0 means DefaultMaxIdleConnections, less than 0 none.
	MaxIdleConnections int
	// IdleConnectionTime is for how long; 0 means DefaultIdleConnectionTime.
	IdleConnectionTime time.Duration
	// Trace gets each exchange when it is over, in clear: for a recording of what
	// is sealed on the way. It may be called by several goroutines at the same
	// time, must not keep them waiting, and must not change what it gets. Nil
	// means nobody.
	Trace func(Trace)
	// Log gets connections and retries at level Debug; nil means nobody.
	Log *slog.Logger
}

// Defaults of a Config.
const (
	// DefaultOperationTimeout is that of WinRM's clients.
	DefaultOperationTimeout = time.Minute
	// DefaultNetworkDelay is WinRM's NetworkDelayms (MS-WSMV 3.2.2).
	DefaultNetworkDelay   = 5 * time.Second
	DefaultConnectTimeout = 30 * time.Second
	// DefaultRetryTime is for how long PowerShell tries again.
	DefaultRetryTime          = 4 * time.Minute
	DefaultRetryInterval      = 5 * time.Second
	DefaultMaxIdleConnections = 4
	DefaultIdleConnectionTime = 90 * time.Second
	DefaultUserAgent          = "winrmd wsmanclient"
)

// maxHeader is how many bytes the head of an HTTP answer may have: a Kerberos
// token in base64 is the longest thing in it.
const maxHeader = 256 << 10

// maxAnswer is how many bytes of an HTTP answer are read. A server may write
// UTF-16, which takes twice as much, and what stands around sealed text.
func (c *Config) maxAnswer() int { return 4*c.MaxEnvelopeSize + 1<<20 }

// complete sets what is not set, and checks the rest.
func (c *Config) complete() error {
	for _, d := range []struct {
		value    *time.Duration
		standard time.Duration
	}{
		{&c.OperationTimeout, DefaultOperationTimeout}, {&c.NetworkDelay, DefaultNetworkDelay},
		{&c.ConnectTimeout, DefaultConnectTimeout}, {&c.RetryTime, DefaultRetryTime},
		{&c.RetryInterval, DefaultRetryInterval}, {&c.IdleConnectionTime, DefaultIdleConnectionTime},
	} {
		if *d.value == 0 {
			*d.value = d.standard
		}
	}
	for _, s := range []struct {
		value    *string
		standard string
	}{
		{&c.Locale, "en-US"}, {&c.DataLocale, "en-US"}, {&c.UserAgent, DefaultUserAgent}, {&c.SessionID, newID()},
	} {
		if *s.value == "" {
			*s.value = s.standard
		}
	}
	if c.MaxEnvelopeSize == 0 {
		c.MaxEnvelopeSize = wsman.DefaultMaxEnvelopeSize
	}
	if c.MaxIdleConnections == 0 {
		c.MaxIdleConnections = DefaultMaxIdleConnections
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Dial == nil {
		c.Dial = (&net.Dialer{}).DialContext
	}
	return c.check()
}

func (c *Config) check() error {
	if c.MaxEnvelopeSize < wsman.MinEnvelopeSize || c.MaxEnvelopeSize > maxEnvelopeSize {
		return fmt.Errorf("wsmanclient: MaxEnvelopeSize is %d, it must be from %d to %d", c.MaxEnvelopeSize, wsman.MinEnvelopeSize, maxEnvelopeSize)
	}
	if c.OperationTimeout < 0 || c.NetworkDelay < 0 || c.ConnectTimeout < 0 || c.RetryInterval < 0 || c.IdleConnectionTime < 0 {
		return errors.New("wsmanclient: a time in the Config is negative")
	}
	if strings.ContainsFunc(c.UserAgent, func(r rune) bool { return r < ' ' || r > '~' }) {
		return errors.New("wsmanclient: UserAgent cannot be in a header")
	}
	return nil
}

// maxEnvelopeSize is the largest MaxEnvelopeSize: more than Windows allows, and
// no reason to keep gigabytes in memory.
const maxEnvelopeSize = 64 << 20
