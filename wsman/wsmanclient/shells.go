package wsmanclient

import (
	"context"

	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/xmlscan"
)

// Shells lists the shells of the user that the client is logged on as, and for
// an administrator everybody's.
func (c *Client) Shells(ctx context.Context) ([]*ShellInfo, error) {
	var shells []*ShellInfo
	for i, err := range c.Enumerate(ctx, Resource{URI: wsman.ResourceShell}, EnumerateOptions{}) {
		if err != nil {
			return nil, err
		}
		if i.Name != (wsman.QName{Space: wsman.NamespaceShell, Local: "Shell"}) {
			continue
		}
		s := xmlscan.New(i.Object)
		if _, err := s.Next(); err != nil {
			return nil, &AnswerError{err}
		}
		info, err := readShellInfo(s)
		if err != nil {
			return nil, &AnswerError{err}
		}
		shells = append(shells, info)
	}
	return shells, nil
}

// CommandInfo is what a server says of a command of a shell.
type CommandInfo struct {
	CommandID, CommandLine string
	// State is a word, as "Running", or one of wsman.CommandStateRunning and its
	// like.
	State string
}

// Commands lists the commands of a shell.
func (c *Client) Commands(ctx context.Context, shellID string) ([]CommandInfo, error) {
	var commands []CommandInfo
	o := EnumerateOptions{Filter: SelectorFilter(wsman.Selector{Name: "ShellId", Value: shellID})}
	for i, err := range c.Enumerate(ctx, Resource{URI: wsman.ResourceCommand}, o) {
		if err != nil {
			return nil, err
		}
		info, err := readCommandInfo(i.Object)
		if err != nil {
			return nil, &AnswerError{err}
		}
		commands = append(commands, info)
	}
	return commands, nil
}

func readCommandInfo(object []byte) (info CommandInfo, err error) {
	s := xmlscan.New(object)
	if _, err := s.Next(); err != nil {
		return info, err
	}
	return info, children(s, func() error {
		switch string(s.Local()) {
		case "CommandId":
			return text(s, &info.CommandID)
		case "CommandLine":
			return text(s, &info.CommandLine)
		case "CommandState":
			return text(s, &info.State)
		}
		return nil
	})
}
