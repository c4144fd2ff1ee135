package shellhost

import (
	"context"
	"errors"
	"io/fs"

	"github.com/winrmd/winrmd/shell/process"
)

// clear ends what is left of a shell whose host is dead: by its control group
// where there is one, by what was inherited from it, and by what has come to
// this process. rec is nil where the host has left no record.
func (rt *Router) clear(id string, rec *record) error {
	ctx, cancel := context.WithTimeout(context.Background(), clearTimeout)
	defer cancel()
	var scope error
	if rec != nil && rec.Scope != "" {
		scope = clearScope(ctx, rec.Scope)
	}
	marked := process.KillMarked(ctx, MarkName, id)
	if rt.config.Orphans == nil {
		return errors.Join(scope, marked)
	}
	return errors.Join(scope, marked, rt.config.Orphans(ctx))
}

func clearScope(ctx context.Context, path string) error {
	scope, err := process.OpenScope(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer scope.Close()
	if err := scope.Kill(); err != nil {
		return err
	}
	return scope.Remove(ctx)
}
