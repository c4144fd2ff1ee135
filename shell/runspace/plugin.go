package runspace

import (
	"context"
	"log/slog"
	"time"

	"github.com/winrmd/winrmd/psrp"
	"github.com/winrmd/winrmd/shell"
)

// Config is what all sessions of a configuration share. It is not changed once
// a Plugin is made of it.
type Config struct {
	// Commands are what clients may call. Of two with one name the later one
	// counts.
	Commands []*Command
	// NoLanguage lets clients name commands and their arguments, and nothing
	// more: no script.
	NoLanguage bool
	// Variables are there in every runspace, by name. They may be anything that
	// clixml.Marshal takes.
	Variables map[string]any
	// Product says what this endpoint is, in $PSVersionTable; "" means winrmd.
	// Version is its version, such as "1.2"; "" means none.
	Product, Version string

	// MaxObjectSize is the most bytes that one object of a client may have; 0
	// means 10 MiB. MaxDataSize is the most that all objects for one pipeline may
	// have; 0 means 50 MiB.
	MaxObjectSize, MaxDataSize int
	// Limits bound what a pipeline may take.
	Limits Limits
	Logger *slog.Logger
}

// Limits bound what one pipeline may take. A field that is 0 has its default,
// and less than 0 means no limit.
type Limits struct {
	// Time is how long it may run, what it waits for its client included. The
	// default is no limit: clients have left pipelines for days.
	Time time.Duration
	// Depth is how many blocks, subexpressions and pipelines may stand within
	// each other. Default 100.
	Depth int
	// Output is how many objects it may put out. The default is no limit.
	Output int
	// Memory is roughly how many bytes of values it may make and keep in
	// variables and collections. Default 64 MiB.
	Memory int
}

// Defaults of limits.
const (
	defaultObjectSize = 10 << 20
	defaultDataSize   = 50 << 20
	defaultDepth      = 100
	defaultMemory     = 64 << 20
)

// Plugin opens runspace pools. It implements shell.Plugin and shell.Restorer.
type Plugin struct {
	config   Config
	commands *commandTable
}

// New makes a plug-in. The error says which command cannot be.
func New(config Config) (*Plugin, error) {
	commands, err := newCommandTable(config.Commands)
	if err != nil {
		return nil, err
	}
	setDefault(&config.MaxObjectSize, defaultObjectSize)
	setDefault(&config.MaxDataSize, defaultDataSize)
	setDefault(&config.Limits.Depth, defaultDepth)
	setDefault(&config.Limits.Memory, defaultMemory)
	if config.Product == "" {
		config.Product = "winrmd"
	}
	if config.Logger == nil {
		config.Logger = slog.New(slog.DiscardHandler)
	}
	return &Plugin{config: config, commands: commands}, nil
}

func setDefault(n *int, value int) {
	if *n == 0 {
		*n = value
	}
}

// stdout is the one output stream of the protocol.
const stdout = "stdout"

// Traits is how these shells behave on the wire.
func Traits() shell.Traits {
	return shell.Traits{ShellStreams: []string{stdout}, CommandStreams: []string{stdout}}
}

// Open implements shell.Plugin. It opens the runspace pool, unless the message
// that asks for it has not come whole.
func (p *Plugin) Open(ctx context.Context, r *shell.OpenRequest, host shell.Host) (shell.Instance, error) {
	version, ok := r.Options["PROTOCOLVERSION"]
	if !ok {
		return nil, refuse(codeVersionMissing, "The option protocolversion is missing.", nil)
	}
	if _, err := psrp.NegotiateVersion(version); err != nil {
		return nil, refuse(codeVersionMismatch, versionMismatch, err)
	}
	if r.Creation.Empty() {
		return nil, refuse(codeNullInput, "The creationXml of the request is missing or empty.", nil)
	}
	s := newSession(p, r, host)
	if err := s.Send(ctx, nil, shell.Input{Stream: "stdin", Data: r.Creation}); err != nil {
		s.cancel()
		return nil, err
	}
	return s, nil
}
