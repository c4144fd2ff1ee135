package shellhost

import (
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/winrmd/winrmd/shell/spool"
)

// The hosts of several accounts do not see each other's spools, so the daemon
// counts all of them, every spool.CountInterval, and says in a file beside each
// host's directory how large its spool may become. What is left of the limit is
// shared out whole: hosts in whose spools nothing happens may begin a segment or
// two, and those that write get the rest. So all together never take more than the
// limit, also where hosts write at once, or where there is no daemon for a while.
//
// Nothing of this is kept in memory but who has written lately: a daemon that comes
// after another finds the rest on disk.

const (
	allowanceSuffix = ".allowance"
	// idleShare is what a spool in which nothing happens may grow by, in bytes.
	idleShare = 8 << 20
	// allowanceStep is what shares are rounded down to: few files change then.
	allowanceStep = 64 << 10
	// busyTime is how long a spool counts as busy after it has changed.
	busyTime = 5 * spool.CountInterval
)

// allowances shares out what spools may take together. Only its own goroutine uses
// it.
type allowances struct {
	directory string
	limits    func() (all, each int64) // in bytes; all may be 0: none
	sizes     map[string]int64
	changed   map[string]time.Time
}

// spoolUse is what is known of one spool.
type spoolUse struct {
	used, allowed int64
	counts        bool // its host asks for its allowance
	busy          bool
}

func allowancePath(directory, shellID string) string {
	return filepath.Join(directory, shellID+allowanceSuffix)
}

// shareOut counts once and puts down what has changed.
func (a *allowances) shareOut(now time.Time) error {
	uses, err := a.look(now)
	if err != nil {
		return err
	}
	var all error
	for id, n := range share(a.limits, uses) {
		if n != uses[id].allowed {
			all = errors.Join(all, spool.WriteAllowance(allowancePath(a.directory, id), n))
		}
	}
	return all
}

// look counts. Of a shell that has gone, what was allowed goes too.
func (a *allowances) look(now time.Time) (map[string]*spoolUse, error) {
	entries, err := os.ReadDir(a.directory)
	if err != nil {
		return nil, err
	}
	uses := map[string]*spoolUse{}
	var all error
	for _, entry := range entries {
		if entry.IsDir() && isShellID(entry.Name()) {
			uses[entry.Name()] = a.use(entry.Name(), now)
		}
	}
	for _, entry := range entries {
		id, ok := strings.CutSuffix(strings.TrimSuffix(entry.Name(), ".new"), allowanceSuffix)
		if ok && isShellID(id) && uses[id] == nil && !exists(filepath.Join(a.directory, id)) {
			if err := os.Remove(filepath.Join(a.directory, entry.Name())); !errors.Is(err, fs.ErrNotExist) {
				all = errors.Join(all, err)
			}
		}
	}
	for id := range a.sizes {
		if uses[id] == nil {
			delete(a.sizes, id)
			delete(a.changed, id)
		}
	}
	return uses, all
}

// use looks at one spool. More than a host may take is not believed: it may say
// what it likes, and nobody else is to have less for it.
func (a *allowances) use(shellID string, now time.Time) *spoolUse {
	size, err := sizeWithin(filepath.Join(a.directory, shellID))
	u := &spoolUse{used: size}
	if allowed, missing := spool.ReadAllowance(allowancePath(a.directory, shellID)); missing == nil {
		u.counts, u.allowed, u.used = true, allowed, min(u.used, allowed)
	}
	if err != nil { // as where its account keeps others from looking
		u.used = u.allowed
	}
	if last, known := a.sizes[shellID]; known && last != u.used {
		a.changed[shellID] = now
	}
	a.sizes[shellID] = u.used
	changed, ever := a.changed[shellID]
	u.busy = ever && now.Sub(changed) < busyTime || u.used > 0 && u.allowed-u.used < idleShare/2
	return u
}

// sizeWithin is the size of the spool in a host's directory. The host's account may
// have put anything there: what leads out of the directory is not followed.
func sizeWithin(directory string) (int64, error) {
	root, err := os.OpenRoot(directory)
	if err != nil {
		return 0, err
	}
	defer root.Close()
	return spool.SizeIn(root, spoolName)
}

// share says how large each spool may become that counts: as large as it is, and
// what it gets of the rest.
func share(limits func() (all, each int64), uses map[string]*spoolUse) map[string]int64 {
	allowed := map[string]int64{}
	limit, each := limits()
	left, counted, busy := limit, int64(0), int64(0)
	for _, u := range uses {
		left -= u.used
		if u.counts {
			counted++
		}
		if u.counts && u.busy {
			busy++
		}
	}
	left = max(0, left)
	idle := min(idleShare, left/max(1, 2*counted))
	rest := (left - idle*(counted-busy)) / max(1, busy)
	for id, u := range uses {
		more := idle
		if u.busy {
			more = rest
		}
		switch {
		case !u.counts:
		case limit == 0:
			allowed[id] = math.MaxInt64
		default:
			allowed[id] = max(u.used, min(each, u.used+more/allowanceStep*allowanceStep))
		}
	}
	return allowed
}

// allow puts down that a new host may take nothing yet, and one that comes after
// another as much as there is: the next count says more. It reports whether the host
// is to ask.
func (rt *Router) allow(shellID string) (bool, error) {
	if rt.allowances == nil {
		return false, nil
	}
	size, err := sizeWithin(filepath.Join(rt.config.Directory, shellID))
	if err != nil {
		return false, err
	}
	_, each := rt.allowances.limits()
	return true, spool.WriteAllowance(allowancePath(rt.config.Directory, shellID), min(size, each))
}

// disallow forgets what a host was allowed, with its shell.
func (rt *Router) disallow(shellID string) error {
	err := os.Remove(allowancePath(rt.config.Directory, shellID))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// shareOut shares out until the Router ends. One that drains leaves it to the next.
func (rt *Router) shareOut() {
	ticker := time.NewTicker(spool.CountInterval)
	defer ticker.Stop()
	for {
		select {
		case <-rt.stop:
			return
		case now := <-ticker.C:
			if rt.isDraining() {
				continue
			}
			if err := rt.allowances.shareOut(now); err != nil {
				rt.config.Log.Warn("what sessions keep on disk cannot be counted", "error", err)
			}
		}
	}
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}
