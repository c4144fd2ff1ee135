package shell

import (
	"iter"
	"strings"
	"time"
)

// Place is what one shell, or one that is being made, counts for.
type Place struct {
	User          string // canonical name of its owner
	Configuration string // name
}

// Admit reports whether user may have one more shell of the configuration
// beside those that there are; if not, the error is a *QuotaError.
func (cfg *Configuration) Admit(user string, places iter.Seq[Place]) error {
	ours, all := newCount(user), newCount(user)
	for p := range places {
		all.add(p)
		if strings.EqualFold(p.Configuration, cfg.Name) {
			ours.add(p)
		}
	}
	for _, q := range []struct {
		quota         Quota
		limit, asked  int
		configuration string
	}{
		{QuotaShellsPerUser, cfg.Service.MaxShellsPerUser, all.own + 1, ""},
		{QuotaConcurrentUsers, cfg.Service.MaxConcurrentUsers, all.usersWith(), ""},
		{QuotaShellsPerUser, cfg.MaxShellsPerUser, ours.own + 1, cfg.Name},
		{QuotaConcurrentUsers, cfg.MaxConcurrentUsers, ours.usersWith(), cfg.Name},
		{QuotaShells, cfg.MaxShells, ours.shells + 1, cfg.Name},
	} {
		if q.limit > 0 && q.asked > q.limit {
			return &QuotaError{Quota: q.quota, Limit: q.limit, Asked: q.asked, Configuration: q.configuration}
		}
	}
	return nil
}

// count counts shells, as far as quotas for one user ask.
type count struct {
	user        string
	shells, own int
	users       map[string]bool // who has any
}

func newCount(user string) *count { return &count{user: user, users: map[string]bool{}} }

func (c *count) add(p Place) {
	c.shells++
	c.users[p.User] = true
	if p.User == c.user {
		c.own++
	}
}

// usersWith is how many users there would be with this one; one who has a shell
// already adds nothing, however many there are by now.
func (c *count) usersWith() int {
	if c.users[c.user] {
		return 0
	}
	return len(c.users) + 1
}

// CheckIdleTimeout refuses an idle timeout that is out of bounds with an
// *IdleTimeoutError; 0 asks for none.
func (cfg *Configuration) CheckIdleTimeout(d time.Duration) error {
	if d != 0 && (d < MinIdleTimeout || d > cfg.MaxIdleTimeout) {
		return &IdleTimeoutError{Asked: d, Min: MinIdleTimeout, Max: cfg.MaxIdleTimeout}
	}
	return nil
}
