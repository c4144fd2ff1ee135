package conformance

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/wsman"
)

// neverGiven are the faults of the table that winrmd gives to nobody: clients must
// know them, since Windows does.
var neverGiven = map[wsman.FaultCode]string{
	wsman.CodeInvalidResourceURI:         "a URI that is malformed is one that is not known: ERROR_WSMAN_INVALID_URI",
	wsman.CodeOptionsNotSupported:        "an option that is not known has a wrong name: ERROR_WSMAN_OPTIONS_INVALID_NAME",
	wsman.CodeReceiveInProgress:          "a newer Receive takes the place of the one that waits",
	wsman.CodeRedirectRequested:          "winrmd redirects nobody; a Windows server does so only where a configuration sends clients elsewhere",
	wsman.CodeQuotaUser:                  "there is no quota over time",
	wsman.CodeQuotaSystem:                "connections beyond MaxConnections wait to be taken",
	wsman.CodeQuotaMaxPluginOpsPPQ:       "a configuration has no quota of operations",
	wsman.CodeQuotaMaxOperationsUserPPQ:  "a configuration has no quota of operations",
	wsman.CodeRemoteConnectionNotAllowed: "AllowRemoteAccess is always true",
	wsman.CodeCommandTerminated:          "a command that was terminated is one that is not known: ERROR_WSMAN_UNEXPECTED_SELECTORS",
	wsman.CodeShellReconnectNotValid:     "a Reconnect fails for another reason only: the client, or its session",
	wsman.CodeCommandReconnectNotValid:   "commands are reconnected with their shell",
	wsman.CodeCommandDisconnectNotValid:  "commands are disconnected with their shell",
	wsman.CodePluginNullContext:          pluginOnly,
	wsman.CodePluginContextNotFound:      pluginOnly,
	wsman.CodePluginInvalidStreamSets:    "the streams that a Create names are not looked at",
	wsman.CodePluginNullShell:            pluginOnly,
	wsman.CodePluginInvalidShell:         pluginOnly,
	wsman.CodePluginInvalidCommand:       pluginOnly,
	wsman.CodePluginInvalidSender:        pluginOnly,
	wsman.CodePluginShutdownRegistration: pluginOnly,
	wsman.CodePluginReportContext:        pluginOnly,
	wsman.CodePluginManagedException:     pluginOnly,
	wsman.CodePluginOperationClose:       pluginOnly,
}

const pluginOnly = "it is between Windows' service and its plug-in"

// notProvoked are faults that winrmd gives, and no client can bring about by what it
// asks alone.
var notProvoked = map[wsman.FaultCode]string{
	wsman.CodeShutdownInProgress:          "the service must be about to end",
	wsman.CodeInternalError:               "something must be broken inside, for example a file of settings",
	wsman.CodeNotEnoughQuota:              "the processes of a shell must have come to a limit of the machine",
	wsman.CodeRunAsFailed:                 "a session configuration must run as an account that cannot be used",
	wsman.CodePluginSessionCreationFailed: "the engine must fail to start",
}

// TestFaultTable: every fault that a server can give is provoked by a check, or is
// one of those above with the reason. docs/conformance.md has them all.
func TestFaultTable(t *testing.T) {
	by := map[wsman.FaultCode][]string{}
	for _, report := range []*Report{runIn(t, settingsText, nil), runIn(t, switchedOffText, only(switchedOff))} {
		for _, r := range report.Results {
			for _, code := range r.Faults {
				if !slices.Contains(by[code], r.Name) {
					by[code] = append(by[code], r.Name)
				}
			}
		}
	}
	var checked, never, other strings.Builder
	known := map[wsman.FaultCode]bool{}
	for _, code := range wsman.FaultCodes() {
		known[code] = true
		row := fmt.Sprintf("| 0x%08X | %s | ", uint32(code), code.String())
		switch {
		case len(by[code]) > 0:
			assert.NotContains(t, neverGiven, code, "a check provokes it")
			assert.NotContains(t, notProvoked, code, "a check provokes it")
			checked.WriteString(row + some(by[code]) + " |\n")
		case notProvoked[code] != "":
			assert.NotContains(t, neverGiven, code)
			other.WriteString(row + notProvoked[code] + " |\n")
		default:
			assert.NotEmpty(t, neverGiven[code], "no check provokes %#08x %s, and no reason is given", uint32(code), code)
			never.WriteString(row + neverGiven[code] + " |\n")
		}
	}
	for _, list := range []map[wsman.FaultCode]string{neverGiven, notProvoked} {
		for code := range list {
			assert.True(t, known[code], "%#08x is not in the table", uint32(code))
		}
	}
	text := "### Provoked\n\n| number | fault | by |\n| --- | --- | --- |\n" + checked.String() +
		"\n### Given, but not on a client's wish\n\n| number | fault | because |\n| --- | --- | --- |\n" + other.String() +
		"\n### Never given by winrmd\n\n| number | fault | because |\n| --- | --- | --- |\n" + never.String()
	documented(t, text)
}

// some are a few names of checks.
func some(names []string) string {
	const most = 3
	if len(names) > most {
		return strings.Join(names[:most], ", ") + fmt.Sprintf(" and %d more", len(names)-most)
	}
	return strings.Join(names, ", ")
}

// documentation is what the tables are in.
var documentation = filepath.Join("..", "docs", "conformance.md")

// documented requires that the documentation has a text between its marks, or
// writes it there.
func documented(t *testing.T, text string) {
	t.Helper()
	content, err := os.ReadFile(documentation)
	require.NoError(t, err)
	const begin, end = "<!-- faults: go test ./conformance -run TestFaultTable -update -->\n", "<!-- end of faults -->"
	head, rest, ok := strings.Cut(string(content), begin)
	require.True(t, ok)
	old, tail, ok := strings.Cut(rest, end)
	require.True(t, ok)
	if *update && old != text {
		require.NoError(t, os.WriteFile(documentation, []byte(head+begin+text+end+tail), 0o644))
		return
	}
	assert.Equal(t, text, old, "docs/conformance.md is old: run with -update")
}

// TestNeverGiven: what the service's source names is given, and what is said to be
// never given is not named there.
func TestNeverGiven(t *testing.T) {
	names := codeNames(t)
	source := serviceSource(t)
	for code, name := range names {
		number := fmt.Sprintf("0x%08X", uint32(code))
		named := regexp.MustCompile(`\b(` + name + `|` + number + `)\b`).MatchString(source)
		if _, never := neverGiven[code]; never {
			assert.False(t, named, "%s is never given, but the source names it", name)
		} else {
			assert.True(t, named, "%s is named nowhere in the source: it is never given", name)
		}
	}
}

// codeNames are the names of the constants, by their values.
func codeNames(t *testing.T) map[wsman.FaultCode]string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), filepath.Join("..", "wsman", "fault_codes.go"), nil, 0)
	require.NoError(t, err)
	names := map[wsman.FaultCode]string{}
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || len(spec.Values) != 1 {
			return true
		}
		if value, ok := spec.Values[0].(*ast.BasicLit); ok {
			number, err := strconv.ParseUint(value.Value, 0, 32)
			require.NoError(t, err)
			names[wsman.FaultCode(number)] = spec.Names[0].Name
		}
		return true
	})
	require.Len(t, names, len(wsman.FaultCodes()))
	return names
}

// clientSide are the parts that are no service's, or only name the codes.
var clientSide = regexp.MustCompile(`^(wsman/(fault_[a-z_]+\.go|wsmanclient|wsmantest|capture)|psremoting|replay|conformance|test|examples|cmd/(winrm|libpsrpclient)/|.*_test\.go)`)

// comment is one that has a line for itself.
var comment = regexp.MustCompile(`(?m)^\s*//.*$`)

// serviceSource is the text of the service's Go files, without comments.
func serviceSource(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	root := ".."
	require.NoError(t, filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		name, _ := filepath.Rel(root, path)
		name = filepath.ToSlash(name)
		switch {
		case err != nil:
			return err
		case d.IsDir() && name != "." && strings.HasPrefix(d.Name(), "."):
			return filepath.SkipDir
		case d.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") || clientSide.MatchString(name):
			return nil
		}
		content, err := os.ReadFile(path)
		b.Write(comment.ReplaceAll(content, nil))
		return err
	}))
	return b.String()
}
