package winapi

import (
	"sync"

	"github.com/winrmd/winrmd/wsman"
)

// API is what one user of the client API has: what WSManInitialize gives.
type API struct {
	table  *Table
	handle Handle

	mu       sync.Mutex
	sessions map[*Session]struct{}
}

// NewAPI begins; Handles are in t.
func NewAPI(t *Table) *API {
	a := &API{table: t, sessions: map[*Session]struct{}{}}
	a.handle = t.add(a)
	return a
}

// Handle names the API.
func (a *API) Handle() Handle { return a.handle }

// Close closes what is still open and waits until nothing is under way.
func (a *API) Close() {
	a.mu.Lock()
	open := a.sessions
	a.sessions = map[*Session]struct{}{}
	a.mu.Unlock()
	for s := range open {
		s.Close()
	}
	a.table.remove(a.handle)
}

func (a *API) forget(s *Session) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.sessions, s)
}

// NewSession makes a session to a connection string: a URL, or a host with
// perhaps a port, a path and a query. "" means this computer. Nothing is sent.
func (a *API) NewSession(connection string, c Credentials, p Proxy) (*Session, *Error) {
	if connection == "" {
		connection = "localhost"
	}
	if _, err := p.url(); err != nil {
		return nil, err
	}
	s := &Session{api: a, connection: connection, credentials: c, proxy: p, options: defaultOptions()}
	s.done = make(chan struct{})
	s.shells = map[*Shell]struct{}{}
	s.handle = a.table.add(s)
	a.mu.Lock()
	defer a.mu.Unlock()
	a.sessions[s] = struct{}{}
	return s, nil
}

// ErrorInvalidHandle is for who gives a Handle that names nothing.
func ErrorInvalidHandle() *Error { return newError(errorInvalidHandle, "") }

// ErrorInvalidParameter is for who gives something else that cannot be.
func ErrorInvalidParameter(more string) *Error { return newError(wsman.CodeInvalidParameter, more) }

// ErrorInsufficientBuffer is for who has no room for an answer.
func ErrorInsufficientBuffer() *Error { return newError(errorInsufficientBuffer, "") }
