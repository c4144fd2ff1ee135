package wsmanclient_test

import (
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/wsmanclient"
	"github.com/winrmd/winrmd/wsman/wsmantest"
)

// TestTrace: what is sealed on the way is told in clear, answers and faults
// alike, and a request without an answer too.
func TestTrace(t *testing.T) {
	s := wsmantest.NewServer(t, wsmantest.User("ann", "secret"),
		wsmantest.On(wsman.ActionGet).Answer("<x/>"), wsmantest.On(wsman.ActionGet).Fault(wsman.CodeAccessDenied))
	var mu sync.Mutex
	var traces []wsmanclient.Trace
	config := wsmanclient.Config{
		Authentication: wsmanclient.NTLM(wsmanclient.NegotiateConfig{User: "ann", Password: "secret"}),
		Trace: func(x wsmanclient.Trace) {
			mu.Lock()
			defer mu.Unlock()
			traces = append(traces, x)
		},
	}
	c := client(t, s, config)
	_, err := c.Get(within(t), resource())
	require.NoError(t, err)
	_, err = c.Get(within(t), resource())
	require.ErrorIs(t, err, wsman.CodeAccessDenied)
	c.Close()
	nobody, err := wsmanclient.New("http://127.0.0.1:1/wsman", config)
	require.NoError(t, err)
	defer nobody.Close()
	_, err = nobody.Get(within(t), resource())
	require.Error(t, err)

	require.Len(t, traces, 3)
	assert.Contains(t, string(traces[0].Request), wsman.ActionGet)
	assert.Contains(t, string(traces[0].Answer), "<x/>")
	assert.Equal(t, []int{200, 500, 0}, []int{traces[0].Status, traces[1].Status, traces[2].Status})
	assert.Contains(t, string(traces[1].Answer), "Fault")
	require.ErrorIs(t, traces[1].Err, wsman.CodeAccessDenied)
	assert.Nil(t, traces[2].Answer)
	require.Error(t, traces[2].Err)
	assert.Positive(t, traces[0].Took)
}

// TestRoundTrip: an envelope goes as it is, and the answer comes as it is, a
// fault as any other.
func TestRoundTrip(t *testing.T) {
	const text = `<s:Envelope xmlns:s="` + wsman.NamespaceSOAP + `" xmlns:a="` + wsman.NamespaceAddressing + `"><s:Header><a:Action>` +
		wsman.ActionGet + `</a:Action><a:MessageID>uuid:1</a:MessageID></s:Header><s:Body><odd/></s:Body></s:Envelope>`
	s := wsmantest.NewServer(t, wsmantest.User("ann", "secret"),
		wsmantest.On(wsman.ActionGet).Answer("<x/>"), wsmantest.On(wsman.ActionGet).Fault(wsman.CodeAccessDenied))
	c := client(t, s, wsmanclient.Config{Authentication: wsmanclient.NTLM(wsmanclient.NegotiateConfig{User: "ann", Password: "secret"})})
	answer, status, err := c.RoundTrip(within(t), []byte(text), time.Minute)
	require.NoError(t, err)
	assert.Equal(t, 200, status)
	assert.Contains(t, string(answer), "<x/>")
	answer, status, err = c.RoundTrip(within(t), []byte(text), time.Minute)
	require.NoError(t, err)
	assert.Equal(t, 500, status)
	_, err = wsman.ParseFault(answer)
	require.NoError(t, err)
	_, _, err = c.RoundTrip(within(t), []byte(text), 0)
	require.Error(t, err)

	wrong := client(t, s, wsmanclient.Config{Authentication: wsmanclient.NTLM(wsmanclient.NegotiateConfig{User: "ann", Password: "other"})})
	_, _, err = wrong.RoundTrip(within(t), []byte(text), time.Minute)
	var refused *wsmanclient.AuthenticationError
	require.ErrorAs(t, err, &refused)
}
