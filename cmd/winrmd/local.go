package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/beevik/etree"
	"github.com/google/uuid"

	"github.com/winrmd/winrmd/wsman"
)

// localClient speaks to a running server through its socket, with the same
// protocol as every client.
type localClient struct {
	http *http.Client
	dir  string
}

func newLocalClient(dir string) *localClient {
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", filepath.Join(dir, socketFile))
	}
	return &localClient{dir: dir, http: &http.Client{Transport: &http.Transport{DialContext: dial}}}
}

// maxAnswer bounds what is read of a server.
const maxAnswer = 16 << 20

// do sends one request and returns the body of the answer.
func (c *localClient) do(ctx context.Context, header, body *etree.Element) (*etree.Element, error) {
	doc := etree.NewDocument()
	envelope := doc.CreateElement("s:Envelope")
	envelope.CreateAttr("xmlns:s", wsman.NamespaceSOAP)
	envelope.CreateAttr("xmlns:a", wsman.NamespaceAddressing)
	envelope.CreateAttr("xmlns:w", wsman.NamespaceWSMan)
	envelope.CreateAttr("xmlns:n", wsman.NamespaceEnumeration)
	envelope.AddChild(header)
	e := envelope.CreateElement("s:Body")
	if body != nil {
		e.AddChild(body)
	}
	text, err := doc.WriteToBytes()
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://localhost/wsman", bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", wsman.UTF8.ContentType())
	answer, err := c.http.Do(request)
	if err != nil {
		return nil, fmt.Errorf("no winrmd serves the state directory %s: %w", c.dir, err)
	}
	defer answer.Body.Close()
	if text, err = io.ReadAll(io.LimitReader(answer.Body, maxAnswer)); err != nil {
		return nil, err
	}
	return answerBody(answer.StatusCode, text)
}

// answerBody is the body of an answer, or the fault in it.
func answerBody(status int, text []byte) (*etree.Element, error) {
	if status == http.StatusInternalServerError {
		fault, err := wsman.ParseFault(text)
		if err != nil {
			return nil, err
		}
		return nil, fault
	}
	doc := etree.NewDocument()
	if err := doc.ReadFromBytes(text); err != nil {
		return nil, err
	}
	body := wsman.FindChild(doc.Root(), wsman.NamespaceSOAP, "Body")
	if status != http.StatusOK || body == nil {
		return nil, fmt.Errorf("the server answered with status %d", status)
	}
	return body, nil
}

// header makes the header of a request for the resource of all shells.
func (c *localClient) header(action, shellID string) *etree.Element {
	h := etree.NewElement("s:Header")
	h.CreateElement("a:Action").SetText(action)
	h.CreateElement("a:To").SetText("http://localhost/wsman")
	h.CreateElement("a:MessageID").SetText("uuid:" + strings.ToUpper(uuid.NewString()))
	h.CreateElement("a:ReplyTo").CreateElement("a:Address").SetText(wsman.AddressAnonymous)
	h.CreateElement("w:ResourceURI").SetText(wsman.ResourceShell)
	h.CreateElement("w:MaxEnvelopeSize").SetText("512000")
	h.CreateElement("w:OperationTimeout").SetText("PT60S")
	if shellID != "" {
		selector := h.CreateElement("w:SelectorSet").CreateElement("w:Selector")
		selector.CreateAttr("Name", "ShellId")
		selector.SetText(shellID)
	}
	option := h.CreateElement("w:OptionSet").CreateElement("w:Option")
	option.CreateAttr("Name", "WINRMD_DETAILS")
	option.SetText("TRUE")
	return h
}

// sessions lists every session.
func (c *localClient) sessions(ctx context.Context) ([]session, error) {
	request := etree.NewElement("n:Enumerate")
	request.CreateElement("w:OptimizeEnumeration")
	request.CreateElement("w:MaxElements").SetText("32000")
	body, err := c.do(ctx, c.header(wsman.ActionEnumerate, ""), request)
	var list []session
	for err == nil {
		response := body.ChildElements()[0]
		items := wsman.FindChild(response, wsman.NamespaceWSMan, "Items")
		if items == nil {
			items = wsman.FindChild(response, wsman.NamespaceEnumeration, "Items")
		}
		for _, e := range wsman.Children(items, wsman.NamespaceShell, "Shell") {
			list = append(list, readSession(e))
		}
		id := wsman.FindChild(response, wsman.NamespaceEnumeration, "EnumerationContext")
		if id == nil || id.Text() == "" {
			return list, nil
		}
		request = etree.NewElement("n:Pull")
		request.CreateElement("n:EnumerationContext").SetText(id.Text())
		request.CreateElement("n:MaxElements").SetText("32000")
		body, err = c.do(ctx, c.header(wsman.ActionPull, ""), request)
	}
	return nil, err
}

func readSession(e *etree.Element) session {
	text := func(name string) string {
		if c := wsman.FindChild(e, wsman.NamespaceShell, name); c != nil {
			return c.Text()
		}
		return ""
	}
	s := session{
		ShellID: text("ShellId"), Name: text("Name"), Owner: text("Owner"), State: text("State"),
		ClientIP: text("ClientIP"), ResourceURI: text("ResourceUri"), IdleTimeOut: text("IdleTimeOut"),
		ShellInactivity: text("ShellInactivity"), BufferMode: text("BufferMode"),
	}
	if s.State == "" {
		s.State = "Connected" // a shell that cannot be disconnected says nothing
	}
	for _, details := range e.ChildElements() {
		for _, d := range details.ChildElements() {
			n, err := strconv.ParseInt(d.Text(), 10, 64)
			switch {
			case err != nil:
			case d.Tag == "BufferedBytes":
				s.BufferedBytes = n
			case d.Tag == "DroppedMessages":
				s.DroppedMessages = n
			}
		}
	}
	return s
}

// remove ends one session.
func (c *localClient) remove(ctx context.Context, id string) error {
	_, err := c.do(ctx, c.header(wsman.ActionDelete, id), nil)
	return err
}
