package replay

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/capture"
)

// TestPlayerRefuses: what is not in the recording gets a fault that says so, and
// a Receive for which nothing was recorded the one that clients ask again after,
// when its time is over.
func TestPlayerRefuses(t *testing.T) {
	c := recordings(t)["test_winrs_standard.yml"]
	synctest.Test(t, func(t *testing.T) {
		p := NewPlayer(c)
		signal := c.Exchanges[3].Request.Body
		answer, status, err := p.RoundTrip(t.Context(), []byte(strings.Replace(signal, "/Signal<", "/Send<", 1)), time.Minute)
		require.NoError(t, err)
		assert.Equal(t, 500, status)
		f, err := wsman.ParseFault(answer)
		require.NoError(t, err)
		assert.Contains(t, f.Message(), "has no Send")

		began := time.Now()
		answer, _, err = p.RoundTrip(t.Context(), []byte(c.Exchanges[2].Request.Body), 20*time.Second)
		require.NoError(t, err)
		f, err = wsman.ParseFault(answer)
		require.NoError(t, err)
		require.ErrorIs(t, f, wsman.CodeOperationTimedOut)
		assert.Equal(t, 20*time.Second, time.Since(began))

		_, status, err = p.RoundTrip(t.Context(), []byte("no XML"), time.Second)
		require.NoError(t, err)
		assert.Equal(t, 500, status)
		asked, of, unknown := p.Asked()
		assert.Equal(t, []any{0, 5, 1}, []any{asked, of, len(unknown)})
	})
}

// TestPlayerWaits: a Receive that comes before what was recorded before it waits
// for that.
func TestPlayerWaits(t *testing.T) {
	c := recordings(t)["test_winrs_standard.yml"]
	synctest.Test(t, func(t *testing.T) {
		p := NewPlayer(c)
		ask := func(i int) string {
			answer, _, err := p.RoundTrip(t.Context(), []byte(c.Exchanges[i].Request.Body), time.Minute)
			assert.NoError(t, err)
			return string(answer)
		}
		ask(0)
		received := make(chan string)
		go func() { received <- ask(2) }()
		synctest.Wait()
		select {
		case <-received:
			t.Fatal("answered too early")
		default:
		}
		ask(1)
		assert.Contains(t, <-received, "ReceiveResponse")
	})
}

// TestOverlap: exchanges whose times overlap are played at the same time: a
// Receive of the shell stands while a command runs.
func TestOverlap(t *testing.T) {
	c := *recordings(t)["test_psrp_with_input.yml"]
	exchanges := append([]capture.Exchange(nil), c.Exchanges...)
	began := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for i := range exchanges {
		exchanges[i].Time = began.Add(time.Duration(i) * time.Second)
		exchanges[i].Took = time.Second / 2
	}
	// A Receive of the shell that is answered when the shell goes.
	pending := exchanges[2]
	pending.Time, pending.Took = began.Add(2600*time.Millisecond), time.Minute
	pending.Response = capture.Message{Status: 500, Body: string(wsman.NewFault(wsman.CodeUnexpectedSelectors, "").AppendEnvelope(
		nil, nil, "x"))}
	c.Exchanges = append(append(append([]capture.Exchange(nil), exchanges[:3]...), pending), exchanges[3:]...)
	report, player := playTo(t, &c, &c)
	assert.Empty(t, report.Differences)
	asked, of, _ := player.Asked()
	assert.Equal(t, of, asked)
}

// TestRules: each rule has a reason, and stands for something.
func TestRules(t *testing.T) {
	for _, r := range Rules() {
		assert.NotEmpty(t, r.Because, "%+v", r)
		assert.NotZero(t, r.How, "%+v", r)
		assert.True(t, (r.Message != 0) != (r.Local != ""), "%+v", r)
	}
}

func TestDifference(t *testing.T) {
	d := Difference{Exchange: 3, Operation: "Receive", Where: "command", Want: "state Done", Got: ""}
	assert.Equal(t, "3 Receive: command: recorded state Done, now nothing", d.String())
	r := Report{Exchanges: 5, Differences: []Difference{d, d}}
	assert.Equal(t, "5 exchanges, 1 differ", r.String())
}
