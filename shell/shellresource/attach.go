package shellresource

import (
	"context"
	"strings"

	"github.com/beevik/etree"

	"github.com/winrmd/winrmd/shell"
	"github.com/winrmd/winrmd/wsman"
)

// disconnect detaches a client (MS-WSMV 3.1.4.15). A client that has nothing to
// say with it may leave the rsp:Disconnect out.
func (res *Resource) disconnect(ctx context.Context, r *wsman.Request) (*wsman.Response, error) {
	sh, err := res.shell(r)
	if err != nil {
		return nil, err
	}
	e, err := bodyElement(r, "Disconnect")
	if err != nil {
		return nil, err
	}
	var request shell.DisconnectRequest
	if request.IdleTimeout, err = readDuration(e, "IdleTimeOut"); err != nil {
		return nil, err
	}
	if request.BufferMode, err = readMode(e); err != nil {
		return nil, err
	}
	return empty(), sh.Disconnect(ctx, client(r), request)
}

// reconnect attaches the client that was attached before (MS-WSMV 3.1.4.16).
// Windows and most clients send no body for the shell itself.
func (res *Resource) reconnect(ctx context.Context, r *wsman.Request) (*wsman.Response, error) {
	sh, err := res.shell(r)
	if err != nil {
		return nil, err
	}
	e, err := bodyElement(r, "Reconnect")
	if err != nil {
		return nil, err
	}
	id, err := commandIdentifier(attributeOf(e, "CommandId"))
	switch {
	case err != nil:
		return nil, err
	case id != "":
		return empty(), sh.ReconnectCommand(ctx, client(r), id)
	}
	mode, err := readMode(e)
	if err != nil {
		return nil, err
	}
	return empty(), sh.Reconnect(ctx, client(r), mode)
}

// connect attaches a new client (MS-WSMV 3.1.4.17).
func (res *Resource) connect(ctx context.Context, r *wsman.Request) (*wsman.Response, error) {
	sh, err := res.shell(r)
	if err != nil {
		return nil, err
	}
	e, err := bodyElement(r, "Connect")
	if err != nil {
		return nil, err
	}
	if e == nil {
		return nil, wrongBody("Connect")
	}
	id, err := commandIdentifier(attributeOf(e, "CommandId"))
	switch {
	case err != nil:
		return nil, err
	case id != "":
		err := sh.ConnectCommand(ctx, client(r), id)
		return &wsman.Response{Body: wsman.RawBody("<rsp:ConnectResponse/>")}, err
	}
	mode, err := readMode(e)
	if err != nil {
		return nil, err
	}
	var in shell.Data
	if c := wsman.FindChild(e, wsman.NamespacePowerShell, "connectXml"); c != nil {
		in = base64Content(c)
	}
	out, err := sh.Connect(ctx, client(r), mode, in)
	if err != nil {
		return nil, err
	}
	return &wsman.Response{Body: wsman.ElementBody(connectResponse(sh.Spec(), out))}, nil
}

// connectResponse is the answer to a Connect: the shell's streams, and what the
// plug-in has to say.
func connectResponse(spec *shell.Spec, out shell.Data) *etree.Element {
	e := etree.NewElement("rsp:ConnectResponse")
	e.CreateElement("rsp:InputStreams").SetText(strings.Join(spec.InputStreams, " "))
	e.CreateElement("rsp:OutputStreams").SetText(strings.Join(spec.OutputStreams, " "))
	if !out.Empty() {
		c := e.CreateElement("connectResponseXml")
		c.CreateAttr("xmlns", wsman.NamespacePowerShell)
		c.SetText(string(out.AppendBase64(nil)))
	}
	return e
}

// delete ends a shell (MS-WSMV 3.1.4.4).
func (res *Resource) delete(_ context.Context, r *wsman.Request) (*wsman.Response, error) {
	sh, err := res.shell(r)
	if err != nil {
		return nil, err
	}
	if err := sh.Close(client(r)); err != nil {
		return nil, err
	}
	res.log.Info("shell deleted", "shell", sh.ID(), "user", r.Principal.User)
	return empty(), nil
}

// get tells of one shell (MS-WSMV 3.1.4.2).
func (res *Resource) get(_ context.Context, r *wsman.Request) (*wsman.Response, error) {
	sh, err := res.shell(r)
	if err != nil {
		return nil, err
	}
	info, err := sh.Info(client(r))
	if err != nil {
		return nil, err
	}
	return &wsman.Response{Body: wsman.ElementBody(shellElement(info, reportOf(r)))}, nil
}

// reportOf says how much a request wants to know.
func reportOf(r *wsman.Request) report {
	if o, ok := r.Header.Option(optionDetails); ok && isTrue(o.Value) {
		return reportDetails
	}
	return reportGet
}
