package powershell

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/psrp"
	"github.com/winrmd/winrmd/shell"
)

// enginePath is a real engine: the one that is named, or what lies beside the
// repository, or PowerShell itself.
var enginePath = sync.OnceValue(func() string {
	if path := os.Getenv("WINRMD_TEST_ENGINE"); path != "" {
		return path
	}
	dir, err := os.Getwd()
	for ; err == nil && dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		out, err := exec.Command(filepath.Join(dir, "shared", "pshost", "install")).Output()
		if err == nil {
			return filepath.Join(strings.TrimSpace(string(out)), "unix", "pshost")
		}
	}
	path, err := exec.LookPath("pwsh")
	if err != nil {
		return ""
	}
	return path
})

// realEngine skips a test on a machine without an engine.
func realEngine(t *testing.T) string {
	t.Helper()
	path := enginePath()
	if path == "" {
		lacks(t, "PowerShell engine: WINRMD_TEST_ENGINE, ../shared/pshost or pwsh")
	}
	return path
}

// lacks skips a test, which must not happen where everything is to be tested.
func lacks(t *testing.T, what string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatalf("there is no %s", what)
	}
	t.Skipf("there is no %s", what)
}

// patience is how long a test waits for what must come.
const patience = 20 * time.Second

// tick is how often a test looks.
const tick = 10 * time.Millisecond

// world is a directory whose shells are this plug-in's.
type world struct {
	config   Config
	cfg      shell.Configuration
	spec     shell.Spec
	creation []byte // instead of that of a real client
	minimum  int    // of runspaces
	maximum  int
	dir      *shell.Directory

	mu      sync.Mutex
	session *session // of the shell opened last
}

// newWorld makes one with a real engine, unless a change names another.
func newWorld(t *testing.T, changes ...func(*world)) *world {
	t.Helper()
	leavesNothing(t)
	w := &world{minimum: 1, maximum: 5, dir: shell.NewDirectory()}
	w.cfg = shell.Configuration{
		Name: "Test.PowerShell", Plugin: w, Traits: Traits(),
		IdleTimeout: time.Hour, MaxIdleTimeout: 2 * time.Hour, RobustConnectionTimeout: time.Hour,
		BufferSize: 10 << 20, SpoolSize: 64 << 20,
	}
	w.spec.Options = map[string]string{"PROTOCOLVERSION": "2.3"}
	for _, change := range changes {
		change(w)
	}
	if w.config.Engine == "" {
		w.config.Engine = realEngine(t)
	}
	t.Cleanup(w.dir.Close)
	return w
}

// Open implements shell.Plugin: it remembers what the plug-in has opened.
func (w *world) Open(ctx context.Context, r *shell.OpenRequest, host shell.Host) (shell.Instance, error) {
	i, err := New(w.config).Open(ctx, r, host)
	if s, ok := i.(*session); ok {
		w.mu.Lock()
		w.session = s
		w.mu.Unlock()
	}
	return i, err
}

// create opens a shell within limit. The pool may still be opening then.
func (w *world) create(t *testing.T, limit time.Duration) (*client, error) {
	t.Helper()
	c := newClient(1)
	c.pool = newGUID(t)
	creation := c.fragment(c.message(psrp.MessageSessionCapability, psrp.GUID{}, document(t, "session_capability.xml")))
	creation = append(creation, c.fragment(c.message(psrp.MessageInitRunspacePool, psrp.GUID{}, initRunspacePool(t, w.minimum, w.maximum)))...)
	if w.creation != nil {
		creation = w.creation
	}
	spec := w.spec
	spec.ShellID, spec.Client, spec.ClientNamed = newGUID(t).String(), c.who, true
	spec.Creation, spec.Configuration = shell.BytesData(creation), &w.cfg
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	sh, err := w.dir.Create(ctx, spec)
	c.sh = sh
	return c, err
}

// open opens a shell and reads until its pool is opened.
func (w *world) open(t *testing.T) *client {
	t.Helper()
	c, err := w.create(t, patience)
	require.NoError(t, err)
	c.until(t, "", isOpened)
	return c
}

// open is a world with one shell that is opened.
func open(t *testing.T, changes ...func(*world)) (*world, *client) {
	t.Helper()
	w := newWorld(t, changes...)
	return w, w.open(t)
}

// tables is how many pipelines the session knows, by PSGuid and by command.
func (w *world) tables() (pipelines, commands int) {
	w.session.mu.Lock()
	defer w.session.mu.Unlock()
	return len(w.session.pipelines), len(w.session.commands)
}

// process is the number of the engine's process.
func (w *world) process() int { return w.session.ProcessID() }
