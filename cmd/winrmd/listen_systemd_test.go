package main

import (
	"net"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestListenerFor(t *testing.T) {
	t.Parallel()
	type addresses = map[string]string
	usual := addresses{"http": ":5985", "https": ":5986"}
	tests := map[string]struct {
		name      string
		port      int
		addresses addresses
		want      string // empty: an error
	}{
		"by name":                    {"https", 443, usual, "https"},
		"the name wins":              {"https", 5985, usual, "https"},
		"by port":                    {"winrmd.socket", 5985, usual, "http"},
		"by the other port":          {"winrmd.socket", 5986, usual, "https"},
		"no name":                    {"LISTEN_FD_3", 5986, usual, "https"},
		"port of the settings":       {"winrmd.socket", 8080, addresses{"http": "127.0.0.1:8080", "https": ":5986"}, "http"},
		"not the well-known one":     {"winrmd.socket", 5985, addresses{"http": "127.0.0.1:8080", "https": ":5986"}, ""},
		"ports the wrong way round":  {"winrmd.socket", 5985, addresses{"http": ":5986", "https": ":5985"}, "https"},
		"port by name":               {"winrmd.socket", 443, addresses{"http": ":5985", "https": ":https"}, "https"},
		"left to systemd":            {"winrmd.socket", 5985, addresses{"http": "none", "https": "none"}, "http"},
		"left to systemd, otherwise": {"winrmd.socket", 8080, addresses{"http": "none", "https": "none"}, ""},
		"no such port":               {"winrmd.socket", 22, usual, ""},
		"any port is none":           {"winrmd.socket", 41234, addresses{"http": "127.0.0.1:0", "https": "none"}, ""},
		"bad address":                {"winrmd.socket", 22, addresses{"http": "5985", "https": "none"}, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := listenerFor(test.name, test.port, test.addresses)
			if test.want == "" {
				assert.Error(t, err)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, test.want, got)
		})
	}
}

func TestMatchActivated(t *testing.T) {
	t.Parallel()
	open := func(name string) activated {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		t.Cleanup(func() { l.Close() })
		return activated{name: name, socket: l.(*net.TCPListener)}
	}
	addresses := map[string]string{"http": ":5985", "https": ":5986"}
	http, https := open("http"), open("https")

	matched, err := matchActivated([]activated{https, http}, addresses)
	require.NoError(t, err)
	assert.Equal(t, map[string]net.Listener{"http": http.socket, "https": https.socket}, matched)

	_, err = matchActivated([]activated{http, open("http")}, addresses)
	require.ErrorContains(t, err, "two sockets for http")
	_, err = matchActivated([]activated{open("winrmd.socket")}, addresses)
	assert.ErrorContains(t, err, "FileDescriptorName=")

	matched, err = matchActivated(nil, addresses)
	require.NoError(t, err)
	assert.Empty(t, matched)
}
