package shellhost

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/winrmd/winrmd/shell"
	"github.com/winrmd/winrmd/shell/process"
	"github.com/winrmd/winrmd/shell/shellresource"
	"github.com/winrmd/winrmd/wsman"
)

// create starts a host and lets it create the shell (MS-WSMV 3.1.4.5.2). The
// daemon looks only at what concerns the shells together.
func (rt *Router) create(ctx context.Context, r *wsman.Request) (*wsman.Response, string, error) {
	answer, made, err := rt.tryCreate(ctx, r)
	if err != nil {
		return nil, "", shellresource.Fault(err, r.Header.ResourceURI)
	}
	return answer, made, nil
}

func (rt *Router) tryCreate(ctx context.Context, r *wsman.Request) (*wsman.Response, string, error) {
	if rt.config.Launcher == nil {
		return nil, "", wsman.NewFault(wsman.CodeActionNotSupported, "")
	}
	cfg, plugin, err := rt.config.Launcher.Launch(r.Header.ResourceURI, &r.Principal)
	if err != nil {
		return nil, "", err
	}
	spec, err := shellresource.ReadSpec(r)
	if err != nil {
		return nil, "", err
	}
	if err := cfg.CheckIdleTimeout(spec.IdleTimeout); err != nil {
		return nil, "", err
	}
	start := Start{
		User: spec.Client.User, Configuration: cfg, Plugin: plugin, Machine: rt.config.Machine,
		Account: cfg.Account, Daemon: os.Geteuid(), Limits: limitsOf(cfg),
	}
	if spec.ShellID != "" {
		return rt.createNamed(ctx, r, start, spec.ShellID)
	}
	answer, made, err := rt.createNamed(ctx, r, start, chosenID(r))
	if conflict := (*shell.ConflictError)(nil); errors.Is(err, wsman.CodeShellIDConflict) || errors.As(err, &conflict) {
		// An old shell of the same request: its client means a new one.
		answer, made, err = rt.createNamed(ctx, r, start, strings.ToUpper(uuid.NewString()))
	}
	return answer, made, err
}

// limitsOf is what package process makes of a configuration's limits.
func limitsOf(cfg *shell.Configuration) process.Limits {
	l := cfg.Limits
	return process.Limits{
		MemoryMB: l.MaxMemoryPerShellMB, Processes: l.MaxProcessesPerShell,
		ProcessorWeight: l.ProcessorWeight, OpenFiles: l.MaxOpenFilesPerShell,
	}
}

// chosenSpace is the space of names that chosenID is in.
var chosenSpace = uuid.MustParse("5d0a6f0e-8a55-4c52-9e8c-0a4bb1d5c0de")

// chosenID is the ShellId for a client that names none. The same request gets
// the same, so that one that comes again finds the host of the first, also
// where the daemon of the first is gone.
func chosenID(r *wsman.Request) string {
	if r.Header.MessageID == "" {
		return strings.ToUpper(uuid.NewString())
	}
	return strings.ToUpper(uuid.NewSHA1(chosenSpace, []byte(r.Principal.User+"\x00"+r.Header.MessageID)).String())
}

// createNamed creates a shell with an identifier.
func (rt *Router) createNamed(ctx context.Context, r *wsman.Request, start Start, id string) (*wsman.Response, string, error) {
	start.ShellID, start.Directory = id, filepath.Join(rt.config.Directory, id)
	if host := rt.ofUser(id, start.User); host != nil {
		// Its own host knows whether this is the Create that made it, come again
		// to a daemon that was not there the first time.
		answer, err := host.pass(ctx, r, r.Deadline, true)
		return answer, id, err
	}
	e, err := rt.reserve(start)
	if err != nil {
		return nil, "", err
	}
	answer, err := rt.createAt(ctx, e, start, r)
	if err != nil {
		rt.abandon(id, e)
		return nil, "", err
	}
	return answer, id, nil
}

// reserve keeps a place if identifier and quotas allow it.
func (rt *Router) reserve(start Start) (*entry, error) {
	rt.mu.Lock()
	defer rt.mu.Unlock()
	if rt.closed { // while it only drains, who takes over finds what is made
		return nil, shell.ErrClosed
	}
	if old := rt.hosts[start.ShellID]; old != nil && old.dead.IsZero() {
		return nil, &shell.ConflictError{ShellID: start.ShellID}
	}
	if err := start.Configuration.Admit(start.User, rt.places()); err != nil {
		return nil, err
	}
	e := &entry{
		place: shell.Place{User: start.User, Configuration: start.Configuration.Name}, found: make(chan struct{}),
	}
	rt.hosts[start.ShellID] = e
	return e, nil
}

// createAt starts the host of a place and passes the Create on to it.
func (rt *Router) createAt(ctx context.Context, e *entry, start Start, r *wsman.Request) (*wsman.Response, error) {
	start.CredentialCache = rt.credentialCache(ctx, r)
	host, err := rt.start(ctx, start)
	rt.mu.Lock()
	e.host, e.err = host, err
	if err != nil {
		e.err = &shell.NotFoundError{ShellID: start.ShellID}
	}
	closed := rt.closed
	rt.mu.Unlock()
	close(e.found)
	if err != nil {
		return nil, err
	}
	if closed {
		host.letGo()
	}
	go rt.watch(start.ShellID, e, host)
	answer, err := host.pass(ctx, r, r.Deadline, true)
	if err != nil && !errors.Is(err, wsman.CodeShellIDConflict) { // which is another's, who lives
		host.awaitEnd()
	}
	return answer, err
}

// credentialCache is what the client has handed over for its session. One that
// cannot be made is none: the session does without.
func (rt *Router) credentialCache(ctx context.Context, r *wsman.Request) []byte {
	if r.Delegation == nil {
		return nil
	}
	cache, err := r.Delegation.CredentialCache(ctx)
	if err != nil {
		rt.config.Log.Warn("no credential cache", "user", r.Principal.User, "error", err)
	}
	return cache
}

// abandon gives a place up whose shell did not come to be. Its host ends by
// itself.
func (rt *Router) abandon(id string, e *entry) {
	rt.mu.Lock()
	defer rt.mu.Unlock()
	if rt.hosts[id] == e {
		delete(rt.hosts, id)
	}
}

// startTimeout is how long a host may take until it can be spoken to.
const startTimeout = 20 * time.Second

// start starts the process of a host and attaches to it.
func (rt *Router) start(ctx context.Context, start Start) (*remote, error) {
	v, err := rt.makeDirectory(&start)
	if errors.Is(err, fs.ErrExist) {
		var host *remote
		if host, err = rt.inherit(ctx, start); host != nil {
			return host, nil
		}
		if err == nil {
			v, err = rt.makeDirectory(&start)
		}
	}
	if err != nil {
		return nil, err
	}
	if err := rt.run(ctx, start, v); err != nil {
		return nil, errors.Join(fmt.Errorf("shell host: %w", err), rt.remove(start.ShellID, v))
	}
	return attach(start.ShellID, filepath.Join(start.Directory, socketName), v)
}

// run starts the process and waits until it is ready. It is told all by its
// standard input, and its standard output is for that one word: a process that
// lives longer than its parent must not need anything of it.
func (rt *Router) run(ctx context.Context, start Start, v *voucher) error {
	input, err := json.Marshal(start)
	if err != nil {
		return err
	}
	starter, err := rt.starterFor(v)
	if err != nil {
		return err
	}
	pipes, err := newPipes()
	if err != nil {
		return err
	}
	defer pipes.close()
	err = starter.Start(start.ShellID, start.Account, start.Limits, pipes.stdin, pipes.stdout)
	pipes.passed()
	if err != nil {
		return err
	}
	if err = pipes.tell(ctx, input, startTimeout); err == nil {
		return nil
	}
	_, clearErr := starter.Clear(start.ShellID)
	return fmt.Errorf("it did not start (%w); its log says why", errors.Join(err, clearErr))
}

// MarkName is the environment variable by which everything of a shell is
// found that has outlived its host; its value is the ShellId.
const MarkName = "WINRMD_SHELL_ID"

// readyWord is what a host writes when it can be spoken to.
const readyWord = "ready\n"

// Ready says to the daemon that the host can be spoken to, by way of w, its
// standard output.
func Ready(w io.Writer) error {
	_, err := io.WriteString(w, readyWord)
	return err
}
