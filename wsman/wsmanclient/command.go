package wsmanclient

import (
	"context"

	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/xmlscan"
)

// Command is a command of a Shell: a command line, or a pipeline of PowerShell's.
// It may be used by several goroutines.
type Command struct {
	shell   *Shell
	id      string
	content []byte
}

// CommandConfig is what a command is to be (MS-WSMV 2.2.4.9).
type CommandConfig struct {
	// ID is a GUID in upper case; "" leaves it to the server.
	ID string
	// Line is the command; PowerShell's may be empty.
	Line string
	// Arguments go one by one. PowerShell's are one: fragments in base64.
	Arguments []string
	// SkipShell runs the program without a command interpreter
	// (WINRS_SKIP_CMD_SHELL), ConsoleInput says that the client has a console
	// (WINRS_CONSOLEMODE_STDIN).
	SkipShell, ConsoleInput bool
	// Options are further ones.
	Options []wsman.Option
}

// Command starts a command.
func (s *Shell) Command(ctx context.Context, config CommandConfig) (*Command, error) {
	r := s.request(wsman.ActionCommand, config.appendBody)
	r.Options = config.options(s.uri)
	c := &Command{shell: s}
	err := s.ask(ctx, r, func(scan *xmlscan.Scanner) error {
		if !scan.Is(wsman.NamespaceShell, "CommandResponse") {
			return nil
		}
		return children(scan, func() error {
			if !scan.Is(wsman.NamespaceShell, "CommandId") {
				return nil
			}
			return text(scan, &c.id)
		})
	})
	switch {
	case err != nil:
		return nil, err
	case c.id == "":
		return nil, badAnswer("it does not name the command")
	}
	return c, nil
}

// options are none for PowerShell unless they were asked for.
func (config *CommandConfig) options(uri string) []wsman.Option {
	if _, ok := wsman.PowerShellConfiguration(uri); ok {
		return config.Options
	}
	word := map[bool]string{true: "TRUE", false: "FALSE"}
	return append([]wsman.Option{
		{Name: "WINRS_CONSOLEMODE_STDIN", Value: word[config.ConsoleInput]},
		{Name: "WINRS_SKIP_CMD_SHELL", Value: word[config.SkipShell]},
	}, config.Options...)
}

func (config *CommandConfig) appendBody(b []byte) []byte {
	b = beginBody(b, "CommandLine", config.ID)
	b = appendElement(b, "rsp:Command", "", config.Line)
	for _, a := range config.Arguments {
		b = appendElement(b, "rsp:Arguments", "", a)
	}
	return append(b, "</rsp:CommandLine>"...)
}

// CommandByID is a handle to a command that is known by its id. Nothing is
// asked.
func (s *Shell) CommandByID(id string) *Command { return &Command{shell: s, id: id} }

// ID is the CommandId.
func (c *Command) ID() string { return c.id }

// Shell is whose command it is.
func (c *Command) Shell() *Shell { return c.shell }

// Signal sends a code: wsman.SignalCtrlC, wsman.SignalPowerShellStop and so on.
func (c *Command) Signal(ctx context.Context, code string) error {
	return c.shell.signal(ctx, c.id, code)
}

// Close releases the command (wsman.SignalTerminate), running or not. Servers
// want that also for commands that are done (MS-WSMV 3.1.4.14).
func (c *Command) Close(ctx context.Context) error { return c.Signal(ctx, wsman.SignalTerminate) }
