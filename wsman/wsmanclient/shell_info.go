package wsmanclient

import (
	"strings"
	"time"

	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/xmlscan"
)

// ShellInfo is what a server says of a shell (MS-WSMV 2.2.4.37). What it did not
// say is empty.
type ShellInfo struct {
	ShellID, Name, ResourceURI string
	// Owner is the account, ClientIP where the client is, or was.
	Owner, ClientIP string
	ProcessID       string
	Environment     []Variable
	// WorkingDirectory is where commands begin.
	WorkingDirectory string
	// IdleTimeout is how long the shell lives without a client, MaxIdleTimeout
	// the longest that may be asked for.
	IdleTimeout, MaxIdleTimeout time.Duration
	// InputStreams and OutputStreams are names of streams, blanks between them.
	InputStreams, OutputStreams string
	Locale, DataLocale          string
	// CompressionMode is "NoCompression" or "XpressCompression".
	CompressionMode string
	// ProfileLoaded is "Yes" or "No", Encoding "UTF8" or "UTF16".
	ProfileLoaded, Encoding string
	// BufferMode is "Block" or "Drop".
	BufferMode string
	// State is "Connected" or "Disconnected".
	State string
	// ShellRunTime is how old the shell is, ShellInactivity how long nothing was
	// asked of it.
	ShellRunTime, ShellInactivity time.Duration
	// MemoryUsed and ChildProcesses are for people, as "46MB" and "0".
	MemoryUsed, ChildProcesses string
}

// Variable is a variable of a shell's environment.
type Variable struct{ Name, Value string }

// Compressed reports whether the shell's streams are compressed.
func (i *ShellInfo) Compressed() bool {
	return i.CompressionMode != "" && !strings.EqualFold(i.CompressionMode, "NoCompression")
}

// Disconnectable reports whether the server can disconnect the shell: it says
// the state of those only.
func (i *ShellInfo) Disconnectable() bool { return i.State != "" }

// readShellInfo reads the current rsp:Shell. A duration that is none is taken as
// not said: it is for people, and no reason to give up a shell.
func readShellInfo(s *xmlscan.Scanner) (*ShellInfo, error) {
	i := &ShellInfo{}
	texts := map[string]*string{
		"ShellId": &i.ShellID, "Name": &i.Name, "ResourceUri": &i.ResourceURI, "Owner": &i.Owner,
		"ClientIP": &i.ClientIP, "ProcessId": &i.ProcessID, "WorkingDirectory": &i.WorkingDirectory,
		"InputStreams": &i.InputStreams, "OutputStreams": &i.OutputStreams,
		"Locale": &i.Locale, "DataLocale": &i.DataLocale, "CompressionMode": &i.CompressionMode,
		"ProfileLoaded": &i.ProfileLoaded, "Encoding": &i.Encoding, "BufferMode": &i.BufferMode,
		"State": &i.State, "MemoryUsed": &i.MemoryUsed, "ChildProcesses": &i.ChildProcesses,
	}
	durations := map[string]*time.Duration{
		"IdleTimeOut": &i.IdleTimeout, "MaxIdleTimeOut": &i.MaxIdleTimeout,
		"ShellRunTime": &i.ShellRunTime, "ShellInactivity": &i.ShellInactivity,
	}
	return i, children(s, func() error {
		name := string(s.Local())
		switch {
		case string(s.Space()) != wsman.NamespaceShell:
			return nil
		case name == "Environment":
			return children(s, func() error { return i.variable(s) })
		case texts[name] != nil:
			return text(s, texts[name])
		case durations[name] != nil:
			var d string
			err := text(s, &d)
			*durations[name], _ = wsman.ParseDuration(d)
			return err
		}
		return nil
	})
}

func (i *ShellInfo) variable(s *xmlscan.Scanner) error {
	name, _ := s.Attr("", "Name")
	value, err := s.Text()
	if len(i.Environment) < maxVariables {
		i.Environment = append(i.Environment, Variable{Name: name, Value: value})
	}
	return err
}

// maxVariables is more than any environment has.
const maxVariables = 10000
