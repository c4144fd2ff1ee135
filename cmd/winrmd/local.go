package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/beevik/etree"
	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"github.com/winrmd/winrmd/shell/shellhost"
	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/enumeration"
)

// localClient administers the sessions of a state directory, with the same
// protocol as every client: through the socket of the server or, where none
// runs, with the hosts of the sessions themselves.
type localClient struct {
	http   *http.Client // nil: there is no server
	router *shellhost.Router
	mux    *wsman.Mux
}

// dialTimeout is how long a server may take to accept a connection.
const dialTimeout = 5 * time.Second

func newLocalClient(dir string, log *slog.Logger) (*localClient, error) {
	path := filepath.Join(dir, socketFile)
	if c, err := net.DialTimeout("unix", path, dialTimeout); err == nil {
		c.Close()
		dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", path)
		}
		return &localClient{http: &http.Client{Transport: &http.Transport{DialContext: dial}}}, nil
	}
	if _, err := os.Stat(dir); err != nil {
		return nil, fmt.Errorf("state directory: %w", err)
	}
	router, err := shellhost.NewRouter(shellhost.RouterConfig{
		Directory: filepath.Join(dir, sessionsDirectory), Machine: machine(), Log: log,
	})
	if err != nil {
		return nil, err
	}
	c := &localClient{router: router, mux: &wsman.Mux{}}
	router.Route(c.mux, enumeration.New(enumeration.Config{Timeout: func() time.Duration { return time.Minute }}))
	return c, nil
}

func (c *localClient) close() {
	if c.router != nil {
		c.router.Close()
	}
}

// send sends an envelope and returns the status and the envelope of the answer.
func (c *localClient) send(ctx context.Context, envelope []byte) (int, []byte, error) {
	if c.http == nil {
		return c.serve(ctx, envelope)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://localhost/wsman", bytes.NewReader(envelope))
	if err != nil {
		return 0, nil, err
	}
	request.Header.Set("Content-Type", wsman.UTF8.ContentType())
	answer, err := c.http.Do(request)
	if err != nil {
		return 0, nil, fmt.Errorf("the server does not answer: %w", err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(io.LimitReader(answer.Body, maxAnswer))
	return answer.StatusCode, text, err
}

// serve serves an envelope in this process.
func (c *localClient) serve(ctx context.Context, envelope []byte) (int, []byte, error) {
	r, err := wsman.ParseRequest(envelope, wsman.Limits{})
	if err != nil {
		return 0, nil, err
	}
	r.Principal, r.Deadline = localPrincipal, time.Now().Add(r.Header.OperationTimeout)
	answer, err := c.mux.ServeWSMan(ctx, r)
	if err != nil {
		return http.StatusInternalServerError, wsman.AsFault(err).AppendEnvelope(nil, r, machine()), nil
	}
	return http.StatusOK, answer.AppendEnvelope(nil, r), nil
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
	status, answer, err := c.send(ctx, text)
	if err != nil {
		return nil, err
	}
	return answerBody(status, answer)
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

// removers is how many sessions are removed at the same time.
const removers = 8

// removeAll ends every session.
func (c *localClient) removeAll(ctx context.Context) error {
	list, err := c.sessions(ctx)
	if err != nil {
		return err
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(removers)
	for _, s := range list {
		group.Go(func() error {
			err := c.remove(ctx, s.ShellID)
			if errors.Is(err, wsman.CodeUnexpectedSelectors) {
				return nil // it has ended by itself meanwhile
			}
			return err
		})
	}
	return group.Wait()
}
