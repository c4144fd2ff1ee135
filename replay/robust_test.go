package replay

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/psrp"
	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/capture"
)

// changed is a copy of a conversation of which exchanges may be changed.
func changed(c *capture.Conversation) *capture.Conversation {
	d := *c
	d.Exchanges = slices.Clone(c.Exchanges)
	return &d
}

// ofOperation is the index of the first exchange with an operation.
func ofOperation(t *testing.T, c *capture.Conversation, operation string) int {
	t.Helper()
	i := slices.IndexFunc(c.Exchanges, func(x capture.Exchange) bool {
		d := capture.Describe(x.Request.Body)
		return d.Operation() == operation
	})
	require.GreaterOrEqual(t, i, 0, operation)
	return i
}

// TestSameCommandID: a client may call a command as it has called one before.
func TestSameCommandID(t *testing.T) {
	c := changed(recordings(t)["test_winrs_standard.yml"])
	first, last := ofOperation(t, c, "Command"), ofOperation(t, c, "Signal")
	c.Exchanges = slices.Insert(c.Exchanges, last+1, slices.Clone(c.Exchanges[first:last+1])...)
	report, player := playTo(t, c, c)
	assert.Empty(t, report.Differences)
	asked, of, _ := player.Asked()
	assert.Equal(t, len(c.Exchanges), of)
	assert.Equal(t, of, asked, "the second command's output was not asked for")
}

// TestOrderOfLists: a list of shells has no order.
func TestOrderOfLists(t *testing.T) {
	c := recordings(t)["test_psrp_disconnect_runspaces.yml"]
	other := changed(c)
	i := ofOperation(t, c, "Enumerate")
	body := &other.Exchanges[i].Response.Body
	shells := regexp.MustCompile(`(?s)<rsp:Shell.*?</rsp:Shell>`).FindAllString(*body, -1)
	require.GreaterOrEqual(t, len(shells), 2)
	*body = strings.NewReplacer(shells[0], shells[1], shells[1], shells[0]).Replace(*body)
	report, _ := playTo(t, c, other)
	assert.Empty(t, report.Differences)

	*body = strings.Replace(*body, shells[0], "", 1)
	report, _ = playTo(t, c, other)
	assert.NotEmpty(t, report.Differences, "a shell is missing")
}

// TestGreetings: after a Connect the private data and the state Opened stand for
// each other, and nothing stands for neither.
func TestGreetings(t *testing.T) {
	private := event{exchange: 2, text: psrp.MessageApplicationPrivateData.String(), message: true}
	opened := event{exchange: 2, text: psrp.MessageRunspacePoolState.String() + " Opened", message: true}
	broken := event{exchange: 2, text: psrp.MessageRunspacePoolState.String() + " Broken", message: true}
	for _, test := range []struct {
		greeted   bool
		want, got []event
		differ    int
		arrived   bool
	}{
		{true, []event{private}, []event{private}, 0, true},
		{true, []event{private}, []event{opened}, 0, true},
		{true, []event{opened}, []event{private, opened}, 0, true},
		{true, []event{private, opened}, []event{private}, 0, true},
		{true, []event{private, broken}, []event{opened, broken}, 0, true},
		{true, []event{private}, nil, 1, false},
		{true, []event{private}, []event{broken}, 1, true},
		{true, nil, []event{private}, 1, true},
		{true, []event{broken, private}, []event{broken, opened}, 1, true},
		{false, []event{private}, []event{opened}, 1, true},
		{false, []event{private}, []event{private, opened}, 1, true},
	} {
		x := &track{greeted: test.greeted, want: sequence{powershell: true, events: test.want}, got: sequence{powershell: true, events: test.got}}
		assert.Equal(t, test.arrived, x.arrived(), "%+v", test)
		n := 0
		x.compare(2, newIDs(), func(int, string, string, string) { n++ })
		assert.Equal(t, test.differ, n, "%+v", test)
	}
}

// TestUnanswered: a request whose answer nobody has recorded is sent all the same
// where the rest may rest on it.
func TestUnanswered(t *testing.T) {
	c := recordings(t)["test_winrs_standard.yml"]
	without := changed(c)
	i := ofOperation(t, c, "Signal")
	without.Exchanges[i].Response = capture.Message{}
	report, player := playTo(t, without, c)
	assert.Empty(t, report.Differences)
	assert.Len(t, report.NotPlayed, 1)
	asked, of, _ := player.Asked()
	assert.Equal(t, of, asked)
}

// deserting is a server that has a shell for a minute.
type deserting struct {
	*Player
	gone  capture.Message
	alive string // its answer to a Get before
	begun time.Time
	gets  int
}

// RoundTrip implements Server.
func (s *deserting) RoundTrip(ctx context.Context, envelope []byte, timeout time.Duration) ([]byte, int, error) {
	e := openRequest(string(envelope))
	if e.about.Action != wsman.ActionGet {
		return s.Player.RoundTrip(ctx, envelope, timeout)
	}
	s.gets++
	related := regexp.MustCompile(`<a:RelatesTo>[^<]*`)
	with := "<a:RelatesTo>" + e.about.MessageID
	if time.Since(s.begun) < time.Minute {
		return []byte(s.ids.text(related.ReplaceAllString(s.alive, with))), 200, nil
	}
	return []byte(related.ReplaceAllString(s.gone.Body, with)), s.gone.Status, nil
}

// TestLeftAlone: where a shell had ended by itself the Get is asked until it has.
func TestLeftAlone(t *testing.T) {
	c := recordings(t)["test_psrp_is_alive_invalid_selectors.yml"]
	last := len(c.Exchanges) - 1
	synctest.Test(t, func(t *testing.T) {
		s := &deserting{Player: NewPlayer(c), gone: c.Exchanges[last].Response, alive: c.Exchanges[last-1].Response.Body, begun: time.Now()}
		report, err := Run(t.Context(), c, Config{Server: s, URL: "http://other:5985/wsman", Patience: time.Second})
		require.NoError(t, err)
		assert.Empty(t, report.Differences)
		assert.Greater(t, s.gets, 30)
		assert.Equal(t, time.Minute, time.Since(s.begun).Round(time.Second))
	})
	synctest.Test(t, func(t *testing.T) {
		s := &deserting{Player: NewPlayer(c), alive: c.Exchanges[last-1].Response.Body, begun: time.Now().Add(time.Hour)}
		report, err := Run(t.Context(), c, Config{Server: s, URL: "http://other:5985/wsman", Patience: time.Second})
		require.NoError(t, err)
		assert.NotEmpty(t, report.Differences, "it never ends")
	})
}

// unhurried notes the OperationTimeouts that it is asked with.
type unhurried struct {
	*Player
	timeouts map[string]time.Duration
}

// RoundTrip implements Server.
func (s *unhurried) RoundTrip(ctx context.Context, envelope []byte, timeout time.Duration) ([]byte, int, error) {
	x := &exchange{request: openRequest(string(envelope))}
	s.timeouts[x.request.about.Operation()] = x.recordedTimeout()
	return s.Player.RoundTrip(ctx, envelope, timeout)
}

// TestHurry: a slow server has time for all but a Receive, which is asked again.
func TestHurry(t *testing.T) {
	c := changed(recordings(t)["test_winrs_standard.yml"])
	for i := range c.Exchanges {
		body := &c.Exchanges[i].Request.Body
		*body = regexp.MustCompile(`OperationTimeout>PT[^<]*<`).ReplaceAllString(*body, "OperationTimeout>PT5S<")
	}
	s := &unhurried{Player: NewPlayer(c), timeouts: map[string]time.Duration{}}
	synctest.Test(t, func(t *testing.T) {
		report, err := Run(t.Context(), c, Config{Server: s, URL: "http://other:5985/wsman"})
		require.NoError(t, err)
		assert.Empty(t, report.Differences)
	})
	assert.Equal(t, leastTimeout, s.timeouts["Create"])
	assert.Equal(t, 5*time.Second, s.timeouts["Receive"])
}

// patient is a server that answers the third Receive of a pool when it is deleted.
type patient struct {
	*Player
	receives int
	deleted  chan struct{}
}

// RoundTrip implements Server.
func (s *patient) RoundTrip(ctx context.Context, envelope []byte, timeout time.Duration) ([]byte, int, error) {
	e := openRequest(string(envelope))
	switch {
	case e.about.Action == wsman.ActionDelete:
		defer close(s.deleted)
	case e.about.Action == wsman.ActionReceive && commandOf(e) == "":
		if s.receives++; s.receives == 3 {
			<-s.deleted
		}
	}
	return s.Player.RoundTrip(ctx, envelope, timeout)
}

// TestPendingReceive: a Receive of the pool that stands until the pool goes does
// not hold up what comes after it, in a recording without times.
func TestPendingReceive(t *testing.T) {
	c := changed(recordings(t)["test_psrp_with_input.yml"])
	pending := c.Exchanges[2]
	pending.Response = capture.Message{Status: 500, Body: string(wsman.NewFault(wsman.CodeUnexpectedSelectors, "").AppendEnvelope(nil, nil, "x"))}
	c.Exchanges = slices.Insert(c.Exchanges, 3, pending)
	s := &patient{Player: NewPlayer(c), deleted: make(chan struct{})}
	synctest.Test(t, func(t *testing.T) {
		s.deleted = make(chan struct{})
		began := time.Now()
		report, err := Run(t.Context(), c, Config{Server: s, URL: "http://other:5985/wsman", Patience: time.Minute})
		require.NoError(t, err)
		assert.Empty(t, report.Differences)
		assert.Equal(t, len(c.Exchanges), report.Exchanges)
		assert.Less(t, time.Since(began), time.Minute)
	})
}

// TestLateObjects: what a Receive brought that is younger than what later ones
// brought, it brought after them.
func TestLateObjects(t *testing.T) {
	c := changed(recordings(t)["test_psrp_with_input.yml"])
	late := func() (all []int) {
		r := &run{}
		r.open(c)
		for _, x := range r.exchanges {
			if x.late {
				all = append(all, x.number)
			}
		}
		return all
	}
	assert.Empty(t, late())
	last := 0
	for i := range c.Exchanges {
		if d := capture.Describe(c.Exchanges[i].Request.Body); d.Operation() == "Receive" {
			last = i
		}
	}
	// The last Receive, which has the youngest, stands where the pool's stood.
	c.Exchanges = slices.Insert(c.Exchanges, 2, c.Exchanges[last])
	assert.Equal(t, []int{3}, late())
}
