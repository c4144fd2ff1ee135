package shellresource

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/psrp"
	"github.com/winrmd/winrmd/shell"
	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/enumeration"
)

// describe says in a few lines what the package's own readers find in a
// request.
func describe(t testing.TB, raw string) []string {
	r, err := wsman.ParseRequest([]byte(raw), wsman.Limits{MaxEnvelopeSize: 8 << 20, MaxTimeout: 1 << 62})
	if err != nil {
		var f *wsman.Fault
		require.ErrorAs(t, err, &f)
		return []string{last(r.Header.Action) + " fault " + f.WSMan.Code.String() + ": " + strings.TrimSpace(f.Message())}
	}
	h := &r.Header
	first := fmt.Sprintf("%s %s", last(h.Action), resourceName(h.ResourceURI))
	if id, ok := h.Selector("ShellId"); ok {
		first += " shell=" + id
	}
	first += fmt.Sprintf(" timeout=%s size=%d", h.OperationTimeout, h.MaxEnvelopeSize)
	lines := []string{first}
	if o := options(r); len(o) > 0 {
		text := "options"
		for _, name := range slices.Sorted(maps.Keys(o)) {
			text += " " + name + "=" + o[name]
		}
		lines = append(lines, text)
	}
	require.NoError(t, checkOptions(r))
	d := describer{t, r, kindOf(h.ResourceURI) == kindPowerShell}
	return append(lines, d.body()...)
}

func last(uri string) string { return uri[strings.LastIndexByte(uri, '/')+1:] }

func resourceName(uri string) string {
	if name, ok := wsman.PowerShellConfiguration(uri); ok {
		return name
	}
	return last(uri)
}

// describer describes one body.
type describer struct {
	t          testing.TB
	r          *wsman.Request
	powershell bool
}

func (d describer) body() []string {
	switch d.r.Header.Action {
	case wsman.ActionCreate:
		return d.create()
	case wsman.ActionCommand:
		return d.command()
	case wsman.ActionSend:
		return d.send()
	case wsman.ActionReceive:
		request, err := readReceive(d.r)
		require.NoError(d.t, err)
		return []string{fmt.Sprintf("command=%s streams=%s", request.CommandID, strings.Join(request.Streams, ","))}
	case wsman.ActionSignal:
		id, code, err := readSignal(d.r)
		require.NoError(d.t, err)
		s, err := signalOf(code, kindOf(d.r.Header.ResourceURI))
		require.NoError(d.t, err)
		names := map[shell.Signal]string{
			shell.SignalTerminate: "terminate", shell.SignalCtrlC: "ctrl_c", shell.SignalCtrlBreak: "ctrl_break", shell.SignalStop: "stop",
		}
		return []string{fmt.Sprintf("command=%s signal=%s", id, names[s])}
	case wsman.ActionConnect:
		return d.connect()
	case wsman.ActionEnumerate:
		request, err := enumeration.Read(d.r)
		require.NoError(d.t, err)
		id, err := filteredShell(request)
		require.NoError(d.t, err)
		return []string{fmt.Sprintf("optimize=%t max=%d mode=%d filtered=%t %s", request.Optimize, request.MaxElements, request.Mode, request.Filtered, id)}
	case wsman.ActionDisconnect, wsman.ActionReconnect, wsman.ActionGet, wsman.ActionDelete:
		e, err := d.r.BodyElement()
		require.NoError(d.t, err)
		if e != nil {
			require.Empty(d.t, e.ChildElements())
			return []string{"body " + e.Tag}
		}
		return nil
	}
	return []string{"an action that is not known"}
}

func (d describer) create() []string {
	spec, err := ReadSpec(d.r)
	require.NoError(d.t, err)
	lines := []string{fmt.Sprintf("id=%s named=%t name=%q in=%s out=%s", spec.ShellID, spec.ClientNamed, spec.Name,
		strings.Join(spec.InputStreams, ","), strings.Join(spec.OutputStreams, ","))}
	require.Equal(d.t, []string{"en-US", "en-US", "UTF8", "", ""}, // in every capture
		[]string{spec.Locale, spec.DataLocale, spec.Encoding, spec.Compression, strings.TrimPrefix(fmt.Sprint(spec.BufferMode), "<nil>")})
	if spec.IdleTimeout != 0 || spec.Lifetime != 0 || spec.WorkingDirectory != "" || spec.NoProfile {
		lines = append(lines, fmt.Sprintf("idle=%s lifetime=%s directory=%q noprofile=%t", spec.IdleTimeout, spec.Lifetime, spec.WorkingDirectory, spec.NoProfile))
	}
	for _, v := range spec.Environment {
		lines = append(lines, fmt.Sprintf("environment %q=%q", v.Name, v.Value))
	}
	return append(lines, d.data("creation", spec.Creation)...)
}

func (d describer) command() []string {
	id, request, err := readCommand(d.r, kindOf(d.r.Header.ResourceURI))
	require.NoError(d.t, err)
	lines := []string{fmt.Sprintf("command=%s line=%q", id, request.Line)}
	for _, a := range request.Arguments {
		lines = append(lines, d.data("argument", a)...)
	}
	return lines
}

func (d describer) send() []string {
	inputs, err := readSend(d.r)
	require.NoError(d.t, err)
	var lines []string
	for _, in := range inputs {
		lines = append(lines, d.data(fmt.Sprintf("stream=%s command=%s end=%t", in.Stream, in.command, in.End), in.Data)...)
	}
	return lines
}

func (d describer) connect() []string {
	e, err := bodyElement(d.r, "Connect")
	require.NoError(d.t, err)
	if id, ok := attributeOf(e, "CommandId"); ok {
		return []string{"command=" + id}
	}
	return d.data("connect", base64Content(wsman.FindChild(e, wsman.NamespacePowerShell, "connectXml")))
}

// data describes content: PSRP fragments, or bytes.
func (d describer) data(what string, content shell.Data) []string {
	b, err := content.Bytes()
	require.NoError(d.t, err)
	switch {
	case !d.powershell && len(b) > 0:
		return []string{fmt.Sprintf("%s %q", what, b)}
	case len(b) == 0:
		return []string{what + " empty"}
	}
	lines := []string{what}
	for f, err := range psrp.Fragments(b) {
		var bad *psrp.FragmentError
		if errors.As(err, &bad) {
			return append(lines, "  "+err.Error())
		}
		require.NoError(d.t, err)
		line := fmt.Sprintf("  object %d fragment %d start=%t end=%t, %d bytes", f.Header.ObjectID, f.Header.FragmentID, f.Header.Start, f.Header.End, len(f.Blob))
		if f.HasMessage {
			line += ": " + f.Message.Type.String()
		}
		lines = append(lines, line)
	}
	return lines
}
