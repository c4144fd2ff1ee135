package configresource

import (
	"log/slog"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/configuration"
	"github.com/winrmd/winrmd/wsman"
)

// memorySettings are settings without a file.
type memorySettings struct{ now configuration.Service }

// Service implements Settings.
func (m *memorySettings) Service() configuration.Service { return m.now }

// ChangeService implements Settings.
func (m *memorySettings) ChangeService(edit func(*configuration.Service) error) (configuration.Service, error) {
	next := m.now
	if err := edit(&next); err != nil {
		return m.now, err
	}
	if err := next.Check(); err != nil {
		return m.now, err
	}
	m.now = next
	return next, nil
}

// FuzzPut: whatever a client sends for a part, the settings are right afterwards,
// and what the part then gives it takes again.
func FuzzPut(f *testing.F) {
	for _, content := range []string{
		"", "<cfg:MaxConnections>3</cfg:MaxConnections>", "<cfg:Auth><cfg:Basic>1</cfg:Basic></cfg:Auth>", "<cfg:IPv4Filter>1.1.1.1-2.2.2.2</cfg:IPv4Filter>",
		"<cfg:MaxConnections>-1</cfg:MaxConnections>", "<cfg:Auth/><cfg:Auth/>", "<cfg:RootSDDL/>", "<x/>", "&#9;<cfg:IPv6Filter> * </cfg:IPv6Filter>",
	} {
		f.Add(cfg("Service", "/service", content))
	}
	store, err := configuration.Open(f.TempDir(), slog.New(slog.DiscardHandler))
	require.NoError(f, err)
	defaults := store.Service()
	put := func(t *testing.T, res *Resource, body string) (*wsman.Response, error) {
		r, err := wsman.ParseRequest(ask{action: wsman.ActionPut, resource: wsman.ResourceConfigService, body: body}.envelope(), wsman.Limits{})
		if err != nil {
			return nil, err
		}
		return res.put(t.Context(), r)
	}
	f.Fuzz(func(t *testing.T, body string) {
		settings := &memorySettings{now: defaults}
		res := New(Config{Settings: settings})
		answer, err := put(t, res, body)
		require.NoError(t, settings.now.Check())
		if err != nil {
			return
		}
		after := settings.now
		_, err = put(t, res, string(answer.Body.AppendXML(nil)))
		require.NoError(t, err)
		require.Equal(t, after, settings.now)
	})
}
