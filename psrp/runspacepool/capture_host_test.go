package runspacepool

import (
	"context"
	"fmt"
	"strings"

	"github.com/winrmd/winrmd/psrp/clixml"
)

// captureHost answers as the recorded client did, and notes the calls.
type captureHost struct {
	NoHost
	*play
	ui UI
}

func (h captureHost) UI() UI { return h.ui }

func (h captureHost) SetShouldExit(_ context.Context, code int) error {
	return h.called("SetShouldExit", code)
}

// called notes a call; who reads the pipeline makes it, and reads the notes.
func (p *play) called(method string, parameters ...any) error {
	words := []string{method}
	for _, v := range parameters {
		words = append(words, fmt.Sprint(v))
	}
	p.notes = append(p.notes, strings.Join(words, "|"))
	return nil
}

type captureUI struct {
	NoUI
	*play
}

func (u captureUI) ReadLine(context.Context) (string, error) {
	return "ReadLine response", u.called("ReadLine")
}

func (u captureUI) ReadLineAsSecureString(context.Context) (string, error) {
	return "secure", u.called("ReadLineAsSecureString")
}

// written notes what goes to the console; parts that are missing are not there in
// the call either.
func (u captureUI) written(method, s string, c *Colors) error {
	var parameters []any
	if c != nil {
		parameters = append(parameters, int(c.Foreground), int(c.Background))
	}
	if s != "" {
		parameters = append(parameters, s)
	}
	return u.called(method, parameters...)
}

func (u captureUI) Write(_ context.Context, s string, c *Colors) error {
	return u.written("Write", s, c)
}

func (u captureUI) WriteLine(_ context.Context, s string, c *Colors) error {
	return u.written("WriteLine", s, c)
}

func (u captureUI) WriteErrorLine(_ context.Context, s string) error {
	return u.called("WriteErrorLine", s)
}

func (u captureUI) WriteDebugLine(_ context.Context, s string) error {
	return u.called("WriteDebugLine", s)
}

func (u captureUI) WriteVerboseLine(_ context.Context, s string) error {
	return u.called("WriteVerboseLine", s)
}

func (u captureUI) WriteWarningLine(_ context.Context, s string) error {
	return u.called("WriteWarningLine", s)
}

func (u captureUI) WriteProgress(_ context.Context, source int64, r *clixml.ProgressRecord) error {
	return u.called("WriteProgress", source, r.Activity)
}

func (u captureUI) Prompt(_ context.Context, caption, message string, fields []FieldDescription) (map[string]any, error) {
	return map[string]any{"prompt field": "prompt response"}, u.called("Prompt", caption, message, len(fields))
}

func (u captureUI) PromptForCredential(_ context.Context, p CredentialPrompt) (*Credential, error) {
	return &Credential{"username", "password"}, u.called("PromptForCredential", p.Caption, p.Message, p.UserName, p.TargetName, p.AllowedTypes, p.Options)
}

func (u captureUI) PromptForChoice(_ context.Context, caption, message string, choices []ChoiceDescription, preset int) (int, error) {
	return 1, u.called("PromptForChoice", caption, message, len(choices), preset)
}
