package winapi

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/wsmanclient"
)

// Flags of CreateShell, ConnectShell, Disconnect and Reconnect (WSMAN_FLAG_…).
const (
	FlagNoCompression      uint32 = 0x1
	FlagBufferingModeDrop  uint32 = 0x4
	FlagBufferingModeBlock uint32 = 0x8
	// FlagDelayOutputStream is one of Receive.
	FlagDelayOutputStream uint32 = 0x10
)

// ServerDefault is the idle timeout that leaves it to the server.
const ServerDefault = 0xFFFFFFFF

// ShellParameters are what a shell is to be.
type ShellParameters struct {
	Flags                       uint32
	ResourceURI, ShellID, Name  string
	InputStreams, OutputStreams []string
	// IdleTimeout is in milliseconds; 0 and ServerDefault leave it to the server.
	IdleTimeout      uint32
	WorkingDirectory string
	Environment      []wsmanclient.Variable
	Options          []wsman.Option
	// Content is XML for the kind of shell; "" is none.
	Content string
}

// CreateShell makes a shell. announce gets its Handle before done is called for
// the first time; 0 where the Session is closed. The Text of the Event is an
// rsp:Shell.
func (s *Session) CreateShell(p ShellParameters, done Completion, announce func(Handle)) {
	sh := s.newShell(p.ResourceURI, p.ShellID, done)
	announce(sh.handle)
	sh.begun(func() { sh.create(p) })
}

// begun starts a CreateShell or ConnectShell.
func (sh *Shell) begun(f func()) {
	started := sh.handle != 0 && sh.session.start(func() {
		defer close(sh.created)
		f()
	})
	if !started {
		close(sh.created)
		refuse(sh.tell, Event{Shell: sh.handle})
	}
}

// refuse says, on a thread of its own, that there is nothing that could be asked.
func refuse(done Completion, e Event) {
	e.Flags, e.Err = FlagEndOfOperation, ErrorInvalidHandle()
	go done(e)
}

// idleTimeout is a time in milliseconds, where it is one.
func idleTimeout(ms uint32) time.Duration {
	if ms == ServerDefault {
		return 0
	}
	return time.Duration(ms) * time.Millisecond
}

func bufferMode(flags uint32) string {
	switch {
	case flags&FlagBufferingModeBlock != 0:
		return "Block"
	case flags&FlagBufferingModeDrop != 0:
		return "Drop"
	}
	return ""
}

func (sh *Shell) create(p ShellParameters) {
	timeout := sh.session.timeout(OptionTimeoutCreateShell)
	ctx, cancel := within(sh.ctx, timeout)
	defer cancel()
	client, err := sh.session.client()
	if err != nil {
		sh.told(Event{Flags: FlagEndOfOperation}, err)
		return
	}
	made, err := client.CreateShell(ctx, wsmanclient.ShellConfig{
		ResourceURI: p.ResourceURI, ShellID: p.ShellID, Name: p.Name,
		InputStreams: strings.Join(p.InputStreams, " "), OutputStreams: strings.Join(p.OutputStreams, " "),
		Environment: p.Environment, WorkingDirectory: p.WorkingDirectory,
		IdleTimeout: idleTimeout(p.IdleTimeout), BufferMode: bufferMode(p.Flags),
		Content: []byte(p.Content), Options: p.Options,
		Compression: p.Flags&FlagNoCompression == 0,
		Headers:     sh.session.interactiveToken(), Timeout: timeout,
	})
	if err != nil {
		sh.doubt(err)
		sh.told(Event{Flags: FlagEndOfOperation}, err)
		return
	}
	sh.made(made)
	e := Event{Flags: FlagEndOfOperation}
	if info := made.Info(); info != nil {
		e.Text = shellXML(info)
		if info.Disconnectable() {
			e.Flags |= FlagShellSupportsDisconnect
		}
	}
	sh.told(e, nil)
}

// doubt remembers that the server may have made a shell, though nobody knows of
// it.
func (sh *Shell) doubt(err error) {
	var network *wsmanclient.NetworkError
	sh.mu.Lock()
	defer sh.mu.Unlock()
	sh.uncertain = errors.As(err, &network) && network.Connected || errors.Is(err, context.Canceled)
}

// told tells how a CreateShell or ConnectShell went.
func (sh *Shell) told(e Event, err error) {
	var redirect *wsmanclient.RedirectError
	if errors.As(err, &redirect) {
		sh.session.setRedirect(redirect.Location)
	}
	if errors.Is(err, context.Canceled) && sh.ctx.Err() != nil {
		err = newError(wsman.CodeOperationAborted, "")
	}
	e.Shell, e.Err = sh.handle, asError(err)
	sh.tell(e)
}

// shellXML writes what a server said of a shell as Windows' servers do: that is
// what PowerShell looks into. It skips the element behind each one that it reads,
// so their order matters.
func shellXML(i *wsmanclient.ShellInfo) string {
	var b strings.Builder
	b.WriteString(`<rsp:Shell xmlns:rsp="` + wsman.NamespaceShell + `">`)
	for _, e := range []struct{ name, value string }{
		{"ShellId", i.ShellID}, {"Name", i.Name}, {"ResourceUri", i.ResourceURI}, {"Owner", i.Owner}, {"ClientIP", i.ClientIP},
		{"ProcessId", i.ProcessID}, {"IdleTimeOut", seconds(i.IdleTimeout)}, {"InputStreams", i.InputStreams},
		{"OutputStreams", i.OutputStreams}, {"MaxIdleTimeOut", seconds(i.MaxIdleTimeout)}, {"Locale", i.Locale},
		{"DataLocale", i.DataLocale}, {"CompressionMode", i.CompressionMode}, {"ProfileLoaded", i.ProfileLoaded},
		{"Encoding", i.Encoding}, {"BufferMode", i.BufferMode}, {"State", i.State},
	} {
		if e.value != "" {
			b.WriteString("<rsp:" + e.name + ">")
			b.Write(wsman.AppendEscaped(nil, []byte(e.value)))
			b.WriteString("</rsp:" + e.name + ">")
		}
	}
	b.WriteString("</rsp:Shell>")
	return b.String()
}

// seconds is a duration as PowerShell wants it: seconds and three digits.
func seconds(d time.Duration) string {
	if d <= 0 {
		return ""
	}
	return fmt.Sprintf("PT%d.%03dS", d/time.Second, d%time.Second/time.Millisecond)
}
