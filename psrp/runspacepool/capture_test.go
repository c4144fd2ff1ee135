package runspacepool

import (
	"context"
	"encoding/base64"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	"github.com/winrmd/winrmd/psrp"
	"github.com/winrmd/winrmd/psrp/clixml"
)

// captureDir holds the recorded traffic of pypsrp with real Windows servers.
const captureDir = "../../../shared/captures/pypsrp"

// exchange is one request and its answer, as far as PSRP goes.
type exchange struct {
	action        string // such as Receive
	configuration string // by the resource's URI
	created       string // the ShellId in the answer to a Create
	command       string // CommandId of the request; "" for the shell
	shell         string
	sent, answer  []byte // fragments
	done, fault   bool
}

var (
	captureAction        = regexp.MustCompile(`<wsa:Action[^>]*>[^<]*/(\w+)</wsa:Action>`)
	captureShell         = regexp.MustCompile(`Name="ShellId"[^>]*>([^<]+)<|ShellId="([^"]+)"`)
	captureCommand       = regexp.MustCompile(`<rsp:(?:CommandLine|DesiredStream|Signal|Stream)[^>]*CommandId="([^"]+)"`)
	captureConfiguration = regexp.MustCompile(`<wsman:ResourceURI[^>]*>http://schemas.microsoft.com/powershell/([^<]+)<`)
	captureCommandID     = regexp.MustCompile(`<rsp:CommandId>([^<]+)<`)
	captureContent       = regexp.MustCompile(`<(?:\w+:)?(?:creationXml|connectXml|connectResponseXml|Arguments|Stream)\b[^>]*>([A-Za-z0-9+/=]+)<`)
)

// readCapture reads one file; ok is false where it holds no runspace pool.
func readCapture(t *testing.T, name string) (all []exchange, ok bool) {
	t.Helper()
	text, err := os.ReadFile(name)
	require.NoError(t, err)
	var file struct {
		Messages []struct {
			Request, Response string
		}
	}
	require.NoError(t, yaml.Unmarshal(text, &file))
	chosen := map[string]string{}
	for _, m := range file.Messages {
		x := exchange{sent: content(m.Request), answer: content(m.Response), fault: strings.Contains(m.Response, ":Fault>")}
		x.action, x.configuration = first(captureAction, m.Request), first(captureConfiguration, m.Request)
		x.shell, x.command = first(captureShell, m.Request), first(captureCommand, m.Request)
		x.created = first(captureShell, m.Response)
		x.done = strings.Contains(m.Response, "CommandState/Done")
		ok = ok || strings.Contains(m.Request, "creationXml")
		if x.action == "Command" { // some servers choose another id, by which the client goes on
			chosen[first(captureCommandID, m.Response)] = x.command
		}
		if asked, ok := chosen[x.command]; ok {
			x.command = asked
		}
		all = append(all, x)
	}
	return all, ok
}

func first(r *regexp.Regexp, text string) string {
	for i, s := range r.FindStringSubmatch(text) {
		if i > 0 && s != "" {
			return s
		}
	}
	return ""
}

func content(envelope string) (all []byte) {
	for _, m := range captureContent.FindAllStringSubmatch(envelope, -1) {
		if raw, err := base64.StdEncoding.DecodeString(m[1]); err == nil { // what a command shell has is none
			all = append(all, raw...)
		}
	}
	return all
}

// messages puts fragments together.
func messages(t *testing.T, d *psrp.Defragmenter, fragments []byte) (all []psrp.Message) {
	t.Helper()
	if len(fragments) == 0 {
		return nil
	}
	for f, err := range psrp.Fragments(fragments) {
		require.NoError(t, err)
		m, complete, err := d.Add(f.Header, f.Blob)
		require.NoError(t, err)
		if complete {
			all = append(all, m)
		}
	}
	return all
}

// withoutPool are the captures that have no conversation of MS-PSRP, and so nothing
// that could be played to this client. Their WS-Management is played to others: see
// ../../test/interop.
var withoutPool = map[string]string{
	"test_client_execute_cmd":              "a command shell",
	"test_client_execute_cmd_environment":  "a command shell",
	"test_winrs_bad_cmd_id":                "a command shell",
	"test_winrs_environment":               "a command shell",
	"test_winrs_fail_poll_process":         "a command shell",
	"test_winrs_no_cmd_shell":              "a command shell",
	"test_winrs_noprofile":                 "a command shell",
	"test_winrs_open_already_opened":       "a command shell",
	"test_winrs_operation_timeout":         "a command shell",
	"test_winrs_standard":                  "a command shell",
	"test_wsman_update_envelope_size_150":  "only winrm/config is read",
	"test_wsman_update_envelope_size_4096": "only winrm/config is read",
}

// TestCaptures lets the recorded servers play to the client, which is made to do
// what was recorded: what it sends must say the same, and it must come to the
// recorded results.
func TestCaptures(t *testing.T) {
	names, err := filepath.Glob(filepath.Join(captureDir, "*.yml"))
	require.NoError(t, err)
	if len(names) == 0 {
		if os.Getenv("CI") == "true" {
			t.Fatalf("no captures in %s", captureDir)
		}
		t.Skipf("no captures in %s", captureDir)
	}
	var total totals
	for _, path := range names {
		name := strings.TrimSuffix(filepath.Base(path), ".yml")
		all, ok := readCapture(t, path)
		_, without := withoutPool[name]
		assert.NotEqual(t, without, ok, "%s", name)
		if !ok {
			continue
		}
		t.Run(name, func(t *testing.T) {
			for _, part := range pools(all) {
				play := newPlay(t, part)
				play.run()
				total.add(play)
			}
		})
	}
	total.check(t)
}

// pools divides a capture: each Create and each Connect begins a pool.
func pools(all []exchange) (parts [][]exchange) {
	at := map[string]int{}
	for _, x := range all {
		if (x.action == "Create" || x.action == "Connect") && len(x.sent) > 0 { // command shells have nothing
			at[x.shell], at[x.created] = len(parts), len(parts) // some servers choose another
			parts = append(parts, nil)
		}
		if i, ok := at[x.shell]; ok {
			parts[i] = append(parts[i], x)
		}
	}
	return parts
}

// canonical is a value without that in which clients differ and mean the same:
// names of list types, the order of properties, null and missing ones, and the
// texts of enums.
func canonical(v clixml.Value) any {
	switch v := v.(type) {
	case *clixml.Object:
		if base := clixml.Base(v); base != clixml.Value(v) && base != nil && v.Extended == nil && v.Adapted == nil {
			return canonical(base)
		}
		properties := map[string]any{}
		for _, p := range slices.Concat(v.Adapted, v.Extended) {
			if c := canonical(p.Value); c != nil {
				properties[strings.ToLower(p.Name)] = c
			}
		}
		if v.Base != nil {
			properties["base"] = canonical(v.Base)
		}
		return properties
	case clixml.List:
		list := []any{}
		for _, e := range v {
			list = append(list, canonical(e))
		}
		return list
	case clixml.Dictionary:
		list := []any{}
		for _, e := range v {
			list = append(list, []any{canonical(e.Key), canonical(e.Value)})
		}
		return list
	}
	return v
}

// captureTransport plays a server.
type captureTransport struct {
	*play
	command string // "" for the shell
}

func (c captureTransport) Create(_ context.Context, content []byte) error {
	c.took("", content)
	return nil
}

func (c captureTransport) Connect(_ context.Context, content []byte) ([]byte, error) {
	c.took("", content)
	return c.exchanges[0].answer, nil
}

func (c captureTransport) Disconnect(context.Context, DisconnectOptions) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	close(c.gone)
	return nil
}

func (c captureTransport) Reconnect(context.Context) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.gone = make(chan struct{})
	return nil
}

func (c captureTransport) Delete(context.Context) error { return nil }
func (c captureTransport) Stop(context.Context) error   { return nil }
func (c captureTransport) Close(context.Context) error  { return nil }

func (c captureTransport) Send(_ context.Context, _ string, fragments []byte) error {
	c.took(c.command, fragments)
	return nil
}

func (c captureTransport) Commands(context.Context) ([]CommandInfo, error) { return nil, nil }

func (c captureTransport) Command(_ context.Context, _, _ string, fragments []byte) (CommandTransport, error) {
	id := c.nextCommand()
	c.took(id, fragments)
	return captureTransport{c.play, id}, nil
}

func (c captureTransport) ConnectCommand(context.Context, string) (CommandTransport, error) {
	return nil, ErrDisconnected
}

func (c captureTransport) Receiver() Receiver { return captureReceiver{c} }

type captureReceiver struct{ captureTransport }

func (r captureReceiver) Poll(context.Context) (Received, error) { return Received{}, nil }

func (r captureReceiver) Receive(ctx context.Context) (Received, error) {
	return r.receive(ctx, r.command)
}
