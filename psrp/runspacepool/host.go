package runspacepool

import (
	"context"
	"errors"

	"github.com/winrmd/winrmd/psrp/clixml"
)

// Host is who uses a pool or pipeline: what answers when they ask something of
// their user (PSHost). Methods are called by the goroutine that reads the
// pipeline, or one at a time for what the pool itself asks. The context is that
// of Next: a method that returns an error after its end is called again by the
// next Next.
//
// An error that a method returns is an exception at the server, where anybody is
// waiting for an answer. [NoHost], [NoUI] and [NoRawUI] have every method and
// refuse: embed them to write those that there are.
type Host interface {
	// Information is what the host is.
	Information() HostInformation
	// UI is how the user is spoken to; nil if he cannot be.
	UI() UI
	// SetShouldExit: a script has said exit.
	SetShouldExit(ctx context.Context, exitCode int) error
	EnterNestedPrompt(ctx context.Context) error
	ExitNestedPrompt(ctx context.Context) error
	// NotifyBeginApplication and NotifyEndApplication stand around a program that
	// writes to the console itself.
	NotifyBeginApplication(ctx context.Context) error
	NotifyEndApplication(ctx context.Context) error
}

// HostInformation is what a host is.
type HostInformation struct {
	Name       string
	Version    clixml.Version
	InstanceID clixml.GUID
	// Culture and UICulture are names, as "de-DE"; "" is the invariant one.
	Culture, UICulture string
}

// UI is the user, and what shows him something (PSHostUserInterface).
type UI interface {
	// RawUI is the console; nil if there is none.
	RawUI() RawUI
	// ReadLine reads a line, without its end.
	ReadLine(ctx context.Context) (string, error)
	// ReadLineAsSecureString reads a line that nobody should see.
	ReadLineAsSecureString(ctx context.Context) (string, error)
	// Write writes a text; colors are nil where the script has not said any.
	Write(ctx context.Context, text string, colors *Colors) error
	// WriteLine writes a text and ends the line.
	WriteLine(ctx context.Context, text string, colors *Colors) error
	// The lines of streams, for a user to see: the records themselves come as
	// Records too, except for errors.
	WriteErrorLine(ctx context.Context, text string) error
	WriteDebugLine(ctx context.Context, text string) error
	WriteVerboseLine(ctx context.Context, text string) error
	WriteWarningLine(ctx context.Context, text string) error
	// WriteProgress shows progress of a source; a Record with it comes too.
	WriteProgress(ctx context.Context, sourceID int64, record *clixml.ProgressRecord) error
	// Prompt asks for fields, and returns a value for each by its name: anything
	// that clixml.Marshal takes, a SecureText or a *Credential.
	Prompt(ctx context.Context, caption, message string, fields []FieldDescription) (map[string]any, error)
	// PromptForCredential asks for a name and a password; nil if there is none.
	PromptForCredential(ctx context.Context, prompt CredentialPrompt) (*Credential, error)
	// PromptForChoice returns the number of a choice, from 0 on; defaultChoice is
	// -1 if there is none.
	PromptForChoice(ctx context.Context, caption, message string, choices []ChoiceDescription, defaultChoice int) (int, error)
	// PromptForChoices returns the numbers of any of them.
	PromptForChoices(ctx context.Context, caption, message string, choices []ChoiceDescription, defaultChoices []int) ([]int, error)
}

// SecureText is text that goes to the server as a SecureString.
type SecureText string

// Credential is a name and a password.
type Credential struct{ UserName, Password string }

// CredentialPrompt says what is asked for.
type CredentialPrompt struct {
	Caption, Message string
	// UserName is the name, if it is known; TargetName is what it is for.
	UserName, TargetName string
	// AllowedTypes are bits: 1 generic, 2 a domain's (PSCredentialTypes). Options
	// are bits, too (PSCredentialUIOptions): 1 the name's form is checked, 2 the
	// name is not to be changed, 4 it is asked for even if it is known.
	AllowedTypes, Options int32
}

// FieldDescription is a field that is asked for.
type FieldDescription struct {
	// Name is what the answer is called, Label what the user sees; it may be empty,
	// and "&" stands before the key to press.
	Name, Label string
	// TypeName is short, as "String"; FullTypeName is as "System.String".
	TypeName, FullTypeName string
	Help                   string
	Mandatory              bool
	Default                clixml.Value // nil if there is none
}

// ChoiceDescription is one of some choices; "&" stands before the key to press.
type ChoiceDescription struct{ Label, Help string }

// Color is a color of the console (System.ConsoleColor).
type Color int32

// The colors.
const (
	Black Color = iota
	DarkBlue
	DarkGreen
	DarkCyan
	DarkRed
	DarkMagenta
	DarkYellow
	Gray
	DarkGray
	Blue
	Green
	Cyan
	Red
	Magenta
	Yellow
	White
)

// Colors are those of a text.
type Colors struct{ Foreground, Background Color }

// ErrNotSupported is what NoHost, NoUI and NoRawUI answer.
var ErrNotSupported = errors.New("the client does not support this: it cannot ask its user, or has no console")

// NoHost is a Host that refuses everything but SetShouldExit and the
// notifications, which it passes over.
type NoHost struct{}

// Information implements Host.
func (NoHost) Information() HostInformation {
	return HostInformation{Name: "winrmd client", Version: clixml.Version{Major: 1, Build: -1, Revision: -1}}
}

// UI implements Host: there is none.
func (NoHost) UI() UI { return nil }

// SetShouldExit implements Host.
func (NoHost) SetShouldExit(context.Context, int) error { return nil }

// EnterNestedPrompt implements Host.
func (NoHost) EnterNestedPrompt(context.Context) error { return ErrNotSupported }

// ExitNestedPrompt implements Host.
func (NoHost) ExitNestedPrompt(context.Context) error { return ErrNotSupported }

// NotifyBeginApplication implements Host.
func (NoHost) NotifyBeginApplication(context.Context) error { return nil }

// NotifyEndApplication implements Host.
func (NoHost) NotifyEndApplication(context.Context) error { return nil }

// NoUI is a UI that refuses to read and to ask, and drops what is written.
type NoUI struct{}

// RawUI implements UI: there is none.
func (NoUI) RawUI() RawUI { return nil }

// ReadLine implements UI.
func (NoUI) ReadLine(context.Context) (string, error) { return "", ErrNotSupported }

// ReadLineAsSecureString implements UI.
func (NoUI) ReadLineAsSecureString(context.Context) (string, error) { return "", ErrNotSupported }

// Write implements UI.
func (NoUI) Write(context.Context, string, *Colors) error { return nil }

// WriteLine implements UI.
func (NoUI) WriteLine(context.Context, string, *Colors) error { return nil }

// WriteErrorLine implements UI.
func (NoUI) WriteErrorLine(context.Context, string) error { return nil }

// WriteDebugLine implements UI.
func (NoUI) WriteDebugLine(context.Context, string) error { return nil }

// WriteVerboseLine implements UI.
func (NoUI) WriteVerboseLine(context.Context, string) error { return nil }

// WriteWarningLine implements UI.
func (NoUI) WriteWarningLine(context.Context, string) error { return nil }

// WriteProgress implements UI.
func (NoUI) WriteProgress(context.Context, int64, *clixml.ProgressRecord) error { return nil }

// Prompt implements UI.
func (NoUI) Prompt(context.Context, string, string, []FieldDescription) (map[string]any, error) {
	return nil, ErrNotSupported
}

// PromptForCredential implements UI.
func (NoUI) PromptForCredential(context.Context, CredentialPrompt) (*Credential, error) {
	return nil, ErrNotSupported
}

// PromptForChoice implements UI.
func (NoUI) PromptForChoice(context.Context, string, string, []ChoiceDescription, int) (int, error) {
	return 0, ErrNotSupported
}

// PromptForChoices implements UI.
func (NoUI) PromptForChoices(context.Context, string, string, []ChoiceDescription, []int) ([]int, error) {
	return nil, ErrNotSupported
}
