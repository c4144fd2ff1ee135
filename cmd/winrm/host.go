package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"golang.org/x/term"

	"github.com/winrmd/winrmd/psrp/clixml"
	"github.com/winrmd/winrmd/psrp/runspacepool"
)

// host answers what commands ask of their user. One without a ui refuses.
type host struct {
	runspacepool.NoHost
	ui       *hostUI
	exited   bool // a script has said exit
	exitCode int
}

// Information implements runspacepool.Host.
func (h *host) Information() runspacepool.HostInformation {
	return runspacepool.HostInformation{Name: "winrm", Version: clixml.Version{Major: 1, Minor: 0, Build: -1, Revision: -1}}
}

// UI implements runspacepool.Host.
func (h *host) UI() runspacepool.UI {
	if h.ui == nil {
		return nil
	}
	return h.ui
}

// SetShouldExit implements runspacepool.Host.
func (h *host) SetShouldExit(_ context.Context, code int) error {
	h.exited, h.exitCode = true, code
	return nil
}

// hostUI is the user at the terminal, or what stands at standard input.
type hostUI struct {
	runspacepool.NoUI
	in      *lineInput
	printer *recordPrinter
	// stopped says that the command was told to stop: it gets no more answers.
	stopped bool
}

// RawUI implements runspacepool.UI.
func (u *hostUI) RawUI() runspacepool.RawUI { return console{printer: u.printer} }

// ask writes what the user is asked by a command and reads the answer.
func (u *hostUI) ask(ctx context.Context, prompt string, secret bool) (string, error) {
	if u.stopped {
		return "", errStopped
	}
	return u.question(ctx, prompt, secret)
}

// question is ask for what the user is asked by this program.
func (u *hostUI) question(ctx context.Context, prompt string, secret bool) (string, error) {
	if err := u.printer.pause(); err != nil {
		return "", err
	}
	if prompt != "" {
		fmt.Fprint(u.printer.stderr.w, u.printer.stderr.text(prompt))
	}
	line, err := u.in.line(ctx, secret)
	if secret && u.in.terminal() {
		fmt.Fprintln(u.printer.stderr.w)
	}
	return line, err
}

// say writes a caption and a message, where there are any.
func (u *hostUI) say(texts ...string) error {
	for _, text := range texts {
		if text == "" {
			continue
		}
		if err := u.printer.pause(); err != nil {
			return err
		}
		if err := u.printer.problem(text); err != nil {
			return err
		}
	}
	return nil
}

// ReadLine implements runspacepool.UI.
func (u *hostUI) ReadLine(ctx context.Context) (string, error) { return u.ask(ctx, "", false) }

// ReadLineAsSecureString implements runspacepool.UI.
func (u *hostUI) ReadLineAsSecureString(ctx context.Context) (string, error) {
	return u.ask(ctx, "", true)
}

// Write implements runspacepool.UI.
func (u *hostUI) Write(_ context.Context, text string, _ *runspacepool.Colors) error {
	return u.printer.fromHost(text, false)
}

// WriteLine implements runspacepool.UI.
func (u *hostUI) WriteLine(_ context.Context, text string, _ *runspacepool.Colors) error {
	return u.printer.fromHost(text, true)
}

// WriteErrorLine implements runspacepool.UI.
func (u *hostUI) WriteErrorLine(_ context.Context, text string) error { return u.say(text) }

// Prompt implements runspacepool.UI: a line for each field, as for a cmdlet that
// lacks parameters.
func (u *hostUI) Prompt(ctx context.Context, caption, message string, fields []runspacepool.FieldDescription) (map[string]any, error) {
	if err := u.say(caption, message); err != nil {
		return nil, err
	}
	values := map[string]any{}
	for _, f := range fields {
		label := orElse(strings.Replace(f.Label, "&", "", 1), f.Name)
		switch f.FullTypeName {
		case "System.Management.Automation.PSCredential":
			c, err := u.PromptForCredential(ctx, runspacepool.CredentialPrompt{Message: label})
			if err != nil {
				return nil, err
			}
			values[f.Name] = c
		case "System.Security.SecureString":
			text, err := u.ask(ctx, label+": ", true)
			if err != nil {
				return nil, err
			}
			values[f.Name] = runspacepool.SecureText(text)
		default:
			text, err := u.ask(ctx, label+": ", false)
			if err != nil {
				return nil, err
			}
			if values[f.Name] = any(text); text == "" && f.Default != nil {
				values[f.Name] = f.Default
			}
		}
	}
	return values, nil
}

// PromptForCredential implements runspacepool.UI.
func (u *hostUI) PromptForCredential(ctx context.Context, p runspacepool.CredentialPrompt) (*runspacepool.Credential, error) {
	if err := u.say(p.Caption, p.Message); err != nil {
		return nil, err
	}
	name := p.UserName
	if name == "" {
		var err error
		if name, err = u.ask(ctx, "User: ", false); err != nil {
			return nil, err
		}
	}
	password, err := u.ask(ctx, "Password for user "+name+": ", true)
	if err != nil {
		return nil, err
	}
	return &runspacepool.Credential{UserName: name, Password: password}, nil
}

// PromptForChoice implements runspacepool.UI. Who only ends the line chooses the
// default, and what is no choice is asked again.
func (u *hostUI) PromptForChoice(ctx context.Context, caption, message string, choices []runspacepool.ChoiceDescription, preset int) (int, error) {
	if err := u.say(caption, message); err != nil {
		return 0, err
	}
	for {
		text, err := u.ask(ctx, choicesText(choices, []int{preset})+": ", false)
		if err != nil {
			return 0, err
		}
		if text == "" && preset >= 0 {
			return preset, nil
		}
		if n := chosen(choices, text); n >= 0 {
			return n, nil
		}
		if err := u.help(choices, text); err != nil {
			return 0, err
		}
	}
}

// PromptForChoices implements runspacepool.UI: one a line, to an empty one.
func (u *hostUI) PromptForChoices(ctx context.Context, caption, message string, choices []runspacepool.ChoiceDescription, preset []int) ([]int, error) {
	if err := u.say(caption, message, choicesText(choices, preset)); err != nil {
		return nil, err
	}
	all := []int{}
	for {
		text, err := u.ask(ctx, "Choice["+strconv.Itoa(len(all))+"]: ", false)
		if err != nil {
			return nil, err
		}
		if text == "" {
			if len(all) == 0 {
				return preset, nil
			}
			return all, nil
		}
		if n := chosen(choices, text); n >= 0 {
			all = append(all, n)
		} else if err := u.help(choices, text); err != nil {
			return nil, err
		}
	}
}

// help says what the choices mean to who asks with "?".
func (u *hostUI) help(choices []runspacepool.ChoiceDescription, text string) error {
	if strings.TrimSpace(text) != "?" {
		return nil
	}
	for _, c := range choices {
		key, label := choiceKey(c.Label)
		if err := u.say(orElse(key, label) + " - " + c.Help); err != nil {
			return err
		}
	}
	return nil
}

// choiceKey is the key of a label, and the label without the mark before it.
func choiceKey(label string) (key, plain string) {
	before, after, ok := strings.Cut(label, "&")
	if !ok || after == "" {
		return "", before
	}
	return strings.ToUpper(string([]rune(after)[:1])), before + after
}

func choicesText(choices []runspacepool.ChoiceDescription, preset []int) string {
	var b strings.Builder
	for _, c := range choices {
		key, label := choiceKey(c.Label)
		fmt.Fprintf(&b, "[%s] %s  ", key, label)
	}
	b.WriteString("[?] Help")
	for _, n := range preset {
		if 0 <= n && n < len(choices) {
			key, label := choiceKey(choices[n].Label)
			fmt.Fprintf(&b, " (default is %q)", orElse(key, label))
		}
	}
	return b.String()
}

// chosen is the choice whose key or label a text is; -1 if none is.
func chosen(choices []runspacepool.ChoiceDescription, text string) int {
	text = strings.TrimSpace(text)
	for i, c := range choices {
		key, label := choiceKey(c.Label)
		if text != "" && (strings.EqualFold(text, key) || strings.EqualFold(text, label)) {
			return i
		}
	}
	return -1
}

// console is the terminal as far as scripts are told of it: its size.
type console struct {
	runspacepool.NoRawUI
	printer *recordPrinter
}

// Data implements runspacepool.RawUI.
func (c console) Data() runspacepool.RawUIData {
	data := c.NoRawUI.Data()
	f, ok := c.printer.stdout.w.(*os.File)
	if !ok {
		return data
	}
	if width, height, err := term.GetSize(int(f.Fd())); err == nil && width > 0 && height > 0 {
		size := runspacepool.Size{Width: width, Height: height}
		data.BufferSize, data.WindowSize, data.MaxWindowSize, data.MaxPhysicalWindowSize = size, size, size, size
	}
	return data
}

// lineInput is what lines are read of. It is used by one goroutine; what it waits for
// goes on when its caller does not wait any more, and is the next caller's.
type lineInput struct {
	r       io.Reader
	pending chan inputLine
	secret  bool // what is pending is read without echo
}

type inputLine struct {
	text string
	err  error
}

func (in *lineInput) terminal() bool { return isTerminal(in.r) }

// errNoInput says that standard input is at its end.
var errNoInput = errors.New("standard input has no more lines")

// line reads one, without echo where it is secret. A line that was waited for
// with echo is not given to who wants a secret one.
func (in *lineInput) line(ctx context.Context, secret bool) (string, error) {
	var restore func()
	if in.pending == nil {
		in.pending, in.secret = make(chan inputLine, 1), secret && in.terminal()
		read := in.read
		if in.secret {
			fd := int(in.r.(*os.File).Fd())
			if state, err := term.GetState(fd); err == nil {
				restore = func() { _ = term.Restore(fd, state) }
			}
			read = func() (string, error) {
				text, err := term.ReadPassword(fd)
				return string(text), err
			}
		}
		go func(c chan<- inputLine) {
			text, err := read()
			c <- inputLine{text, err}
		}(in.pending)
	} else if secret && !in.secret && in.terminal() {
		return "", errors.New("a secret cannot be read while a line is being typed")
	}
	select {
	case l := <-in.pending:
		in.pending = nil
		return l.text, l.err
	case <-ctx.Done():
		if restore != nil {
			restore()
		}
		select { // what was typed before a Ctrl-C is not the next caller's
		case <-in.pending:
			in.pending = nil
		default:
		}
		return "", context.Cause(ctx)
	}
}

// maxLine bounds a line of input, in bytes.
const maxLine = 1 << 20

// read reads a line byte by byte, so that what comes after it is anybody's.
func (in *lineInput) read() (string, error) {
	var line []byte
	b := make([]byte, 1)
	for len(line) < maxLine {
		n, err := in.r.Read(b)
		switch {
		case n == 1 && b[0] == '\n':
			return strings.TrimSuffix(string(line), "\r"), nil
		case n == 1:
			line = append(line, b[0])
		case errors.Is(err, io.EOF) && len(line) > 0:
			return string(line), nil
		case errors.Is(err, io.EOF):
			return "", errNoInput
		case err != nil:
			return "", err
		}
	}
	return "", fmt.Errorf("a line has more than %d bytes", maxLine)
}
