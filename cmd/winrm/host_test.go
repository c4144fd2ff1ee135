package main

import (
	"bytes"
	"context"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/psrp/clixml"
	"github.com/winrmd/winrmd/psrp/runspacepool"
)

// newUI makes a user who answers with lines, and what he is shown.
func newUI(t *testing.T, answers string) (*hostUI, *bytes.Buffer) {
	t.Helper()
	shown := &bytes.Buffer{}
	p, err := newRecordPrinter(io.Discard, shown, "auto")
	require.NoError(t, err)
	return &hostUI{in: &lineInput{r: strings.NewReader(answers)}, printer: p}, shown
}

func TestHostChoice(t *testing.T) {
	ctx := t.Context()
	choices := []runspacepool.ChoiceDescription{{Label: "&Yes", Help: "do it"}, {Label: "Yes to &All", Help: "do all"}, {Label: "None"}}
	for answers, want := range map[string]int{"y\n": 0, "A\r\n": 1, "yes to all\n": 1, "none\n": 2, "x\ny\n": 0, "\n": 1, "?\na": 1} {
		u, shown := newUI(t, answers)
		got, err := u.PromptForChoice(ctx, "Caption", "Message", choices, 1)
		require.NoError(t, err, "%q", answers)
		assert.Equal(t, want, got, "%q", answers)
		assert.True(t, strings.HasPrefix(shown.String(), "Caption\nMessage\n[Y] Yes  [A] Yes to All  [] None  [?] Help (default is \"A\"): "), "%s", shown)
		assert.Equal(t, strings.HasPrefix(answers, "?"), strings.Contains(shown.String(), "Y - do it\nA - do all\nNone - \n"))
	}
	u, _ := newUI(t, "\nnonsense\n")
	_, err := u.PromptForChoice(ctx, "", "", choices, -1)
	require.ErrorIs(t, err, errNoInput, "there is no default")

	u, _ = newUI(t, "y\nnone\n\n\n")
	all, err := u.PromptForChoices(ctx, "", "", choices, []int{1})
	require.NoError(t, err)
	assert.Equal(t, []int{0, 2}, all)
	all, err = u.PromptForChoices(ctx, "", "", choices, []int{1})
	require.NoError(t, err)
	assert.Equal(t, []int{1}, all)
}

func TestHostPrompt(t *testing.T) {
	u, shown := newUI(t, "a name\nsecret\nbob\npass word\n\n")
	got, err := u.Prompt(t.Context(), "Caption", "Message\x1b", []runspacepool.FieldDescription{
		{Name: "Name", FullTypeName: "System.String"},
		{Name: "Key", Label: "the &Key", FullTypeName: "System.Security.SecureString"},
		{Name: "Who", FullTypeName: "System.Management.Automation.PSCredential"},
		{Name: "Count", FullTypeName: "System.Int32", Default: clixml.Int32(7)},
	})
	require.NoError(t, err)
	assert.Equal(t, map[string]any{
		"Name": "a name", "Key": runspacepool.SecureText("secret"), "Count": clixml.Int32(7),
		"Who": &runspacepool.Credential{UserName: "bob", Password: "pass word"},
	}, got)
	assert.Equal(t, "Caption\nMessage\x1b\nName: the Key: Who\nUser: Password for user bob: Count: ", shown.String())
	_, err = u.ReadLine(t.Context())
	require.ErrorIs(t, err, errNoInput)
	u.stopped = true
	_, err = u.ReadLine(t.Context())
	require.ErrorIs(t, err, errStopped)
}

// TestInputWaits: a line that nobody waits for any more is the next caller's.
func TestInputWaits(t *testing.T) {
	r, w := io.Pipe()
	in := &lineInput{r: r}
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errInterrupted)
	_, err := in.line(ctx, false)
	require.ErrorIs(t, err, errInterrupted)
	go func() {
		_, _ = io.WriteString(w, "first\r\nsecond")
		_ = w.Close()
	}()
	for _, want := range []string{"first", "second"} {
		line, err := in.line(t.Context(), true)
		require.NoError(t, err)
		assert.Equal(t, want, line)
	}
	_, err = in.line(t.Context(), false)
	require.ErrorIs(t, err, errNoInput)
}
