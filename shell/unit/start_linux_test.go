package unit

import (
	"context"
	"errors"
	"math"
	"testing"

	"github.com/coreos/go-systemd/v22/dbus"
	godbus "github.com/godbus/dbus/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/shell/process"
)

// fakeManager is a systemd that says what the test wants. The real one is asked in
// test/machine.
type fakeManager struct {
	refuses map[string]error // by property; "" for all
	result  string           // of the job; empty: it does not end
	asked   []map[string]any
}

func (m *fakeManager) StartTransientUnitContext(_ context.Context, name, mode string, properties []dbus.Property, ch chan<- string) (int, error) {
	asked := map[string]any{"": name + " " + mode}
	for _, p := range properties {
		asked[p.Name] = p.Value.Value()
	}
	m.asked = append(m.asked, asked)
	if err := m.refuses[""]; err != nil {
		return 0, err
	}
	for property, err := range m.refuses {
		if _, ok := asked[property]; ok {
			return 0, err
		}
	}
	if m.result != "" {
		ch <- m.result
	}
	return 1, nil
}

var session = Scope{
	ShellID: "00000000-0000-0000-0000-00000000000A", Account: "alice", UID: 1001, PID: 4711,
	Limits: process.Limits{MemoryMB: 300, Processes: 5, ProcessorWeight: 50, OpenFiles: 20},
}

func TestStart(t *testing.T) {
	t.Parallel()
	m := &fakeManager{result: "done"}
	require.NoError(t, start(t.Context(), m, session))
	without := session
	without.Limits = process.Limits{OpenFiles: 20}
	require.NoError(t, start(t.Context(), m, without))
	want := map[string]any{
		"": "winrmd-00000000-0000-0000-0000-00000000000A.scope fail", "Slice": "winrmd-1001.slice", "PIDs": []uint32{4711},
		"Description": "winrmd session 00000000-0000-0000-0000-00000000000A of alice", "Delegate": true,
		"CollectMode": "inactive-or-failed", "TimeoutStopUSec": uint64(10e6), "OOMPolicy": "continue",
		"MemoryAccounting": true, "TasksAccounting": true,
		"MemoryMax": uint64(300 << 20), "MemorySwapMax": uint64(300 << 20), "TasksMax": uint64(288), "CPUWeight": uint64(50),
	}
	assert.Equal(t, want, m.asked[0])
	for _, limit := range []string{"MemoryMax", "MemorySwapMax", "TasksMax"} {
		want[limit] = uint64(math.MaxUint64) // infinity
	}
	want["CPUWeight"] = uint64(100)
	assert.Equal(t, want, m.asked[1])
}

func TestStartFails(t *testing.T) {
	t.Parallel()
	unknown := godbus.Error{Name: "org.freedesktop.DBus.Error.PropertyReadOnly"}
	other := errors.New("not today")
	for name, tt := range map[string]struct {
		manager fakeManager
		asked   int
		err     string
	}{
		"an old systemd":     {fakeManager{refuses: map[string]error{"OOMPolicy": unknown}, result: "done"}, 2, ""},
		"a very old one":     {fakeManager{refuses: map[string]error{"": unknown}}, 2, "PropertyReadOnly"},
		"refused":            {fakeManager{refuses: map[string]error{"": other}}, 1, "not today"},
		"the job fails":      {fakeManager{result: "failed"}, 1, "the job's result is failed"},
		"it does not answer": {fakeManager{}, 1, context.Canceled.Error()},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			if tt.manager.result == "" {
				cancel()
			}
			err := start(ctx, &tt.manager, session)
			if tt.err == "" {
				require.NoError(t, err)
			} else {
				require.ErrorContains(t, err, tt.err)
			}
			require.Len(t, tt.manager.asked, tt.asked)
			assert.NotContains(t, tt.manager.asked[tt.asked-1], map[bool]string{true: "OOMPolicy", false: "none"}[tt.asked == 2])
		})
	}
}
