package endpoint_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/psremoting"
	"github.com/winrmd/winrmd/psrp"
	"github.com/winrmd/winrmd/psrp/clixml"
	"github.com/winrmd/winrmd/psrp/runspacepool"
	"github.com/winrmd/winrmd/shell/runspace"
)

// desk is a host with somebody at it, who answers what he is asked.
type desk struct {
	runspacepool.NoHost
	ui *deskUI
}

func (d desk) UI() runspacepool.UI { return d.ui }

type deskUI struct {
	runspacepool.NoUI
	choice int
	asked  []string
}

func (u *deskUI) note(format string, values ...any) {
	u.asked = append(u.asked, fmt.Sprintf(format, values...))
}

func (u *deskUI) Prompt(_ context.Context, caption, message string, fields []runspacepool.FieldDescription) (map[string]any, error) {
	answers := map[string]any{}
	for _, f := range fields {
		u.note("Prompt %s/%s/%s/%s/%v", caption, message, f.Name, f.FullTypeName, f.Mandatory)
		answers[f.Name] = "the " + f.Name
	}
	return answers, nil
}

func (u *deskUI) PromptForCredential(_ context.Context, p runspacepool.CredentialPrompt) (*runspacepool.Credential, error) {
	u.note("PromptForCredential %s/%s/%s/%s", p.Caption, p.Message, p.UserName, p.TargetName)
	return &runspacepool.Credential{UserName: "ann", Password: "pässword"}, nil
}

func (u *deskUI) PromptForChoice(_ context.Context, caption, message string, choices []runspacepool.ChoiceDescription, preset int) (int, error) {
	var labels []string
	for _, c := range choices {
		labels = append(labels, c.Label)
	}
	u.note("PromptForChoice %s/%s/%s/%d", caption, message, strings.Join(labels, ","), preset)
	return u.choice, nil
}

// TestHost: commands ask the user for texts, a choice and a credential.
func TestHost(t *testing.T) {
	t.Parallel()
	ask := runspace.Func("Show-Questions", "Asks all there is.", func(ctx context.Context, _ *struct{}, io *runspace.IO) error {
		texts, err := io.Host().Ask(ctx, "caption", "message", "first", "second")
		if err != nil {
			return err
		}
		n, err := io.Host().Choose(ctx, "caption", "which", []runspace.Choice{{Label: "&A", Help: "a"}, {Label: "&B", Help: "b"}}, -1)
		if err != nil {
			return err
		}
		c, err := io.Host().Credential(ctx, "caption", "who", "bob", "target")
		if err != nil {
			return err
		}
		return io.OutputAll(ctx, []any{texts["first"], texts["second"], n, c.UserName, string(c.Password)})
	})
	s := serving(t, nil, ask)
	with := func(ui *deskUI, text string) result {
		t.Helper()
		pool, err := clientOf(t, s).Open(bounded(t), psremoting.Options{Pool: runspacepool.Config{Host: desk{ui: ui}}})
		require.NoError(t, err)
		defer pool.Close(context.Background())
		return script(t, pool, text)
	}
	const preset = "PromptForChoice Confirm/Continue with this operation?/&Yes,Yes to &All,&Halt Command/0"

	ui := &deskUI{choice: 1}
	assert.Equal(t, []string{"the first", "the second", "1", "ann", "pässword"}, with(ui, "Show-Questions").completed(t).texts())
	assert.Equal(t, []string{
		"Prompt caption/message/first/System.String/true", "Prompt caption/message/second/System.String/true",
		"PromptForChoice caption/which/&A,&B/-1", "PromptForCredential caption/who/bob/target",
	}, ui.asked)

	ui = &deskUI{choice: 7}
	messages, _ := with(ui, "Show-Questions").errors(t)
	assert.Equal(t, []string{"the client's host has named no choice that there is"}, messages)

	ui = &deskUI{}
	assert.Equal(t, []string{"the name", "ann"}, with(ui, "Read-Host name; (Get-Credential bob).UserName").completed(t).texts())
	assert.Equal(t, []string{
		"Prompt //name/System.String/true", "PromptForCredential PowerShell credential request/Enter your credentials./bob/",
	}, ui.asked)

	ui = &deskUI{} // Yes, each time
	r := with(ui, "$WarningPreference = 'Inquire'; Write-Warning a; Write-Warning b; 'after'").completed(t)
	assert.Equal(t, []string{"after"}, r.texts())
	assert.Len(t, r.records[runspacepool.StreamWarning], 2)
	assert.Equal(t, []string{preset, preset}, ui.asked)

	ui = &deskUI{choice: 1} // Yes to All, of the one command
	assert.Equal(t, []string{"after"}, with(ui, "'a', 'b' | Write-Warning -WarningAction Inquire; 'after'").completed(t).texts())
	assert.Equal(t, []string{preset}, ui.asked)

	ui = &deskUI{choice: 2} // Halt Command
	r = with(ui, "Write-Error a -ErrorAction Inquire; 'after'")
	assert.Equal(t, psrp.PSInvocationFailed, r.state)
	assert.ErrorContains(t, r.reason, "the user selected the Stop option")
	assert.Empty(t, r.texts())
	assert.Len(t, r.records[runspacepool.StreamError], 1)
}

// TestHistory: a runspace remembers the pipelines whose client wants that, until it
// is reset.
func TestHistory(t *testing.T) {
	t.Parallel()
	pool := open(t, serving(t, nil), runspacepool.Config{})
	remembered := runspacepool.PipelineConfig{Commands: []runspacepool.Command{runspacepool.Script("1; Write-Error x -ErrorAction Stop")}, AddToHistory: true}
	assert.Equal(t, psrp.PSInvocationFailed, run(t, pool, remembered).state)
	remembered = runspacepool.PipelineConfig{Commands: []runspacepool.Command{runspacepool.Script("2")}, AddToHistory: true}
	run(t, pool, remembered).completed(t)
	script(t, pool, "3").completed(t)
	const list = `Get-History | ForEach-Object { "$($_.Id) $($_.CommandLine) $($_.ExecutionStatus)" }`
	assert.Equal(t, []string{"1 1; Write-Error x -ErrorAction Stop Failed", "2 2 Completed"}, script(t, pool, list).completed(t).texts())
	assert.Equal(t, []string{"2", "1"}, script(t, pool, "(Get-History -Count 1).Id; (Get-History 1).Id").completed(t).texts())
	ok, err := pool.ResetRunspaceState(bounded(t))
	require.NoError(t, err)
	assert.True(t, ok)
	assert.Empty(t, script(t, pool, list).completed(t).texts())
}

// TestNull: null is an object of the output, in the form that PowerShell reads: a
// message without content.
func TestNull(t *testing.T) {
	t.Parallel()
	r := script(t, open(t, serving(t, nil), runspacepool.Config{}), "$null; 1; $null, 2").completed(t)
	require.Len(t, r.output, 4)
	assert.Equal(t, []clixml.Value{nil, clixml.Int32(1), nil, clixml.Int32(2)}, r.output)
}
