package psrp

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestParseConnect(t *testing.T) {
	t.Parallel()
	pool := GUID{1, 2, 3, 4, 5, 6, 7, 8, 9}
	capability := func(version string) []byte {
		m, err := ParseMessage(SessionCapability(pool, version))
		require.NoError(t, err)
		m.Destination = DestinationServer
		return m.Append(nil)
	}
	connect := func(content string) []byte {
		h := MessageHeader{Destination: DestinationServer, Type: MessageConnectRunspacePool, RunspacePoolID: pool}
		return append(h.Append(nil), content...)
	}
	const limits = `<Obj RefId="0"><MS><I32 N="MinRunspaces">1</I32><I32 N="MaxRunspaces">3</I32></MS></Obj>`
	join := func(messages ...[]byte) (all []byte) {
		for i, m := range messages {
			all = AppendFragments(all, uint64(i+1), m, 1000)
		}
		return all
	}
	for name, tt := range map[string]struct {
		text []byte
		want *ConnectRequest
		err  string
	}{
		"with limits":      {text: join(capability("2.3"), connect(limits)), want: &ConnectRequest{pool, "2.3", 1, 3, true}},
		"without":          {text: join(capability("2.2"), connect(`<S></S>`)), want: &ConnectRequest{RunspacePoolID: pool, ProtocolVersion: "2.2"}},
		"nothing":          {err: "there is no fragment"},
		"half of it":       {text: join(capability("2.3")), err: "there is no CONNECT_RUNSPACEPOOL"},
		"more":             {text: join(capability("2.3"), connect(limits), connect(limits)), err: "there are more than 2 fragments"},
		"the other way":    {text: join(connect(limits), capability("2.3")), err: "object 1 must be a SESSION_CAPABILITY in one fragment"},
		"twice the same":   {text: join(capability("2.3"), capability("2.3")), err: "object 2 must be a CONNECT_RUNSPACEPOOL in one fragment"},
		"in two fragments": {text: AppendFragments(nil, 1, capability("2.3"), 100), err: "object 1 must be a SESSION_CAPABILITY in one fragment"},
		"cut":              {text: join(capability("2.3"), connect(limits))[:300], err: "fragment"},
		"an old client":    {text: join(capability("2.1"), connect(limits)), err: "2.1"},
		"one limit": {text: join(capability("2.3"), connect(`<Obj RefId="0"><MS><I32 N="MinRunspaces">1</I32></MS></Obj>`)),
			err: "MinRunspaces and MaxRunspaces do not come together"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := ParseConnect(tt.text)
			assert.Equal(t, tt.want, got)
			if tt.err == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, tt.err)
		})
	}
}

func TestConnectRequestCheck(t *testing.T) {
	t.Parallel()
	pool, err := ParseGUID("00112233-4455-6677-8899-aabbccddeeff")
	require.NoError(t, err)
	other := pool
	other[15]++
	assert.Equal(t, "33221100-5544-7766-8899-aabbccddeeff", pool.Swapped().String())
	for name, tt := range map[string]struct {
		request ConnectRequest
		err     string
	}{
		"any limits":          {ConnectRequest{RunspacePoolID: pool}, ""},
		"its limits":          {ConnectRequest{RunspacePoolID: pool, Limited: true, MinRunspaces: 1, MaxRunspaces: 2}, ""},
		"the other order":     {ConnectRequest{RunspacePoolID: pool.Swapped()}, ""},
		"another pool":        {ConnectRequest{RunspacePoolID: other}, "its identifier is not 00112233-4455-6677-8899-aabbccddee00"},
		"another least":       {ConnectRequest{RunspacePoolID: pool, Limited: true, MinRunspaces: 2, MaxRunspaces: 2}, "it has 1 to 2 runspaces, not 2 to 2"},
		"another largest":     {ConnectRequest{RunspacePoolID: pool, Limited: true, MinRunspaces: 1, MaxRunspaces: 3}, "it has 1 to 2 runspaces, not 1 to 3"},
		"limits without them": {ConnectRequest{RunspacePoolID: pool, MinRunspaces: 5}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if err := tt.request.Check(pool, 1, 2); tt.err == "" {
				require.NoError(t, err)
			} else {
				require.EqualError(t, err, tt.err)
			}
		})
	}
}
