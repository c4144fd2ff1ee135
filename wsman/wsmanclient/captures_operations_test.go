package wsmanclient_test

import (
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/beevik/etree"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/wsmanclient"
)

func decimal(code wsman.FaultCode) string { return strconv.FormatUint(uint64(code), 10) }

func trimmed(e *etree.Element) string {
	if e == nil {
		return ""
	}
	return strings.TrimSpace(e.Text())
}

// child is the text of a child in the namespace of shells.
func child(e *etree.Element, local string) string {
	return trimmed(wsman.FindChild(e, wsman.NamespaceShell, local))
}

func attribute(e *etree.Element, name string) string {
	if e == nil {
		return ""
	}
	for _, a := range e.Attr { // winrm4j writes a prefix
		if a.Key == name {
			return a.Value
		}
	}
	return ""
}

func duration(text string) time.Duration {
	d, _ := wsman.ParseDuration(text)
	return d
}

// alike is a tree without that in which clients differ and mean the same: the
// order in which a shell is described, where its name stands, how a duration and
// a truth value are written.
func alike(e *etree.Element) *tree {
	if e == nil {
		return nil
	}
	t := treeOf(e)
	t.equalize()
	return t
}

func (t *tree) equalize() {
	delete(t.Attributes, "SequenceId")
	switch end := t.Attributes["End"]; {
	case strings.EqualFold(end, "false"):
		delete(t.Attributes, "End")
	case end != "":
		t.Attributes["End"] = "true"
	}
	if len(t.Attributes) == 0 {
		t.Attributes = nil
	}
	if d, err := wsman.ParseDuration(t.Text); err == nil {
		t.Text = d.String()
	}
	if t.Name == "rsp:Shell" {
		kept := t.Children[:0]
		for _, c := range t.Children {
			if c.Name == "rsp:Name" { // Windows' client has an attribute
				if t.Attributes == nil {
					t.Attributes = map[string]string{}
				}
				t.Attributes["Name"] = c.Text
				continue
			}
			kept = append(kept, c)
		}
		t.Children = kept
		sort.SliceStable(kept, func(i, j int) bool { return kept[i].Name < kept[j].Name })
	}
	for _, c := range t.Children {
		c.equalize()
	}
}

// content is the part of a body that belongs to the kind of shell.
func (p *play) content(of *etree.Element) []byte {
	for _, c := range of.ChildElements() {
		if c.NamespaceURI() == wsman.NamespacePowerShell {
			return []byte(`<` + c.Tag + ` xmlns="` + wsman.NamespacePowerShell + `">` + c.Text() + `</` + c.Tag + `>`)
		}
	}
	return nil
}

func (p *play) create() error {
	e := p.asked
	config := wsmanclient.ShellConfig{
		ResourceURI: p.request.Header.ResourceURI, ShellID: attribute(e, "ShellId"), Name: child(e, "Name"),
		InputStreams: child(e, "InputStreams"), OutputStreams: child(e, "OutputStreams"), WorkingDirectory: child(e, "WorkingDirectory"),
		Lifetime: duration(child(e, "Lifetime")), IdleTimeout: duration(child(e, "IdleTimeOut")), Content: p.content(e), Options: p.request.Header.Options,
	}
	for _, v := range wsman.Children(wsman.FindChild(e, wsman.NamespaceShell, "Environment"), wsman.NamespaceShell, "Variable") {
		config.Environment = append(config.Environment, wsmanclient.Variable{Name: attribute(v, "Name"), Value: v.Text()})
	}
	shell, err := p.client.CreateShell(within(p.t), config)
	if err != nil {
		return err
	}
	created := wsman.FindChild(p.answer, wsman.NamespaceTransfer, "ResourceCreated")
	assert.Equal(p.t, trimmed(created.FindElement("ReferenceParameters/SelectorSet/Selector")), shell.ID())
	described := wsman.FindChild(p.answer, wsman.NamespaceShell, "Shell")
	require.Equal(p.t, described == nil, shell.Info() == nil)
	if described != nil {
		p.compareShell(described, shell.Info())
	}
	return nil
}

// compareShell compares what a server says of a shell.
func (p *play) compareShell(e *etree.Element, i *wsmanclient.ShellInfo) {
	for name, got := range map[string]string{
		"ShellId": i.ShellID, "ResourceUri": i.ResourceURI, "Owner": i.Owner, "ClientIP": i.ClientIP, "ProcessId": i.ProcessID,
		"WorkingDirectory": i.WorkingDirectory, "InputStreams": i.InputStreams, "OutputStreams": i.OutputStreams, "Locale": i.Locale,
		"DataLocale": i.DataLocale, "CompressionMode": i.CompressionMode, "ProfileLoaded": i.ProfileLoaded, "Encoding": i.Encoding,
		"BufferMode": i.BufferMode, "State": i.State, "MemoryUsed": i.MemoryUsed, "ChildProcesses": i.ChildProcesses,
	} {
		assert.Equal(p.t, child(e, name), got, name)
	}
	for name, got := range map[string]time.Duration{
		"IdleTimeOut": i.IdleTimeout, "MaxIdleTimeOut": i.MaxIdleTimeout, "ShellRunTime": i.ShellRunTime, "ShellInactivity": i.ShellInactivity,
	} {
		assert.Equal(p.t, duration(child(e, name)), got, name)
	}
	assert.Len(p.t, i.Environment, len(e.FindElements("Environment/Variable")))
	assert.False(p.t, i.Compressed())
}

func (p *play) command() error {
	config := wsmanclient.CommandConfig{ID: attribute(p.asked, "CommandId"), Line: child(p.asked, "Command")}
	for _, a := range wsman.Children(p.asked, wsman.NamespaceShell, "Arguments") {
		config.Arguments = append(config.Arguments, a.Text())
	}
	command, err := p.shell().Command(within(p.t), config)
	if err == nil {
		assert.Equal(p.t, trimmed(p.answer.FindElement("CommandResponse/CommandId")), command.ID())
	}
	return err
}

func (p *play) send() error {
	stream := p.asked.ChildElements()[0]
	name, end := attribute(stream, "Name"), strings.EqualFold(attribute(stream, "End"), "true")
	if id := attribute(stream, "CommandId"); id != "" {
		return p.shell().CommandByID(id).SendText(within(p.t), name, []byte(stream.Text()), end)
	}
	return p.shell().SendText(within(p.t), name, []byte(stream.Text()), end)
}

func (p *play) receive() error {
	desired := p.asked.ChildElements()[0]
	streams := strings.Fields(desired.Text())
	r := p.shell().Receiver(streams...)
	if id := attribute(desired, "CommandId"); id != "" {
		r = p.shell().CommandByID(id).Receiver(streams...)
	}
	output, err := r.Ask(within(p.t))
	if err != nil {
		return err
	}
	response := wsman.FindChild(p.answer, wsman.NamespaceShell, "ReceiveResponse")
	want := wsman.Children(response, wsman.NamespaceShell, "Stream")
	require.Len(p.t, output.Streams, len(want))
	for i, s := range output.Streams {
		assert.Equal(p.t, attribute(want[i], "Name"), s.Name)
		assert.Equal(p.t, attribute(want[i], "CommandId"), s.CommandID)
		assert.Equal(p.t, strings.Join(strings.Fields(want[i].Text()), ""), string(s.Text))
		assert.Equal(p.t, attribute(want[i], "End") == "true", s.End)
		_, err := s.AppendBytes(nil)
		require.NoError(p.t, err)
	}
	state := wsman.FindChild(response, wsman.NamespaceShell, "CommandState")
	assert.Equal(p.t, attribute(state, "State"), output.CommandState)
	assert.Equal(p.t, strings.HasSuffix(attribute(state, "State"), "Done"), output.Done())
	code := child(state, "ExitCode")
	assert.Equal(p.t, code != "", output.HasExitCode)
	if output.HasExitCode {
		assert.Equal(p.t, code, strconv.FormatUint(uint64(output.ExitCode), 10))
	}
	return nil
}

func (p *play) signal() error {
	return p.shell().CommandByID(attribute(p.asked, "CommandId")).Signal(within(p.t), child(p.asked, "Code"))
}

func (p *play) disconnect() error {
	return p.shell().Disconnect(within(p.t), wsmanclient.DisconnectOptions{})
}

func (p *play) reconnect() error {
	require.Nil(p.t, p.asked)
	return p.shell().Reconnect(within(p.t), wsmanclient.ReconnectOptions{})
}

func (p *play) connect() error {
	if id := attribute(p.asked, "CommandId"); id != "" {
		command, err := p.shell().ConnectCommand(within(p.t), id, p.content(p.asked))
		if err == nil {
			assert.Equal(p.t, id, command.ID())
		}
		return err
	}
	id, _ := p.request.Header.Selector("ShellId")
	shell, err := p.client.ConnectShell(within(p.t), wsmanclient.ConnectConfig{
		ResourceURI: p.request.Header.ResourceURI, ShellID: id, Content: p.content(p.asked), Options: p.request.Header.Options,
	})
	if err != nil {
		return err
	}
	got, err := wsmanclient.PowerShellContent(shell.Content())
	require.NoError(p.t, err)
	assert.NotEmpty(p.t, got)
	assert.Equal(p.t, trimmed(p.answer.FindElement("ConnectResponse/connectResponseXml")), trimmed(parse(p.t, shell.Content())))
	return nil
}

func (p *play) get() error {
	if p.request.Header.ResourceURI == wsman.ResourceShell {
		info, err := p.shell().Get(within(p.t))
		if err == nil {
			p.compareShell(wsman.FindChild(p.answer, wsman.NamespaceShell, "Shell"), info)
		}
		return err
	}
	got, err := p.client.Get(within(p.t), wsmanclient.Resource{URI: p.request.Header.ResourceURI, Selectors: p.request.Header.Selectors})
	if err == nil {
		assert.Equal(p.t, treeOf(p.answer.ChildElements()[0]), treeOf(parse(p.t, got)))
	}
	return err
}

func (p *play) enumerate() error {
	var want []*etree.Element
	if items := p.answer.FindElement("EnumerateResponse/Items"); items != nil {
		want = items.ChildElements()
	}
	if p.request.Header.ResourceURI == wsman.ResourceCommand {
		commands, err := p.client.Commands(within(p.t), trimmed(p.asked.FindElement("Filter/SelectorSet/Selector")))
		require.Len(p.t, commands, len(want))
		for i, c := range commands {
			assert.Equal(p.t, wsmanclient.CommandInfo{
				CommandID: child(want[i], "CommandId"), CommandLine: child(want[i], "CommandLine"), State: child(want[i], "CommandState"),
			}, c)
		}
		return err
	}
	shells, err := p.client.Shells(within(p.t))
	require.Len(p.t, shells, len(want))
	for i, s := range shells {
		p.compareShell(want[i], s)
	}
	return err
}
