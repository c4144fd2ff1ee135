package runspace

import (
	"context"
	"errors"

	"github.com/winrmd/winrmd/psrp/clixml"
	"github.com/winrmd/winrmd/shell/runspace/value"
)

// Host is the host of the client: the console or program that the user sits at.
// What is asked of it waits until the user answers, also while the client is
// disconnected. ErrNoHost is the error where there is none.
type Host struct{ io *IO }

// Host is the client's.
func (io *IO) Host() Host { return Host{io} }

// Present reports whether there is a host with a user interface.
func (h Host) Present() bool {
	info := h.io.run.client.host()
	return info.present && info.ui
}

// Width is how many characters a line of its window has; 0 if that is not known.
func (h Host) Width() int { return h.io.run.client.host().width }

func (h Host) call(ctx context.Context, m hostMethod, parameters ...clixml.Value) (clixml.Value, error) {
	if m == methodReadLineAsSecureString || m == methodPromptForCredential2 {
		if err := h.io.run.client.exchange(ctx); err != nil {
			return nil, err
		}
	}
	return h.io.run.client.call(ctx, m, parameters)
}

// Write writes a text, and WriteLine one that ends its line.
func (h Host) Write(ctx context.Context, text string) error {
	_, err := h.call(ctx, methodWrite1, clixml.String(text))
	return err
}

// WriteLine writes a line.
func (h Host) WriteLine(ctx context.Context, text string) error {
	_, err := h.call(ctx, methodWriteLine2, clixml.String(text))
	return err
}

// ReadLine asks for a line.
func (h Host) ReadLine(ctx context.Context) (string, error) {
	v, err := h.call(ctx, methodReadLine)
	return value.String(v), err
}

// ReadSecret asks for a line that is not shown.
func (h Host) ReadSecret(ctx context.Context) (Secret, error) {
	v, err := h.call(ctx, methodReadLineAsSecureString)
	if err != nil {
		return "", err
	}
	var s Secret
	return s, converter{reveal: h.io.Reveal}.secret(v, &s)
}

// Credential asks for a user and a password.
func (h Host) Credential(ctx context.Context, caption, message, user, target string) (Credential, error) {
	const typesDefault, optionsDefault = 3, 1
	v, err := h.call(ctx, methodPromptForCredential2,
		clixml.String(caption), clixml.String(message), clixml.String(user), clixml.String(target),
		clixml.NewEnum("System.Management.Automation.PSCredentialTypes", "Default", clixml.Int32(typesDefault)),
		clixml.NewEnum("System.Management.Automation.PSCredentialUIOptions", "Default", clixml.Int32(optionsDefault)))
	if err != nil {
		return Credential{}, err
	}
	var c Credential
	return c, converter{reveal: h.io.Reveal}.credential(v, &c)
}

// Choice is one of those that a user may take. An & stands before the key to
// press.
type Choice struct{ Label, Help string }

// Choose asks for one of some choices and returns its number. standard is the
// one that is taken with Enter; less than 0: none.
func (h Host) Choose(ctx context.Context, caption, message string, choices []Choice, standard int) (int, error) {
	list := make(clixml.List, len(choices))
	for i, c := range choices {
		list[i] = bag(property("label", clixml.String(c.Label)), property("helpMessage", clixml.String(c.Help)))
	}
	v, err := h.call(ctx, methodPromptForChoice, clixml.String(caption), clixml.String(message), list, clixml.Int32(standard))
	if err != nil {
		return 0, err
	}
	n, err := value.Int(v)
	if err == nil && (n < 0 || n >= len(choices)) {
		err = errors.New("the client's host has named no choice that there is")
	}
	return n, err
}

// Ask asks for texts by their names, as a mandatory parameter that is missing
// does.
func (h Host) Ask(ctx context.Context, caption, message string, names ...string) (map[string]string, error) {
	list := make(clixml.List, len(names))
	for i, name := range names {
		list[i] = bag(
			property("attributes", clixml.List{}), property("name", clixml.String(name)), property("label", clixml.String(name)),
			property("parameterTypeName", clixml.String("String")), property("parameterTypeFullName", clixml.String("System.String")),
			property("parameterAssemblyFullName", clixml.String("mscorlib")), property("helpMessage", clixml.String("")),
			property("isMandatory", clixml.Bool(true)), property("metadata", clixml.List{}), property("modifiedByRemotingProtocol", clixml.Bool(false)),
			property("isFromRemoteHost", clixml.Bool(false)),
		)
	}
	v, err := h.call(ctx, methodPrompt, clixml.String(caption), clixml.String(message), list)
	if err != nil {
		return nil, err
	}
	answers := map[string]string{}
	for _, name := range names {
		one, _ := value.Member(v, name)
		answers[name] = value.String(one)
	}
	return answers, nil
}

// Exit asks the client to leave an interactive session, as Exit-PSSession does.
func (h Host) Exit(ctx context.Context) error {
	_, err := h.call(ctx, methodPopRunspace)
	return err
}
