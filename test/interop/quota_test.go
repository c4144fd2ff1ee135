package interop

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// attempt is what became of something that was asked for.
type attempt struct {
	Code uint32
	Text string
}

// opened is what psrp_open.py says.
type opened struct {
	Pools, Pipelines []attempt
	Output           []any
}

// refused requires that all attempts but the last succeed, and that the last is
// refused with a number, in words that name the quota, its value and what was
// asked for.
func refused(t *testing.T, all []attempt, code uint32, words ...string) {
	t.Helper()
	require.NotEmpty(t, all)
	last := all[len(all)-1]
	for _, a := range all[:len(all)-1] {
		assert.Zero(t, a.Code, a.Text)
	}
	assert.Equal(t, fmt.Sprintf("%#x", code), fmt.Sprintf("%#x", last.Code), last.Text)
	for _, word := range words {
		assert.Contains(t, last.Text, word)
	}
}

// TestQuotas: each quota is hit by a real client, which reads why.
func TestQuotas(t *testing.T) {
	t.Parallel()
	s := start(t, setup{configurations: map[string]string{
		"Shells":   "MaxShells = 1\n",
		"User":     "MaxShellsPerUser = 1\n",
		"Users":    "MaxConcurrentUsers = 1\n",
		"Commands": "MaxConcurrentCommandsPerShell = 2\n",
		"Object":   "MaximumReceivedObjectSizeMB = 1\n",
		"Data":     "MaximumReceivedDataSizePerCommandMB = 1\n",
	}})
	s.addUser(t, "bob")
	for name, test := range map[string]func(t *testing.T){
		"MaxShells": func(t *testing.T) {
			got := run[opened](t, s.client(), "psrp_open.py", args{"pools": 2, "configuration": "Shells"})
			refused(t, got.Pools, 0x803381E6, "MaxShells of configuration Shells allows 1", "would be 2")
		},
		"MaxShellsPerUser": func(t *testing.T) {
			got := run[opened](t, s.client(), "psrp_open.py", args{"pools": 2, "configuration": "User"})
			refused(t, got.Pools, 0x803381E4, "MaxShellsPerUser of configuration User allows 1", "would be 2")
			got = run[opened](t, s.client().as("bob"), "psrp_open.py", args{"pools": 1, "configuration": "User"})
			assert.Zero(t, got.Pools[0].Code, "another user's are others")
		},
		"MaxConcurrentUsers": func(t *testing.T) {
			left := s.client().leave(t, args{"scripts": []string{"1"}, "open_options": args{"configuration_name": "Users"}})
			got := run[opened](t, s.client().as("bob"), "psrp_open.py", args{"pools": 1, "configuration": "Users"})
			refused(t, got.Pools, 0x803381E5, "MaxConcurrentUsers of configuration Users allows 1", "would be 2")
			got = run[opened](t, s.client(), "psrp_open.py", args{"pools": 1, "configuration": "Users"})
			assert.Zero(t, got.Pools[0].Code, "the one user may have more")
			s.command(t, "", "session", "remove", "--state", s.state, left.ids()[0])
		},
		"MaxConcurrentCommandsPerShell": func(t *testing.T) {
			got := run[opened](t, s.client(), "psrp_open.py", args{"pools": 1, "configuration": "Commands", "pipelines": 3})
			refused(t, got.Pipelines, 0x803381E9, "MaxConcurrentCommandsPerShell of configuration Commands allows 2", "would be 3")
		},
		"MaximumReceivedObjectSizeMB": func(t *testing.T) {
			got := s.client().fails(t, "psrp_quota_input.py", args{"configuration": "Object", "length": 1 << 20, "count": 1})
			for _, word := range []string{"MaximumReceivedObjectSizeMB allows 1048576 bytes", "this would be"} {
				assert.Contains(t, got.Text, word)
			}
		},
		"MaximumReceivedDataSizePerCommandMB": func(t *testing.T) {
			got := s.client().fails(t, "psrp_quota_input.py", args{"configuration": "Data", "length": 400 << 10, "count": 4})
			for _, word := range []string{"MaximumReceivedDataSizePerCommandMB allows 1048576 bytes", "this would be"} {
				assert.Contains(t, got.Text, word)
			}
		},
	} {
		t.Run(name, test)
	}
}

// TestServiceQuotas count the shells of every kind. A change applies to the next.
func TestServiceQuotas(t *testing.T) {
	t.Parallel()
	s := start(t, setup{settings: "[Winrs]\nMaxShellsPerUser = 2\n"})
	s.addUser(t, "bob")
	got := run[opened](t, s.client(), "psrp_open.py", args{"pools": 2, "shells": 1})
	refused(t, got.Pools, 0x803381A5, "MaxShellsPerUser of the service allows 2", "would be 3")
	got = run[opened](t, s.client(), "psrp_open.py", args{"pools": 1, "shells": 2})
	refused(t, got.Pools, 0x803381A5, "MaxShellsPerUser of the service allows 2", "would be 3")

	s.write(t, setup{settings: "[Winrs]\nMaxConcurrentUsers = 1\n"})
	got = run[opened](t, s.client(), "psrp_open.py", args{"pools": 2, "shells": 2})
	assert.NotContains(t, fmt.Sprint(got.Pools), "allows")
	left := s.client().leave(t, args{"scripts": []string{"1"}})
	for _, asked := range []args{{"pools": 1}, {"pools": 0, "shells": 1}} {
		got = run[opened](t, s.client().as("bob"), "psrp_open.py", asked)
		refused(t, got.Pools, 0x803381AB, "MaxConcurrentUsers of the service allows 1", "would be 2")
	}
	s.command(t, "", "session", "remove", "--state", s.state, left.ids()[0])
}

// TestSessionSettings: what a session configuration says of its engine, and
// who may use it.
func TestSessionSettings(t *testing.T) {
	t.Parallel()
	s := start(t, setup{
		settings: "[Groups]\nOperators = ['bob']\n",
		configurations: map[string]string{
			"Start": "StartupScript = \"%STATE%/it's start.ps1\"\nModulesToImport = [\"%STATE%/Greeting.psm1\"]\n" +
				"[Environment]\nWINRMD_TEST_COLOUR = 'blue'\n",
			"Bobs": "Permission = ['operators']\n",
			"Off":  "Enabled = false\n",
		},
		files: map[string]string{
			"it's start.ps1": "$started = 'by the script'\n",
			"Greeting.psm1":  "function Get-Greeting { 'from the module' }\nExport-ModuleMember -Function Get-Greeting\n",
		},
	})
	s.addUser(t, "bob")
	got := run[opened](t, s.client(), "psrp_open.py", args{
		"pools": 1, "configuration": "start", "script": "$started; Get-Greeting; $env:WINRMD_TEST_COLOUR",
	})
	assert.Equal(t, []any{"by the script", "from the module", "blue"}, got.Output)

	got = run[opened](t, s.client(), "psrp_open.py", args{"pools": 1, "configuration": "Bobs"})
	refused(t, got.Pools, 5)
	got = run[opened](t, s.client().as("bob"), "psrp_open.py", args{"pools": 1, "configuration": "Bobs"})
	assert.Zero(t, got.Pools[0].Code, got.Pools[0].Text)
	for name, configuration := range map[string]string{"off": "Off", "unknown": "nobody"} {
		got = run[opened](t, s.client(), "psrp_open.py", args{"pools": 1, "configuration": configuration})
		require.Len(t, got.Pools, 1)
		assert.True(t, strings.Contains(got.Pools[0].Text, configuration) && got.Pools[0].Code != 0, "%s: %+v", name, got)
	}
}
