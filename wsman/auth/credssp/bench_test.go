package credssp

import (
	"crypto/tls"
	"testing"
)

const benchSize = 500_000

// A message in one direction: each piece is sealed, and unsealed by the peer.
func BenchmarkSealAndUnseal(b *testing.B) {
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		b.Run(tls.VersionName(version), func(b *testing.B) {
			w := newWorld(b)
			w.config.MaxTLS = version
			_, theirs, ours := login(b, newInitiator(b, asAda()), w.begin(b))
			m := message(benchSize)
			b.SetBytes(benchSize)
			b.ReportAllocs()
			for b.Loop() {
				for rest := m; len(rest) > 0; rest = rest[min(len(rest), maxPlain):] {
					signature, sealed, err := theirs.Seal(rest[:min(len(rest), maxPlain)])
					if err != nil {
						b.Fatal(err)
					}
					if _, err = ours.Unseal(signature, sealed); err != nil {
						b.Fatal(err)
					}
				}
			}
		})
	}
}

func BenchmarkSeal(b *testing.B) {
	_, _, ours := login(b, newInitiator(b, asAda()), newWorld(b).begin(b))
	m := message(benchSize)
	b.SetBytes(benchSize)
	b.ReportAllocs()
	for b.Loop() {
		for rest := m; len(rest) > 0; rest = rest[min(len(rest), maxPlain):] {
			if _, _, err := ours.Seal(rest[:min(len(rest), maxPlain)]); err != nil {
				b.Fatal(err)
			}
		}
	}
}

// Both sides of a login, with a key of RSA, 2048 bits.
func BenchmarkLogin(b *testing.B) {
	s := newWorld(b).scheme(b)
	b.ReportAllocs()
	for b.Loop() {
		login(b, newInitiator(b, asAda()), s.Begin().(*Context))
	}
}
