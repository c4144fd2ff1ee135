package kerberos

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var ctx = context.Background()

// handshake runs one between the two sides of this package.
func handshake(tb testing.TB, a *Acceptor, ticket Credential, o InitiatorOptions) (*Context, *Initiator) {
	tb.Helper()
	c, i := a.Begin(), NewInitiator(ticket, o)
	token, clientDone, err := i.Initiate(ctx, nil)
	require.NoError(tb, err)
	for {
		reply, done, err := c.Accept(ctx, token)
		require.NoError(tb, err)
		if len(reply) > 0 {
			token, clientDone, err = i.Initiate(ctx, reply)
			require.NoError(tb, err)
			require.True(tb, clientDone)
		}
		if done {
			require.True(tb, clientDone)
			require.NotNil(tb, i.Session())
			return c, i
		}
	}
}

// bothWays sends messages in both directions.
func bothWays(tb testing.TB, client, server *Session) {
	tb.Helper()
	for _, text := range []string{"", "a", "0123456789abcdef", "a message of more than one block"} {
		for _, s := range [][2]*Session{{client, server}, {server, client}} {
			header, sealed, err := s[0].Seal([]byte(text))
			require.NoError(tb, err)
			plain, err := s[1].Unseal(header, sealed)
			require.NoError(tb, err)
			assert.Equal(tb, text, string(plain))
			for _, confidential := range []bool{true, false} {
				token, err := s[0].Wrap([]byte(text), confidential)
				require.NoError(tb, err)
				plain, was, err := s[1].Unwrap(token)
				require.NoError(tb, err)
				assert.Equal(tb, text, string(plain))
				assert.Equal(tb, confidential, was)
			}
			mic, err := s[0].GetMIC([]byte(text))
			require.NoError(tb, err)
			require.NoError(tb, s[1].VerifyMIC([]byte(text), mic))
		}
	}
}
