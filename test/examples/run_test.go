package examples

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestRun: objects are JSON, other streams and errors are told apart by stream
// and exit status.
func TestRun(t *testing.T) {
	s := start(t)
	for name, test := range map[string]struct {
		arguments []string
		want      result
	}{
		"values": {
			[]string{"1; 2.5; 'a \"b\"'; $null; $true; [double]::NaN; [DayOfWeek]::Friday; ,@(1, 'x'); [version]'1.2'"},
			result{"1\n2.5\n\"a \\\"b\\\"\"\nnull\ntrue\n\"NaN\"\n\"Friday\"\n[1,\"x\"]\n\"1.2\"\n", "", 0},
		},
		"objects": {
			[]string{"[pscustomobject]@{Name='one'; Inner=[ordered]@{b=1; a=2}; Empty=@()}"},
			result{`{"Name":"one","Inner":{"b":1,"a":2},"Empty":[]}` + "\n", "", 0},
		},
		"arguments": {
			[]string{"param($First, $Second) \"$Second-$First\"", "one", "two three"},
			result{"\"two three-one\"\n", "", 0},
		},
		"streams": {
			[]string{"Write-Warning 'look out'; 'out'; Write-Error 'not good'"},
			result{"\"out\"\n", "Warning: look out\nError: not good\n", 1},
		},
		"failure": {
			[]string{"'before'; throw 'at the end'"},
			result{"\"before\"\n", "run: the pipeline has failed: at the end\n", 1},
		},
	} {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, test.want, end(t, example(t, "run", append([]string{"-url", s.HTTP}, test.arguments...)...)))
		})
	}

	t.Run("script from standard input, over TLS", func(t *testing.T) {
		command := example(t, "run", "-url", strings.Replace(s.HTTPS, "127.0.0.1", "localhost", 1),
			"-ca", filepath.Join(s.State(), "certificate.pem"), "-")
		command.Stdin = strings.NewReader("$a = 40\n$a + 2\n")
		assert.Equal(t, result{"42\n", "", 0}, end(t, command))
	})
	t.Run("time limit", func(t *testing.T) {
		got := end(t, example(t, "run", "-url", s.HTTP, "-timeout", "1s", "'begun'; while ($true) { Start-Sleep -Milliseconds 50 }"))
		assert.Equal(t, "run: the script has taken more than 1s\n", got.stderr)
		assert.Equal(t, 1, got.status)
	})
	t.Run("unknown authority", func(t *testing.T) {
		got := end(t, example(t, "run", "-url", s.HTTPS, "1"))
		assert.Equal(t, 3, got.status)
		assert.Contains(t, got.stderr, "-ca")
	})
	t.Run("wrong password", func(t *testing.T) {
		command := example(t, "run", "-url", s.HTTP, "1")
		command.Env = append(command.Env, "REMOTE_PASSWORD=wrong")
		got := end(t, command)
		assert.Equal(t, 3, got.status)
		assert.Contains(t, got.stderr, "REMOTE_PASSWORD")
	})
	t.Run("no script", func(t *testing.T) {
		got := end(t, example(t, "run", "-url", s.HTTP))
		assert.Equal(t, 2, got.status)
		assert.Contains(t, got.stderr, "usage: run -url URL")
	})
}
