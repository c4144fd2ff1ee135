package powershell

import (
	"encoding/json"
	"fmt"

	"github.com/winrmd/winrmd/psrp"
	"github.com/winrmd/winrmd/shell"
)

// remembered is what a session must know of its pool to speak to clients when
// its engine is gone.
type remembered struct {
	Pool     psrp.GUID
	Min, Max int
	Private  []byte
	Object   uint64
}

// Remember implements shell.Rememberer.
func (s *session) Remember() []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := &s.pool
	text, err := json.Marshal(remembered{Pool: p.id, Min: p.min, Max: p.max, Private: p.private, Object: p.object})
	if err != nil {
		panic(err) // numbers and bytes only
	}
	return text
}

// Restore implements shell.Restorer: the session of an engine that has ended.
// Its pool can be connected to, and is broken.
func (p *Plugin) Restore(shellID string, text []byte, host shell.Host, cause error) (shell.Instance, error) {
	var r remembered
	if err := json.Unmarshal(text, &r); err != nil {
		return nil, fmt.Errorf("what is remembered of a runspace pool: %w", err)
	}
	log := p.config.Logger.With("shell", shellID)
	s := newSession(shellID, host, limits{p.config.MaxObjectSize, p.config.MaxDataSize}, log)
	s.engine = endedEngine(shellID, s, cause)
	s.pool.id, s.pool.min, s.pool.max = r.Pool, r.Min, r.Max
	s.pool.private = r.Private
	s.pool.object = max(s.pool.object, r.Object)
	s.pool.state = psrp.RunspacePoolOpened
	close(s.pool.opened)
	s.ended(cause)
	return s, nil
}

// endedEngine is an engine that is no longer there.
func endedEngine(shellID string, out output, cause error) *engine {
	e := &engine{
		shellID: shellID, out: out, slot: make(chan func(), 1), bye: make(chan struct{}), dead: make(chan struct{}), cause: cause,
	}
	close(e.dead)
	return e
}
