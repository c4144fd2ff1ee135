package main

import (
	"sync"
	"time"

	"github.com/winrmd/winrmd/configuration"
)

// settingsAge is how old the service's settings may be that a request is
// served by. Each look costs a system call, and a request needs several.
const settingsAge = 100 * time.Millisecond

// settings gives the service's settings, at most settingsAge old.
type settings struct {
	store *configuration.Store

	mu     sync.Mutex
	looked time.Time
	now    configuration.Service
}

// ChangeService implements configresource.Settings. What it has changed counts at
// once.
func (s *settings) ChangeService(edit func(*configuration.Service) error) (configuration.Service, error) {
	changed, err := s.store.ChangeService(edit)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.looked = time.Time{}
	return changed, err
}

// Service implements configresource.Settings.
func (s *settings) Service() configuration.Service {
	s.mu.Lock()
	defer s.mu.Unlock()
	if time.Since(s.looked) > settingsAge {
		s.now, s.looked = s.store.Service(), time.Now()
	}
	return s.now
}
