package runspace

import (
	"encoding/json"
	"fmt"

	"github.com/winrmd/winrmd/psrp"
	"github.com/winrmd/winrmd/shell"
)

// remembered is what a session must know of its pool to speak to clients when
// the process that it ran in is gone.
type remembered struct {
	Pool     psrp.GUID
	Min, Max int
	Private  []byte
	Object   uint64
}

// rememberedAhead is how many objects may be put out after the session was
// remembered last, without their numbers coming again.
const rememberedAhead = 1 << 32

// Remember implements shell.Rememberer.
func (s *session) Remember() []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	lo, hi := s.runspaces.limits()
	text, err := json.Marshal(remembered{
		Pool: s.pool.id, Min: lo, Max: hi, Private: s.pool.private, Object: s.object.Load() + rememberedAhead,
	})
	if err != nil {
		panic(err) // numbers and bytes only
	}
	return text
}

// Restore implements shell.Restorer: the session of a process that has ended.
// Its pool can be connected to, and is broken.
func (p *Plugin) Restore(shellID string, text []byte, host shell.Host, cause error) (shell.Instance, error) {
	var r remembered
	if err := json.Unmarshal(text, &r); err != nil {
		return nil, fmt.Errorf("what is remembered of a runspace pool: %w", err)
	}
	s := newSession(p, &shell.OpenRequest{ShellID: shellID}, host)
	s.cancel()
	s.object.Store(r.Object)
	s.runspaces.min, s.runspaces.max = r.Min, r.Max
	s.pool.id, s.pool.private, s.pool.state = r.Pool, r.Private, psrp.RunspacePoolBroken
	s.pool.out.PutLast(s.whole(psrp.RunspacePoolStateMessage(r.Pool, psrp.RunspacePoolBroken, cause.Error()), shell.ClassKeep))
	host.Ended(cause)
	return s, nil
}
