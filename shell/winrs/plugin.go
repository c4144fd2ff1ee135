package winrs

import (
	"context"
	"log/slog"
	"os/exec"
	"slices"

	"github.com/winrmd/winrmd/shell"
)

// Config is what a Plugin needs.
type Config struct {
	// Engine is the path of the PowerShell that runs when a command line
	// begins with powershell or pwsh. Empty: there is none, and such a command
	// fails with exit code 1.
	Engine string
	// Environment are variables that commands get beside those of this process;
	// those that a client sets win.
	Environment []shell.Variable
	// Logger gets starts and ends of commands at level Debug, never command
	// lines. Nil: nothing is logged.
	Logger *slog.Logger `json:"-"`
	// Attach, if not nil, is called with each program before it is started.
	Attach func(*exec.Cmd) `json:"-"`
	// Bounds, if not nil, tells of the limits of what runs in a shell.
	Bounds shell.Bounds `json:"-"`
}

// Plugin makes command shells. It implements shell.Plugin.
type Plugin struct {
	engine      string
	environment []shell.Variable
	attach      func(*exec.Cmd)
	bounds      shell.Bounds
	log         *slog.Logger
}

// New makes a Plugin.
func New(cfg Config) *Plugin {
	log := cfg.Logger
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &Plugin{engine: cfg.Engine, environment: cfg.Environment, attach: cfg.Attach, bounds: cfg.Bounds, log: log}
}

// Traits is how command shells behave on the wire. All output belongs to
// commands, and every session of the owner may use a shell, because clients of
// command shells send no or changing SessionIds.
func Traits() shell.Traits {
	return shell.Traits{
		CommandStreams: []string{streamStdout, streamStderr},
		Console:        true,
		AnySession:     true,
	}
}

// The streams of a command.
const (
	streamStdin  = "stdin"
	streamStdout = "stdout"
	streamStderr = "stderr"
)

// Open implements shell.Plugin. It starts no process; it checks what every
// command of the shell will need. Errors are *shell.PluginError: for a bad
// environment variable, and a working directory that is none.
func (p *Plugin) Open(_ context.Context, r *shell.OpenRequest, host shell.Host) (shell.Instance, error) {
	env, err := environment(slices.Concat(p.environment, r.Environment))
	if err != nil {
		return nil, err
	}
	dir, err := workingDirectory(r.WorkingDirectory)
	if err != nil {
		return nil, err
	}
	return &instance{
		host: host, engine: p.engine, attach: p.attach, bounds: p.bounds, environment: env, directory: dir,
		wanted:    r.OutputStreams,
		log:       p.log.With("shell", r.ShellID),
		processes: make(map[*shell.Command]*execution),
	}, nil
}
