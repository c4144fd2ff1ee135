package psrpclient

import (
	"context"
	"errors"
	"sync"

	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/xmlscan"
)

// Pool is a runspace pool over WS-Management: one shell. Its pipelines may be
// used at the same time, each by one goroutine.
type Pool struct {
	client *Client
	id     string
	sender sender

	receiving sync.Mutex // held by who receives from the pool's own stream
	channel   channel
	state     poolState
}

// streams are those of every PowerShell shell.
const streams = `<rsp:InputStreams>stdin pr</rsp:InputStreams><rsp:OutputStreams>stdout</rsp:OutputStreams>`

// version is the option that every Create must have.
const version = `<w:Option Name="protocolversion" MustComply="true">2.3</w:Option>`

// Open opens a runspace pool and waits until it is opened.
func (c *Client) Open(ctx context.Context) (*Pool, error) {
	p := &Pool{client: c}
	p.id, p.sender.pool = newID()
	_, err := c.do(ctx, operation{
		action: wsman.ActionCreate, options: version,
		body: `<rsp:Shell ShellId="` + p.id + `" Name="` + c.sessionID + `">` + c.config.times() + streams +
			`<creationXml xmlns="` + wsman.NamespacePowerShell + `">` + string(p.sender.opening()) + `</creationXml></rsp:Shell>`,
	})
	if err != nil {
		return nil, err
	}
	return p, p.receiveUntilOpened(ctx)
}

// times are the elements of a Create for what Config says of pools.
func (c *Config) times() string {
	var text string
	if c.Lifetime != 0 {
		text += `<rsp:Lifetime>` + seconds(c.Lifetime) + `</rsp:Lifetime>`
	}
	if c.IdleTimeout != 0 {
		text += `<rsp:IdleTimeOut>` + seconds(c.IdleTimeout) + `</rsp:IdleTimeOut>`
	}
	if c.BufferMode != "" {
		text += `<rsp:BufferMode>` + c.BufferMode + `</rsp:BufferMode>`
	}
	return text
}

// Connect connects to a pool that another client has opened (MS-PSRP
// 3.1.5.3.19) and waits until it is opened for this one too.
func (c *Client) Connect(ctx context.Context, shellID string) (*Pool, error) {
	p := &Pool{client: c, id: shellID}
	p.sender.pool = mustGUID(shellID)
	answer, err := c.do(ctx, operation{
		action: wsman.ActionConnect, shellID: shellID, options: version,
		body: `<rsp:Connect><connectXml xmlns="` + wsman.NamespacePowerShell + `">` + string(p.sender.connecting()) +
			`</connectXml></rsp:Connect>`,
	})
	if err != nil {
		return nil, err
	}
	s := xmlscan.New(answer)
	if err := bodyOf(s); err != nil {
		return nil, err
	}
	if err := child(s, wsman.NamespacePowerShell, "connectResponseXml"); err != nil {
		return nil, err
	}
	text, err := s.RawText()
	if err != nil {
		return nil, err
	}
	var decoder stream
	if err := decoder.add(text, p.state.message); err != nil {
		return nil, err
	}
	if !p.state.initData {
		return nil, errors.New("connectResponseXml has no RUNSPACEPOOL_INIT_DATA")
	}
	return p, p.receiveUntilOpened(ctx)
}

// ID is the shell's identifier.
func (p *Pool) ID() string { return p.id }

// receiveUntilOpened receives from the pool's own stream until it is opened.
func (p *Pool) receiveUntilOpened(ctx context.Context) error {
	for !p.state.opened() {
		if err := p.Receive(ctx); err != nil {
			return err
		}
	}
	return nil
}

// Receive is one Receive from the pool's own stream.
func (p *Pool) Receive(ctx context.Context) error {
	p.receiving.Lock()
	defer p.receiving.Unlock()
	_, err := p.channel.receive(ctx, p.client, p.receiveEnvelope(""), p.state.message)
	return err
}

func (p *Pool) receiveEnvelope(commandID string) []byte {
	if commandID != "" {
		commandID = ` CommandId="` + commandID + `"`
	}
	return p.client.envelope(operation{
		action: wsman.ActionReceive, shellID: p.id,
		options: `<w:Option Name="WSMAN_CMDSHELL_OPTION_KEEPALIVE">TRUE</w:Option>`,
		body:    `<rsp:Receive><rsp:DesiredStream` + commandID + `>stdout</rsp:DesiredStream></rsp:Receive>`,
	})
}

// Disconnect leaves the pool, which goes on.
func (p *Pool) Disconnect(ctx context.Context) error {
	return p.do(ctx, wsman.ActionDisconnect, `<rsp:Disconnect/>`)
}

// Reconnect comes back to a pool that this client had.
func (p *Pool) Reconnect(ctx context.Context) error { return p.do(ctx, wsman.ActionReconnect, "") }

// Close implements Session: it deletes the shell.
func (p *Pool) Close(ctx context.Context) error { return p.do(ctx, wsman.ActionDelete, "") }

func (p *Pool) do(ctx context.Context, action, body string) error {
	_, err := p.client.do(ctx, operation{action: action, shellID: p.id, body: body})
	return err
}

// do carries out an operation and returns the answer's envelope.
func (c *Client) do(ctx context.Context, o operation) ([]byte, error) {
	return c.exchange(ctx, c.envelope(o), nil)
}

// Shells lists the shells of the server, at most those of one answer.
func (c *Client) Shells(ctx context.Context) ([]ShellInfo, error) {
	answer, err := c.do(ctx, operation{
		action: wsman.ActionEnumerate, resource: wsman.ResourceShell,
		body: `<n:Enumerate><w:OptimizeEnumeration/><w:MaxElements>32000</w:MaxElements></n:Enumerate>`,
	})
	if err != nil {
		return nil, err
	}
	return readShells(xmlscan.New(answer))
}
