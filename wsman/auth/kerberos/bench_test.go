package kerberos

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// 500 KB is what WinRM's largest envelopes have.
const benchSize = 500 << 10

func BenchmarkSeal(b *testing.B) {
	for _, e := range append(AESTypes(), RC4) {
		b.Run(e.String(), func(b *testing.B) {
			client, _ := sessions(b, e, DefaultFlags)
			text := make([]byte, benchSize)
			b.SetBytes(benchSize)
			b.ReportAllocs()
			for b.Loop() {
				client.Seal(text)
			}
		})
	}
}

func BenchmarkUnseal(b *testing.B) {
	for _, e := range append(AESTypes(), RC4) {
		b.Run(e.String(), func(b *testing.B) {
			client, server := sessions(b, e, DefaultFlags)
			header, sealed, err := client.Seal(make([]byte, benchSize))
			require.NoError(b, err)
			first := server.recv
			b.SetBytes(benchSize)
			b.ReportAllocs()
			for b.Loop() {
				server.recv = first
				if _, err := server.Unseal(header, sealed); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkSmall is a small message there: most of WinRM's are.
func BenchmarkSmall(b *testing.B) {
	client, server := sessions(b, AES256SHA1, DefaultFlags)
	text := make([]byte, 1000)
	b.ReportAllocs()
	for b.Loop() {
		header, sealed, err := client.Seal(text)
		require.NoError(b, err)
		_, err = server.Unseal(header, sealed)
		require.NoError(b, err)
	}
}

// BenchmarkAccept is the server's part of a handshake.
func BenchmarkAccept(b *testing.B) {
	r := newRealm(b)
	for _, e := range []EncryptionType{AES128SHA1, AES256SHA1, AES256SHA2} {
		b.Run(e.String(), func(b *testing.B) {
			a := r.acceptor(func(c *Config) { c.MaxReplays = 1 << 24 })
			ticket := r.ticket(order{etype: e})
			b.ReportAllocs()
			for b.Loop() {
				b.StopTimer()
				token, err := NewInitiator(ticket, InitiatorOptions{}).begin()
				require.NoError(b, err)
				b.StartTimer()
				if _, done, err := a.Begin().Accept(ctx, token); err != nil || !done {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "accepts/s")
		})
	}
}
