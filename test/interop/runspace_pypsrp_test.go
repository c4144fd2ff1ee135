package interop

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestRunspacePypsrpMore is what pypsrp does with an engine in Go, in scripts that
// its language has.
func TestRunspacePypsrpMore(t *testing.T) {
	t.Parallel()
	c := startRunspace(t).client()
	for what, test := range map[string]struct {
		parameters args
		want       []any
	}{
		"stop":     {want: []any{1.0, "after"}},
		"nested":   {want: []any{"by the outer"}},
		"given":    {want: []any{"a", 1.0, true, map[string]any{"key": "value"}, 200_000.0}},
		"secret":   {args{"text": "a secret – not in clear"}, []any{"a secret – not in clear"}},
		"host":     {want: []any{"a line", "a secret", "what is said\r\n"}},
		"question": {want: []any{"the answer is 42"}},
		"prompts": {want: []any{
			"  a name", "ann", "asked", "Prompt: a name",
			"PromptForCredential: PowerShell credential request, Enter your credentials., bob, ",
			"PromptForChoice: Confirm, Continue with this operation?, &Yes|Yes to &All|&Halt Command, 0",
		}},
	} {
		t.Run(what, func(t *testing.T) {
			parameters := args{"what": what}
			for name, v := range test.parameters {
				parameters[name] = v
			}
			got := run[struct{ Output []any }](t, c, "runspace.py", parameters)
			assert.Equal(t, test.want, got.Output)
		})
	}
}
