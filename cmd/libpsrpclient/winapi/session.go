package winapi

import (
	"context"
	"sync"
	"time"

	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/wsmanclient"
)

// Session is where shells are made, and as whom (WSManCreateSession).
type Session struct {
	api         *API
	handle      Handle
	connection  string
	credentials Credentials
	proxy       Proxy

	done    chan struct{} // closed when the session is
	running sync.WaitGroup

	mu       sync.Mutex
	closed   bool
	options  options
	changed  bool // options are not those of the newest client
	clients  []*wsmanclient.Client
	shells   map[*Shell]struct{}
	redirect string
}

// Handle names the Session.
func (s *Session) Handle() Handle { return s.handle }

// Close ends what is under way, and waits for it. Shells are left as they are at
// the server. It must not be called by a Completion.
func (s *Session) Close() {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return
	}
	s.closed = true
	close(s.done)
	clients, shells := s.clients, s.shells
	s.shells = map[*Shell]struct{}{}
	s.mu.Unlock()
	for sh := range shells {
		sh.cancel()
	}
	for _, c := range clients {
		_ = c.Close()
	}
	s.running.Wait()
	for sh := range shells {
		sh.release()
	}
	s.api.forget(s)
	s.api.table.remove(s.handle)
}

// start runs f on its own. It is false where the session is closed.
func (s *Session) start(f func()) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	s.running.Go(f)
	return true
}

// SetNumber sets an option that is a DWORD, SetString one that is a text. They
// are for shells that are made later.
func (s *Session) SetNumber(n Option, v uint32) *Error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.changed = true
	return s.options.setNumber(n, v)
}

// SetString sets an option that is a text.
func (s *Session) SetString(n Option, v string) *Error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.changed = true
	return s.options.setString(n, v)
}

// Number is an option that is a DWORD.
func (s *Session) Number(n Option) (uint32, *Error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.options.number(n)
}

// String is an option that is a text. Where a server has redirected the last
// CreateShell or ConnectShell, OptionRedirectLocation is where to.
func (s *Session) String(n Option) (string, *Error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if n == OptionRedirectLocation {
		if s.redirect == "" {
			return "", newError(errorRedirectNotAvailable, "")
		}
		return s.redirect, nil
	}
	v, ok := s.options.strings[n]
	if !ok {
		return "", newError(errorGetStringParameter, "")
	}
	return v, nil
}

func (s *Session) timeout(n Option) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.options.duration(n)
}

func (s *Session) flag(n Option) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.options.flag(n)
}

// client makes a client, or takes the one that is there.
func (s *Session) client() (*wsmanclient.Client, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, wsmanclient.ErrClosed
	}
	if n := len(s.clients); n > 0 && !s.changed {
		return s.clients[n-1], nil
	}
	c, err := s.newClient()
	if err != nil {
		return nil, err
	}
	s.clients, s.changed = append(s.clients, c), false
	return c, nil
}

// setRedirect keeps where an error says to go.
func (s *Session) setRedirect(location string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.redirect = location
}

// notify finds the shell that an event of the network is about.
func (s *Session) notify(e wsmanclient.Event) {
	s.mu.Lock()
	var found *Shell
	for sh := range s.shells {
		if sh.is(e.Shell) {
			found = sh
		}
	}
	s.mu.Unlock()
	if found != nil {
		found.network(e)
	}
}

func (s *Session) add(sh *Shell) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	s.shells[sh] = struct{}{}
	return true
}

func (s *Session) forget(sh *Shell) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.shells, sh)
}

// interactiveToken is the header for OptionUseInteractiveToken.
func (s *Session) interactiveToken() []wsmanclient.Header {
	if !s.flag(OptionUseInteractiveToken) {
		return nil
	}
	return []wsmanclient.Header{{
		Name: wsman.QName{Space: wsman.NamespaceSession, Local: "UseInteractiveToken"}, Value: "true",
	}}
}

// within is a context for an operation that has a time of its own.
func within(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, d+wsmanclient.DefaultNetworkDelay)
}
