package wsman

import (
	"context"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestLimitOperations: a user's operations are counted while they are under
// way, each user's by themselves.
func TestLimitOperations(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		limit := 2
		wait := make(chan struct{})
		h := LimitOperations(HandlerFunc(func(_ context.Context, r *Request) (*Response, error) {
			if r.Header.Action == "wait" {
				<-wait
			}
			if r.Header.Action == "panic" {
				panic("at the disco")
			}
			return &Response{}, nil
		}), func() int { return limit })
		ask := func(user, action string) error {
			_, err := h.ServeWSMan(t.Context(), &Request{Principal: Principal{User: user}, Header: Header{Action: action}})
			return err
		}
		for range 2 {
			go func() { assert.NoError(t, ask("ann", "wait")) }()
		}
		synctest.Wait()

		err := ask("ann", "get")
		require.ErrorIs(t, err, CodeQuotaMaxOperations)
		fault := AsFault(err)
		assert.Equal(t, SOAPSender, fault.Code)
		assert.Equal(t, QName{NamespaceWSMan, "QuotaLimit"}, fault.Subcode)
		for _, part := range []string{"MaxConcurrentOperationsPerUser", "is 2", "ann", "operation 3"} {
			assert.Contains(t, fault.Message(), part)
		}
		require.NoError(t, ask("bob", "get"), "another user")
		_, err = h.ServeWSMan(t.Context(), &Request{Principal: Principal{User: "ann"}, Header: Header{Identify: true}})
		require.NoError(t, err, "Identify is not counted")
		limit = 3
		require.NoError(t, ask("ann", "get"), "as the quota is now")
		limit = 0
		require.NoError(t, ask("ann", "get"), "no quota")
		limit = 2
		close(wait)
		synctest.Wait()
		for range 5 {
			require.NoError(t, ask("ann", "get"), "what has ended does not count")
			assert.Panics(t, func() { _ = ask("ann", "panic") })
		}
		assert.Empty(t, h.(*operationLimit).running)
	})
}
