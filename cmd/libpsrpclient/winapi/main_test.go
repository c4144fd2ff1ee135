package winapi

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// told keeps what a Completion is told.
type told chan Event

func newTold() told { return make(told, 64) }

func (c told) tell(e Event) { c <- e }

// next waits for the next Event.
func (c told) next(t *testing.T) Event {
	t.Helper()
	select {
	case e := <-c:
		return e
	case <-time.After(time.Minute):
		require.Fail(t, "no completion")
		return Event{}
	}
}

// ended waits for an Event with FlagEndOfOperation and no error.
func (c told) ended(t *testing.T) Event {
	t.Helper()
	e := c.next(t)
	require.Nil(t, e.Err)
	require.NotZero(t, e.Flags&FlagEndOfOperation)
	return e
}

// session is one to a server, without logging on, in a table of its own that is
// empty at the end.
func session(t *testing.T, url string) (*Session, *Table) {
	t.Helper()
	table := &Table{}
	api := NewAPI(table)
	s, err := api.NewSession(url, Credentials{Mechanism: MechanismNone}, Proxy{})
	require.Nil(t, err)
	t.Cleanup(func() {
		api.Close()
		require.Zero(t, table.Len())
	})
	return s, table
}

// ignore is an announce.
func ignore(Handle) {}
