package shellhost

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/winrmd/winrmd/shell"
)

// List implements shellresource.Lister. Of a host that does not answer it
// tells what was last heard.
func (rt *Router) List(_ context.Context, client shell.Client) []shell.Info {
	if err := rt.look(false); err != nil {
		rt.config.Log.Error("directory of the sessions", "error", err)
	}
	entries := rt.entries()
	found := make([]described, len(entries))
	var group errgroup.Group
	group.SetLimit(lookers)
	for i, e := range entries {
		group.Go(func() error {
			found[i] = rt.describe(e, client)
			return nil
		})
	}
	_ = group.Wait() // none fails
	found = slices.DeleteFunc(found, func(d described) bool { return d.Spec == nil || d.State == shell.Closed })
	slices.SortFunc(found, func(a, b described) int {
		return cmp.Or(a.born.Compare(b.born), strings.Compare(a.ShellID, b.ShellID))
	})
	infos := make([]shell.Info, len(found))
	for i, d := range found {
		infos[i] = d.Info
	}
	return infos
}

// described is what is told of a shell. Each was asked at a time of its own, so
// that their run times do not tell which is the oldest.
type described struct {
	shell.Info
	born time.Time
}

// entries are the shells whose hosts can be spoken to.
func (rt *Router) entries() []*entry {
	rt.mu.Lock()
	defer rt.mu.Unlock()
	var list []*entry
	for _, e := range rt.hosts {
		if e.host != nil {
			list = append(list, e)
		}
	}
	return list
}

// describe tells of one shell; nothing if the client may not see it or it is
// not there.
func (rt *Router) describe(e *entry, client shell.Client) described {
	if e.host.voucher.admit(e.host.shellID, client) != nil {
		return described{}
	}
	info, err := e.host.info(client)
	e.host.voucher.correct(e.host.shellID, &info)
	now := time.Now()
	rt.mu.Lock()
	defer rt.mu.Unlock()
	switch {
	case err == nil:
		e.info, e.heard = info, now
		if born := now.Add(-info.RunTime); e.born.IsZero() || born.Before(e.born) {
			e.born = born // the answer that took the least time is the most exact
		}
		return described{info, e.born}
	case errors.Is(err, errNotThere), isDead(err), e.info.Spec == nil:
		return described{}
	case !e.info.VisibleTo(client):
		return described{}
	}
	info = e.info
	info.RunTime += now.Sub(e.heard)
	info.Inactivity += now.Sub(e.heard)
	return described{info, e.born}
}

// Commands implements shellresource.Lister.
func (rt *Router) Commands(_ context.Context, client shell.Client, shellID string) ([]shell.CommandInfo, error) {
	host, err := rt.find(shellID)
	if err != nil {
		return nil, &shell.NotFoundError{ShellID: shellID}
	}
	if err := host.voucher.admit(shellID, client); err != nil {
		return nil, err
	}
	list, err := host.commands(client)
	switch {
	case errors.Is(err, errNotThere):
		return nil, &shell.AccessError{User: client.User, ShellID: shellID}
	case err != nil:
		return nil, host.gone(err)
	}
	return list, nil
}
