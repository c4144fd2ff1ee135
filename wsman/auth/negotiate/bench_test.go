package negotiate_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/wsman/auth/ntlm"
)

// BenchmarkTransfer is the price of sealing: 400 KiB to the server and 400 KiB
// back over loopback, with both ends in this process, in clear, sealed with
// NTLM, and over TLS.
func BenchmarkTransfer(b *testing.B) {
	text := request("<x>" + strings.Repeat("x", 400<<10) + "</x>")
	for _, bench := range []struct {
		name        string
		tls, sealed bool
	}{{"clear", false, false}, {"sealed", false, true}, {"TLS", true, false}} {
		b.Run(bench.name, func(b *testing.B) {
			w := newWorld(b, options{tls: bench.tls, allowUnencrypted: true})
			l := w.dial(b)
			l.logOn(ann(), false)
			b.SetBytes(int64(len(text) + len(bulk)))
			b.ReportAllocs()
			for b.Loop() {
				body, header := []byte(text), soap
				if bench.sealed {
					body, header = l.seal(text), sealedHeader
				}
				response, answer := l.ask(body, header)
				if bench.sealed {
					var err error
					answer, err = l.unseal(response, answer)
					require.NoError(b, err)
				}
				if response.StatusCode != http.StatusOK || len(answer) < len(bulk) {
					b.Fatal(response.Status)
				}
			}
		})
	}
}

// BenchmarkLogin is a login on a connection that is there: both ends of it.
func BenchmarkLogin(b *testing.B) {
	for name, raw := range map[string]bool{"NTLM in SPNEGO": false, "NTLM": true} {
		b.Run(name, func(b *testing.B) {
			l := newWorld(b, options{}).dial(b)
			b.ReportAllocs()
			for b.Loop() {
				l.logOn(ann(), raw)
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "logins/s")
		})
	}
	b.Run("NTLM refused", func(b *testing.B) {
		l := newWorld(b, options{}).dial(b)
		wrong := ntlm.ClientConfig{User: "ann", Hash: ntlm.NewHash("x")}
		for b.Loop() {
			require.Equal(b, http.StatusUnauthorized, l.exchange(ntlm.NewClient(wrong)))
		}
	})
}
