package configuration

import (
	"context"
	"time"
)

// Watch looks at all files each time that interval has passed, until ctx ends:
// so that a broken edit is reported when it is made, not when somebody needs
// the file.
func (s *Store) Watch(ctx context.Context, interval time.Duration) {
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			s.Service()
			s.Sessions()
		}
	}
}
