package runspacepool

import (
	"context"
	"fmt"

	"github.com/winrmd/winrmd/psrp/clixml"
)

// invokeHost calls a method of Host itself.
func invokeHost(ctx context.Context, h Host, m methodID, a *arguments) (clixml.Value, error) {
	switch m {
	case methodGetName:
		return clixml.String(h.Information().Name), nil
	case methodGetVersion:
		return h.Information().Version, nil
	case methodGetInstanceID:
		return h.Information().InstanceID, nil
	case methodGetCurrentCulture:
		return clixml.String(h.Information().Culture), nil
	case methodGetCurrentUICulture:
		return clixml.String(h.Information().UICulture), nil
	case methodSetShouldExit:
		code := a.int()
		return void(a, func() error { return h.SetShouldExit(ctx, code) })
	case methodEnterNestedPrompt:
		return void(a, func() error { return h.EnterNestedPrompt(ctx) })
	case methodExitNestedPrompt:
		return void(a, func() error { return h.ExitNestedPrompt(ctx) })
	case methodNotifyBeginApplication:
		return void(a, func() error { return h.NotifyBeginApplication(ctx) })
	case methodNotifyEndApplication:
		return void(a, func() error { return h.NotifyEndApplication(ctx) })
	}
	return nil, fmt.Errorf("%v: %w", m, ErrNotSupported)
}

// void calls a method without a result, if its arguments are well.
func void(a *arguments, f func() error) (clixml.Value, error) {
	if a.err != nil {
		return nil, a.err
	}
	return nil, f()
}

// invokeUI calls a method of a UI.
func (p *RunspacePool) invokeUI(ctx context.Context, ui UI, m methodID, a *arguments) (clixml.Value, error) {
	switch m {
	case methodReadLine:
		line, err := ui.ReadLine(ctx)
		return clixml.String(line), err
	case methodReadLineAsSecureString:
		line, err := ui.ReadLineAsSecureString(ctx)
		if err != nil {
			return nil, err
		}
		return p.EncryptSecureString(ctx, line)
	case methodPrompt, methodPromptForCredential1, methodPromptForCredential2, methodPromptForChoice, methodPromptForChoiceMultipleSelection:
		return p.prompt(ctx, ui, m, a)
	}
	return write(ctx, ui, m, a)
}

// write calls a method that shows something.
func write(ctx context.Context, ui UI, m methodID, a *arguments) (clixml.Value, error) {
	if m == methodWriteProgress {
		source := number(a, a.next())
		record, err := clixml.ReadProgressRecord(a.next())
		if err != nil {
			return nil, err
		}
		return void(a, func() error { return ui.WriteProgress(ctx, source, record) })
	}
	var colors *Colors
	if m == methodWrite2 || m == methodWriteLine3 {
		colors = a.colors()
	}
	text := ""
	if m != methodWriteLine1 {
		text = a.text()
	}
	show := func(f func(context.Context, string) error) (clixml.Value, error) {
		return void(a, func() error { return f(ctx, text) })
	}
	switch m {
	case methodWrite1, methodWrite2:
		return void(a, func() error { return ui.Write(ctx, text, colors) })
	case methodWriteLine1, methodWriteLine2, methodWriteLine3:
		return void(a, func() error { return ui.WriteLine(ctx, text, colors) })
	case methodWriteErrorLine:
		return show(ui.WriteErrorLine)
	case methodWriteDebugLine:
		return show(ui.WriteDebugLine)
	case methodWriteVerboseLine:
		return show(ui.WriteVerboseLine)
	case methodWriteWarningLine:
		return show(ui.WriteWarningLine)
	}
	return nil, fmt.Errorf("%v: %w", m, ErrNotSupported)
}

// prompt calls a method that asks the user.
func (p *RunspacePool) prompt(ctx context.Context, ui UI, m methodID, a *arguments) (clixml.Value, error) {
	caption, message := a.text(), a.text()
	switch m {
	case methodPrompt:
		fields := a.fields()
		if a.err != nil {
			return nil, a.err
		}
		values, err := ui.Prompt(ctx, caption, message, fields)
		if err != nil {
			return nil, err
		}
		return p.answers(ctx, fields, values)
	case methodPromptForChoice:
		choices, preset := a.choices(), a.int()
		if a.err != nil {
			return nil, a.err
		}
		n, err := ui.PromptForChoice(ctx, caption, message, choices, preset)
		return clixml.Int32(n), err
	case methodPromptForChoiceMultipleSelection:
		return promptForChoices(ctx, ui, caption, message, a)
	}
	c := CredentialPrompt{Caption: caption, Message: message, UserName: a.text(), TargetName: a.text()}
	if m == methodPromptForCredential2 {
		c.AllowedTypes, c.Options = int32(a.int()), int32(a.int())
	}
	if a.err != nil {
		return nil, a.err
	}
	credential, err := ui.PromptForCredential(ctx, c)
	if err != nil || credential == nil {
		return nil, err
	}
	return p.PSCredential(ctx, *credential)
}

func promptForChoices(ctx context.Context, ui UI, caption, message string, a *arguments) (clixml.Value, error) {
	choices := a.choices()
	var preset []int
	for _, v := range a.list() {
		preset = append(preset, int(number(a, v)))
	}
	if a.err != nil {
		return nil, a.err
	}
	chosen, err := ui.PromptForChoices(ctx, caption, message, choices, preset)
	if err != nil {
		return nil, err
	}
	list := clixml.List{}
	for _, n := range chosen {
		list = append(list, clixml.Int32(n))
	}
	return list, nil
}

// answers is what Prompt returns: a dictionary in the order of the fields.
func (p *RunspacePool) answers(ctx context.Context, fields []FieldDescription, values map[string]any) (clixml.Value, error) {
	d := clixml.Dictionary{}
	for _, f := range fields {
		value, ok := values[f.Name]
		if !ok {
			continue
		}
		v, err := p.marshalSecret(ctx, value)
		if err != nil {
			return nil, err
		}
		d = append(d, clixml.Entry{Key: clixml.String(f.Name), Value: v})
	}
	return d, nil
}

// marshalSecret is clixml.Marshal, for what has to be encrypted, too.
func (p *RunspacePool) marshalSecret(ctx context.Context, v any) (clixml.Value, error) {
	switch v := v.(type) {
	case SecureText:
		return p.EncryptSecureString(ctx, string(v))
	case *Credential:
		if v == nil {
			return nil, nil
		}
		return p.PSCredential(ctx, *v)
	case Credential:
		return p.PSCredential(ctx, v)
	}
	return clixml.Marshal(v)
}

// invokeRawUI calls a method of a RawUI.
func invokeRawUI(ctx context.Context, raw RawUI, m methodID, a *arguments) (clixml.Value, error) {
	if v, ok := rawUIProperty(raw, m); ok {
		return v, nil
	}
	switch m {
	case methodGetKeyAvailable:
		is, err := raw.KeyAvailable(ctx)
		return clixml.Bool(is), err
	case methodReadKey:
		options := a.int()
		if a.err != nil {
			return nil, a.err
		}
		k, err := raw.ReadKey(ctx, int32(options))
		return k.object(), err
	case methodGetBufferContents:
		r := a.rectangle()
		if a.err != nil {
			return nil, a.err
		}
		rows, err := raw.BufferContents(ctx, r)
		if err != nil {
			return nil, err
		}
		return cellArray(rows)
	}
	f, ok := rawUISetters[m]
	if !ok {
		return nil, fmt.Errorf("%v: %w", m, ErrNotSupported)
	}
	set := f(ctx, raw, a)
	return void(a, set)
}

// rawUIProperty is a property of a console that can be read.
func rawUIProperty(raw RawUI, m methodID) (clixml.Value, bool) {
	switch m {
	case methodGetForegroundColor:
		return clixml.Int32(raw.Data().ForegroundColor), true
	case methodGetBackgroundColor:
		return clixml.Int32(raw.Data().BackgroundColor), true
	case methodGetCursorPosition:
		return raw.Data().CursorPosition.object(), true
	case methodGetWindowPosition:
		return raw.Data().WindowPosition.object(), true
	case methodGetCursorSize:
		return clixml.Int32(raw.Data().CursorSize), true
	case methodGetBufferSize:
		return raw.Data().BufferSize.object(), true
	case methodGetWindowSize:
		return raw.Data().WindowSize.object(), true
	case methodGetWindowTitle:
		return clixml.String(raw.Data().WindowTitle), true
	case methodGetMaxWindowSize:
		return raw.Data().MaxWindowSize.object(), true
	case methodGetMaxPhysicalWindowSize:
		return raw.Data().MaxPhysicalWindowSize.object(), true
	}
	return nil, false
}

// rawUISetters take their arguments and return what is to be called.
var rawUISetters = map[methodID]func(context.Context, RawUI, *arguments) func() error{
	methodSetForegroundColor: func(ctx context.Context, r RawUI, a *arguments) func() error {
		c := a.color()
		return func() error { return r.SetForegroundColor(ctx, c) }
	},
	methodSetBackgroundColor: func(ctx context.Context, r RawUI, a *arguments) func() error {
		c := a.color()
		return func() error { return r.SetBackgroundColor(ctx, c) }
	},
	methodSetCursorPosition: func(ctx context.Context, r RawUI, a *arguments) func() error {
		c := a.coordinates()
		return func() error { return r.SetCursorPosition(ctx, c) }
	},
	methodSetWindowPosition: func(ctx context.Context, r RawUI, a *arguments) func() error {
		c := a.coordinates()
		return func() error { return r.SetWindowPosition(ctx, c) }
	},
	methodSetCursorSize: func(ctx context.Context, r RawUI, a *arguments) func() error {
		n := a.int()
		return func() error { return r.SetCursorSize(ctx, n) }
	},
	methodSetBufferSize: func(ctx context.Context, r RawUI, a *arguments) func() error {
		s := a.size()
		return func() error { return r.SetBufferSize(ctx, s) }
	},
	methodSetWindowSize: func(ctx context.Context, r RawUI, a *arguments) func() error {
		s := a.size()
		return func() error { return r.SetWindowSize(ctx, s) }
	},
	methodSetWindowTitle: func(ctx context.Context, r RawUI, a *arguments) func() error {
		s := a.text()
		return func() error { return r.SetWindowTitle(ctx, s) }
	},
	methodFlushInputBuffer: func(ctx context.Context, r RawUI, _ *arguments) func() error {
		return func() error { return r.FlushInputBuffer(ctx) }
	},
	methodSetBufferContents1: func(ctx context.Context, r RawUI, a *arguments) func() error {
		area, fill := a.rectangle(), a.cell()
		return func() error { return r.FillBufferContents(ctx, area, fill) }
	},
	methodSetBufferContents2: func(ctx context.Context, r RawUI, a *arguments) func() error {
		origin, cells := a.coordinates(), a.cells()
		return func() error { return r.SetBufferContents(ctx, origin, cells) }
	},
	methodScrollBufferContents: func(ctx context.Context, r RawUI, a *arguments) func() error {
		source, destination, clip, fill := a.rectangle(), a.coordinates(), a.rectangle(), a.cell()
		return func() error { return r.ScrollBufferContents(ctx, source, destination, clip, fill) }
	},
}
