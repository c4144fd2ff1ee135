package spnego

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// A whole login with NTLM in SPNEGO, both sides of it.
func BenchmarkLogin(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		_, err := converse(b, NewInitiator(ntlmClient()), NewAcceptor(ntlmServer()), nil)
		require.NoError(b, err)
	}
}
