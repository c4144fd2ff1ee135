package ntlm

import (
	"testing"

	"github.com/stretchr/testify/require"
)

const benchSize = 500 << 10 // an envelope of the usual limit

func BenchmarkSeal(b *testing.B) {
	client, _ := sessions(b)
	buffer := make([]byte, benchSize)
	b.SetBytes(benchSize)
	b.ReportAllocs()
	for b.Loop() {
		_, err := client.Seal(buffer, buffer)
		require.NoError(b, err)
	}
}

func BenchmarkUnseal(b *testing.B) {
	client, server := sessions(b)
	buffer := make([]byte, benchSize)
	b.SetBytes(benchSize)
	b.ReportAllocs()
	for b.Loop() {
		b.StopTimer()
		signature, err := client.Seal(buffer, buffer)
		b.StartTimer()
		if err != nil || server.Unseal(buffer, buffer, signature[:]) != nil {
			b.Fatal("not unsealed")
		}
	}
}

func BenchmarkSealSmall(b *testing.B) {
	client, _ := sessions(b)
	buffer := make([]byte, 1500)
	b.SetBytes(int64(len(buffer)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := client.Seal(buffer, buffer); err != nil {
			b.Fatal(err)
		}
	}
}

// A whole login, both sides of it.
func BenchmarkLogin(b *testing.B) {
	config, who := testConfig(), testClient()
	b.ReportAllocs()
	for b.Loop() {
		require.NoError(b, login(b, NewServer(config), NewClient(who)))
	}
}

// What a guess costs the server: a name that exists and one that does not.
func BenchmarkWrongPassword(b *testing.B) {
	for name, user := range map[string]string{"known": "ada", "unknown": "eve"} {
		b.Run(name, func(b *testing.B) {
			v := NewHashVerifier(testUsers.lookUp)
			attempt := &Attempt{User: user, Domain: "EXAMPLE", Response: (&Response{Pairs: testTarget.pairs(1)}).Append(nil)}
			for b.Loop() {
				if _, err := v.Verify(b.Context(), attempt); err == nil {
					b.Fatal("let in")
				}
			}
		})
	}
}
