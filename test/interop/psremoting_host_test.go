package interop

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/psremoting"
	"github.com/winrmd/winrmd/psrp/clixml"
	"github.com/winrmd/winrmd/psrp/runspacepool"
)

// testHost answers, and notes what it was asked.
type testHost struct {
	runspacepool.NoHost
	ui *testUI
}

func (h testHost) UI() runspacepool.UI { return h.ui }

func (h testHost) SetShouldExit(_ context.Context, code int) error {
	h.ui.note("exit %d", code)
	return nil
}

type testUI struct {
	runspacepool.NoUI
	mu    sync.Mutex
	asked []string
	// wait, if it is not nil, is closed when ReadLine is called, which waits then.
	wait chan struct{}
}

func (u *testUI) note(format string, args ...any) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.asked = append(u.asked, fmt.Sprintf(format, args...))
}

func (u *testUI) all() []string {
	u.mu.Lock()
	defer u.mu.Unlock()
	return append([]string(nil), u.asked...)
}

func (u *testUI) RawUI() runspacepool.RawUI { return testRawUI{u: u} }

func (u *testUI) ReadLine(ctx context.Context) (string, error) {
	if u.wait != nil {
		close(u.wait)
		u.wait = nil
		<-ctx.Done()
		return "", context.Cause(ctx)
	}
	u.note("ReadLine")
	return "a line", nil
}

func (u *testUI) ReadLineAsSecureString(context.Context) (string, error) { return "gehéim😀", nil }

func (u *testUI) Write(_ context.Context, text string, colors *runspacepool.Colors) error {
	u.note("Write %s %v", text, colors)
	return nil
}

func (u *testUI) WriteLine(_ context.Context, text string, colors *runspacepool.Colors) error {
	u.note("WriteLine %s %v", text, colors)
	return nil
}

func (u *testUI) WriteErrorLine(_ context.Context, text string) error {
	u.note("WriteErrorLine %s", text)
	return nil
}

func (u *testUI) WriteProgress(_ context.Context, source int64, r *clixml.ProgressRecord) error {
	u.note("WriteProgress %d %s", source, r.Activity)
	return nil
}

func (u *testUI) Prompt(_ context.Context, caption, message string, fields []runspacepool.FieldDescription) (map[string]any, error) {
	u.note("Prompt %s %s", caption, message)
	values := map[string]any{}
	for _, f := range fields {
		u.note("field %s %s %v", f.Name, f.FullTypeName, f.Mandatory)
		values[f.Name] = "value of " + f.Name
		if f.FullTypeName == "System.Security.SecureString" {
			values[f.Name] = runspacepool.SecureText("secret")
		}
	}
	return values, nil
}

func (u *testUI) PromptForCredential(_ context.Context, c runspacepool.CredentialPrompt) (*runspacepool.Credential, error) {
	u.note("PromptForCredential %+v", c)
	return &runspacepool.Credential{UserName: "bob", Password: "pa ss"}, nil
}

func (u *testUI) PromptForChoice(_ context.Context, caption, message string, choices []runspacepool.ChoiceDescription, preset int) (int, error) {
	u.note("PromptForChoice %s %s %v %d", caption, message, choices, preset)
	return 1, nil
}

func (u *testUI) PromptForChoices(_ context.Context, _, _ string, choices []runspacepool.ChoiceDescription, preset []int) ([]int, error) {
	u.note("PromptForChoices %v %v", choices, preset)
	return []int{0, 1}, nil
}

type testRawUI struct {
	runspacepool.NoRawUI
	u *testUI
}

func (r testRawUI) SetWindowTitle(_ context.Context, title string) error {
	r.u.note("SetWindowTitle %s", title)
	return nil
}

func (testRawUI) ReadKey(_ context.Context, options int32) (runspacepool.KeyInfo, error) {
	return runspacepool.KeyInfo{VirtualKeyCode: 65, Character: 'a', KeyDown: options&4 != 0}, nil
}

func (r testRawUI) FillBufferContents(_ context.Context, area runspacepool.Rectangle, fill runspacepool.BufferCell) error {
	r.u.note("FillBufferContents %v %c", area, fill.Character)
	return nil
}

func (r testRawUI) SetBufferContents(_ context.Context, origin runspacepool.Coordinates, rows [][]runspacepool.BufferCell) error {
	r.u.note("SetBufferContents %v %d %d %c", origin, len(rows), len(rows[0]), rows[1][2].Character)
	return nil
}

// TestRemotingHost: what a pipeline asks of its user is answered.
func TestRemotingHost(t *testing.T) {
	t.Parallel()
	takeSlot(t)
	s := start(t, setup{withoutSlot: true, encryptedOnly: true})
	ctx := bounded(t)
	ui := &testUI{}
	p := openPool(ctx, t, s.remoting(t), psremoting.Options{Pool: runspacepool.Config{Host: testHost{ui: ui}}})
	for _, test := range []struct {
		script string
		output []string
		asked  []string
	}{
		{`$Host.UI.ReadLine()`, []string{"a line"}, []string{"ReadLine"}},
		{
			`$s = $Host.UI.ReadLineAsSecureString(); [pscredential]::new('x', $s).GetNetworkCredential().Password`,
			[]string{"gehéim😀"}, nil,
		},
		{
			`$Host.UI.Write('one'); $Host.UI.Write('Red', 'Blue', 'two'); $Host.UI.WriteLine(); $Host.UI.WriteLine('three'); $Host.UI.WriteErrorLine('four')`, nil,
			[]string{"Write one <nil>", "Write two &{12 9}", "WriteLine  <nil>", "WriteLine three <nil>", "WriteErrorLine four"},
		},
		{
			`$f = [System.Management.Automation.Host.FieldDescription]::new('field'), [System.Management.Automation.Host.FieldDescription]::new('hidden')
			$f[1].SetParameterType([securestring]); $r = $Host.UI.Prompt('cap', 'mes', $f); $r.field
			[pscredential]::new('x', $r.hidden).GetNetworkCredential().Password`,
			[]string{"value of field", "secret"},
			[]string{"Prompt cap mes", "field field System.String true", "field hidden System.Security.SecureString true"},
		},
		{
			`$c = $Host.UI.PromptForCredential('cap', 'mes', 'user', 'target'); $c.UserName; $c.GetNetworkCredential().Password`,
			[]string{"bob", "pa ss"},
			[]string{"PromptForCredential {Caption:cap Message:mes UserName:user TargetName:target AllowedTypes:3 Options:1}"},
		},
		{
			`$Host.UI.PromptForChoice('cap', 'mes', @([System.Management.Automation.Host.ChoiceDescription]::new('&Yes', 'do'), [System.Management.Automation.Host.ChoiceDescription]::new('&No')), 0)`,
			[]string{"1"},
			[]string{"PromptForChoice cap mes [{&Yes do} {&No }] 0"},
		},
		{`$Host.SetShouldExit(7)`, nil, []string{"exit 7"}},
		{`$Host.UI.RawUI.WindowTitle = 'new'; $Host.UI.RawUI.BufferSize.Width`, []string{"80"}, []string{"SetWindowTitle new"}},
		{`$k = $Host.UI.RawUI.ReadKey('IncludeKeyDown,NoEcho'); $k.Character; $k.VirtualKeyCode; $k.KeyDown`, []string{"a", "65", "True"}, nil},
		{
			`$r = $Host.UI.RawUI; $b = [System.Management.Automation.Host.BufferCell]::new('x', 'Red', 'Black', 'Complete')
			$r.SetBufferContents([System.Management.Automation.Host.Rectangle]::new(1, 2, 3, 4), $b)
			$r.SetBufferContents([System.Management.Automation.Host.Coordinates]::new(5, 6), $r.NewBufferCellArray(3, 2, $b))
			try { $r.GetBufferContents([System.Management.Automation.Host.Rectangle]::new(0, 0, 2, 1)) } catch { 'servers never ask for it' }`,
			[]string{"servers never ask for it"},
			[]string{"FillBufferContents {1 2 3 4} x", "SetBufferContents {5 6} 2 3 x"},
		},
		{`try { $Host.EnterNestedPrompt() } catch { 'refused' }; try { $Host.UI.RawUI.FlushInputBuffer(); 'void' } catch { 'refused' }`, []string{"refused", "void"}, nil},
	} {
		ui.asked = nil
		assert.Equal(t, test.output, remoteOutput(ctx, t, p, test.script), test.script)
		assert.Equal(t, test.asked, ui.all(), test.script)
	}
}

// TestRemotingWithoutHost: to ask where nobody answers is an error and no wait.
func TestRemotingWithoutHost(t *testing.T) {
	t.Parallel()
	takeSlot(t)
	s := start(t, setup{withoutSlot: true, encryptedOnly: true})
	ctx := bounded(t)
	p := openPool(ctx, t, s.remoting(t), psremoting.Options{})
	assert.Equal(t, []string{"no"}, remoteOutput(ctx, t, p, `try { $Host.UI.ReadLine() } catch { 'no' }`))

	// A host of one pipeline, which cannot be asked everything.
	pl, err := p.Start(ctx, runspacepool.PipelineConfig{
		Commands: []runspacepool.Command{runspacepool.Script(`try { $Host.UI.ReadLine() } catch { $_.Exception.InnerException.Message }; $Host.UI.WriteLine('x'); 'end'`)},
		Host:     politeHost{},
	})
	require.NoError(t, err)
	got, err := remoteTexts(ctx, pl)
	require.NoError(t, err)
	assert.Equal(t, []string{runspacepool.ErrNotSupported.Error(), "end"}, got)
}

type politeHost struct{ runspacepool.NoHost }

func (politeHost) UI() runspacepool.UI { return runspacepool.NoUI{} }

// TestRemotingHostWaits: the reader's context ends while the user is asked; who
// reads again asks again. So does another client, if the question is still open
// when the session is left.
func TestRemotingHostWaits(t *testing.T) {
	t.Parallel()
	takeSlot(t)
	s := start(t, setup{withoutSlot: true, encryptedOnly: true})
	ctx := bounded(t)
	wait := make(chan struct{})
	ui := &testUI{wait: wait}
	p := openPool(ctx, t, s.remoting(t), psremoting.Options{Pool: runspacepool.Config{Host: testHost{ui: ui}}})
	pl := startScript(ctx, t, p, `$Host.UI.ReadLine(); $Host.UI.ReadLine()`)
	short, cancel := context.WithCancelCause(ctx)
	why := errors.New("enough")
	go func() {
		<-wait
		cancel(why)
	}()
	_, err := pl.Next(short)
	require.ErrorIs(t, err, why)
	r, err := pl.Next(ctx)
	require.NoError(t, err)
	assert.Equal(t, "a line", r.Text())

	again := make(chan struct{})
	ui.wait = again
	short, cancel = context.WithCancelCause(ctx)
	go func() {
		<-again
		cancel(why)
	}()
	_, err = pl.Next(short)
	require.ErrorIs(t, err, why)
	require.NoError(t, p.Disconnect(ctx, runspacepool.DisconnectOptions{}))

	other := s.remoting(t)
	pools, err := other.Pools(ctx)
	require.NoError(t, err)
	require.Len(t, pools, 1)
	there, err := other.Connect(ctx, pools[0], psremoting.Options{Pool: runspacepool.Config{Host: testHost{ui: &testUI{}}}})
	require.NoError(t, err)
	closePool(t, there)
	require.Len(t, pools[0].Commands, 1)
	assert.Contains(t, pools[0].Commands[0].Line, "ReadLine")
	connected, err := there.ConnectPipeline(ctx, pools[0].Commands[0].ID)
	require.NoError(t, err)
	got, err := remoteTexts(ctx, connected)
	require.NoError(t, err)
	assert.Equal(t, []string{"a line"}, got)
}

// TestRemotingSecureStrings: secrets go both ways, before and after the session
// went to another client.
func TestRemotingSecureStrings(t *testing.T) {
	t.Parallel()
	takeSlot(t)
	s := start(t, setup{withoutSlot: true, encryptedOnly: true})
	ctx := bounded(t)
	p := openPool(ctx, t, s.remoting(t), psremoting.Options{})
	secretsBothWays(ctx, t, p)
	require.NoError(t, p.Disconnect(ctx, runspacepool.DisconnectOptions{}))
	require.NoError(t, p.Reconnect(ctx))
	secretsBothWays(ctx, t, p)
	require.NoError(t, p.Disconnect(ctx, runspacepool.DisconnectOptions{}))
	other := s.remoting(t)
	pools, err := other.Pools(ctx)
	require.NoError(t, err)
	require.Len(t, pools, 1)
	there, err := other.Connect(ctx, pools[0], psremoting.Options{})
	require.NoError(t, err)
	closePool(t, there)
	secretsBothWays(ctx, t, there)
}

func secretsBothWays(ctx context.Context, t *testing.T, p *runspacepool.RunspacePool) {
	t.Helper()
	secret, err := p.EncryptSecureString(ctx, "pässword")
	require.NoError(t, err)
	credential, err := p.PSCredential(ctx, runspacepool.Credential{UserName: "carol", Password: "hers"})
	require.NoError(t, err)
	pl, err := p.Start(ctx, runspacepool.PipelineConfig{Commands: []runspacepool.Command{
		runspacepool.Script(`param($s, $c) [pscredential]::new('x', $s).GetNetworkCredential().Password
			$c.UserName; $c.GetNetworkCredential().Password; $s`).With("s", secret).With("c", credential),
	}})
	require.NoError(t, err)
	var values []clixml.Value
	for r, err := range pl.Records(ctx) {
		require.NoError(t, err)
		values = append(values, r.Value)
	}
	require.Len(t, values, 4)
	assert.Equal(t, []clixml.Value{clixml.String("pässword"), clixml.String("carol"), clixml.String("hers")}, values[:3])
	back, ok := clixml.Base(values[3]).(clixml.SecureString)
	require.True(t, ok)
	plain, err := p.DecryptSecureString(ctx, back)
	require.NoError(t, err)
	assert.Equal(t, "pässword", plain)
}
