package main

import (
	"encoding/json"
	"errors"
	"log/slog"
	"os/exec"

	"github.com/winrmd/winrmd/shell"
	"github.com/winrmd/winrmd/shell/powershell"
	"github.com/winrmd/winrmd/shell/shellhost"
	"github.com/winrmd/winrmd/shell/winrs"
)

// plugin says what a shell runs, in a form that a daemon can hand to a host.
// One field is set.
type plugin struct {
	PowerShell *powershell.Config `json:",omitempty"`
	Winrs      *winrs.Config      `json:",omitempty"`
	Runspace   *runspaceSettings  `json:",omitempty"`
}

func (p plugin) encode() json.RawMessage {
	text, err := json.Marshal(p)
	if err != nil {
		panic(err) // strings and numbers only
	}
	return text
}

// decodePlugin makes the plug-in that a daemon has described for a host. attach
// is called with each program before it is started.
func decodePlugin(start *shellhost.Start, attach func(*exec.Cmd), bounds shell.Bounds, log *slog.Logger) (shell.Plugin, error) {
	var p plugin
	if err := json.Unmarshal(start.Plugin, &p); err != nil {
		return nil, err
	}
	switch {
	case p.PowerShell != nil:
		p.PowerShell.Logger, p.PowerShell.Attach, p.PowerShell.Directory = log, attach, start.Directory
		p.PowerShell.Bounds = bounds
		return powershell.New(*p.PowerShell), nil
	case p.Winrs != nil:
		p.Winrs.Logger, p.Winrs.Attach, p.Winrs.Bounds = log, attach, bounds
		return winrs.New(*p.Winrs), nil
	case p.Runspace != nil:
		return p.Runspace.plugin(log)
	}
	return nil, errors.New("the daemon names a kind of shell that this version does not know")
}
