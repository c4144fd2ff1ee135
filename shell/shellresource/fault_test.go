package shellresource

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/shell"
	"github.com/winrmd/winrmd/wsman"
)

// translation is what becomes of an error of package shell.
type translation struct {
	name    string // the variable, type or constant of package shell that it is about
	err     error
	kind    kind
	code    wsman.FaultCode
	soap    wsman.SOAPCode
	subcode string
	detail  string // the last part of the FaultDetail's URI
}

// translations is wsman.md section 11 for shells.
var translations = []translation{
	{"ErrTimedOut", shell.ErrTimedOut, kindPowerShell, 0x80338029, "Receiver", "w:TimedOut", ""},
	{"ErrStreamDisconnected", shell.ErrStreamDisconnected, kindPowerShell, 0x803381DE, "Receiver", "w:InternalError", ""},
	{"ErrClosed", shell.ErrClosed, kindPowerShell, 995, "Receiver", "w:InternalError", ""},
	{"ErrSpoolFull", shell.ErrSpoolFull, kindPowerShell, 1359, "Receiver", "w:InternalError", ""},
	{"AccessError", &shell.AccessError{User: "b", ShellID: shellA}, kindPowerShell, 5, "Sender", "w:AccessDenied", ""},
	{"InteractiveTokenError", &shell.InteractiveTokenError{ShellID: shellA}, kindPowerShell, 5, "Sender", "w:AccessDenied", ""},
	{"NotFoundError", &shell.NotFoundError{ShellID: shellA}, kindPowerShell, 0x8033805B, "Sender", "w:InvalidSelectors", "UnexpectedSelectors"},
	{"NotFoundError", &shell.NotFoundError{ShellID: shellA, CommandID: commandA}, kindPowerShell, 0x8033805B, "Sender", "w:InvalidSelectors", "UnexpectedSelectors"},
	{"ConflictError", &shell.ConflictError{ShellID: shellA}, kindPowerShell, 0x803381D7, "Receiver", "w:InternalError", ""},
	{"ConflictError", &shell.ConflictError{ShellID: shellA, CommandID: commandA}, kindPowerShell, 0x803381D6, "Receiver", "w:InternalError", ""},

	{"ReasonDisconnected", &shell.StateError{Reason: shell.ReasonDisconnected}, kindPowerShell, 0x803381C4, "Receiver", "w:InternalError", ""},
	{"ReasonOtherClient", &shell.StateError{Reason: shell.ReasonOtherClient}, kindPowerShell, 0x803381CD, "Receiver", "w:InternalError", ""},
	{"ReasonOtherSession", &shell.StateError{Reason: shell.ReasonOtherSession}, kindPowerShell, 0x803381C6, "Receiver", "w:InternalError", ""},
	{"ReasonDisconnectNotSupported", &shell.StateError{Reason: shell.ReasonDisconnectNotSupported}, kindCommandShell, 0x803381C5, "Receiver", "w:InternalError", ""},
	{"ReasonAlreadyDisconnected", &shell.StateError{Reason: shell.ReasonAlreadyDisconnected}, kindPowerShell, 0x803381CF, "Receiver", "w:InternalError", ""},
	{"StateError", &shell.StateError{Reason: shell.ReasonDisconnected}, kindCommandShell, 0x803381C4, "Receiver", "w:InternalError", ""},

	{"QuotaShells", &shell.QuotaError{Quota: shell.QuotaShells}, kindCommandShell, 0x803381A5, "Sender", "w:QuotaLimit", ""},
	{"QuotaShellsPerUser", &shell.QuotaError{Quota: shell.QuotaShellsPerUser}, kindCommandShell, 0x803381A5, "Sender", "w:QuotaLimit", ""},
	{"QuotaConcurrentUsers", &shell.QuotaError{Quota: shell.QuotaConcurrentUsers}, kindCommandShell, 0x803381AB, "Sender", "w:QuotaLimit", ""},
	{"QuotaCommandsPerShell", &shell.QuotaError{Quota: shell.QuotaCommandsPerShell}, kindCommandShell, 0x803381E9, "Sender", "w:QuotaLimit", ""},
	{"QuotaShells", &shell.QuotaError{Quota: shell.QuotaShells, Configuration: "x"}, kindPowerShell, 0x803381E6, "Sender", "w:QuotaLimit", ""},
	{"QuotaShellsPerUser", &shell.QuotaError{Quota: shell.QuotaShellsPerUser, Configuration: "x"}, kindPowerShell, 0x803381E4, "Sender", "w:QuotaLimit", ""},
	{"QuotaConcurrentUsers", &shell.QuotaError{Quota: shell.QuotaConcurrentUsers, Configuration: "x"}, kindPowerShell, 0x803381E5, "Sender", "w:QuotaLimit", ""},
	{"QuotaCommandsPerShell", &shell.QuotaError{Quota: shell.QuotaCommandsPerShell, Configuration: "x"}, kindPowerShell, 0x803381E9, "Sender", "w:QuotaLimit", ""},
	{"QuotaError", &shell.QuotaError{Quota: shell.QuotaShells, Limit: 5, Configuration: "x"}, kindPowerShell, 0x803381E6, "Sender", "w:QuotaLimit", ""},

	{"LimitError", &shell.LimitError{Setting: "MaxProcessesPerShell", Limit: 3, Use: 4}, kindCommandShell, 0x80070718, "Receiver", "w:InternalError", ""},
	{"IdleTimeoutError", &shell.IdleTimeoutError{Asked: time.Second}, kindPowerShell, 0x803381F2, "Sender", "w:InvalidParameter", ""},
	{"StreamError", &shell.StreamError{Stream: "x"}, kindPowerShell, 0x80540BC0, "Receiver", "w:InternalError", ""},
	{"StreamError", &shell.StreamError{Shell: true}, kindCommandShell, 87, "Sender", "w:InvalidParameter", "InvalidValue"},
	{"EndedError", &shell.EndedError{ShellID: shellA, Cause: errors.New("x")}, kindPowerShell, 1359, "Receiver", "w:InternalError", ""},
	{"PluginError", &shell.PluginError{Code: 0x80540BC4, Message: "m"}, kindPowerShell, 0x80540BC4, "Receiver", "w:InternalError", ""},
	{"PluginError", &shell.PluginError{Code: 0x80070002, Message: "m"}, kindCommandShell, 0x80070002, "Receiver", "w:InternalError", ""},
	{"PluginError", &shell.PluginError{Code: 87, Message: "m"}, kindCommandShell, 87, "Sender", "w:InvalidParameter", "InvalidValue"},
	{"PluginError", &shell.PluginError{Code: 0x12345678, Message: "m"}, kindPowerShell, 0x12345678, "Receiver", "w:InternalError", ""},

	// Errors of others that come through.
	{"", context.DeadlineExceeded, kindPowerShell, 0x80338029, "Receiver", "w:TimedOut", ""},
	{"", base64.CorruptInputError(3), kindPowerShell, 0x80338041, "Sender", "w:SchemaValidationError", ""},
	{"", wsman.NewFault(wsman.CodeInvalidURI, "x"), kindPowerShell, 0x80338002, "Sender", "a:DestinationUnreachable", "InvalidResourceURI"},
}

func TestTranslations(t *testing.T) {
	for _, test := range translations {
		t.Run(fmt.Sprintf("%T %v", test.err, test.err), func(t *testing.T) {
			for _, err := range []error{test.err, fmt.Errorf("wrapped: %w", test.err)} {
				var f *wsman.Fault
				require.ErrorAs(t, toFault(err, test.kind), &f)
				assert.Equal(t, test.code, f.WSMan.Code, f.WSMan.Code.String())
				assert.Equal(t, test.soap, f.Code)
				prefix, local, _ := strings.Cut(test.subcode, ":")
				assert.Equal(t, wsman.QName{Space: spaces[prefix], Local: local}, f.Subcode)
				assert.Equal(t, test.detail, last("/"+f.Detail))
				assert.Equal(t, 500, f.Status)
				assert.NotEmpty(t, f.Message())
				require.ErrorIs(t, f, test.err, "the log is to have the cause")
			}
		})
	}
}

// TestEveryErrorIsTranslated fails when package shell gets an error, a reason
// or a quota that translations does not have.
func TestEveryErrorIsTranslated(t *testing.T) {
	known := make(map[string]bool)
	for _, test := range translations {
		known[test.name] = true
	}
	names := shellErrors(t)
	assert.Greater(t, len(names), 15)
	for _, name := range names {
		assert.True(t, known[name], "shell.%s has no row in translations", name)
	}
}

// shellErrors lists what package shell's sources declare: exported variables
// Err…, exported types with a method Error, exported constants Reason… and
// Quota….
func shellErrors(t *testing.T) []string {
	t.Helper()
	paths, err := filepath.Glob("../*.go")
	require.NoError(t, err)
	var names []string
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		file, err := parser.ParseFile(token.NewFileSet(), path, text, 0)
		require.NoError(t, err)
		for _, d := range file.Decls {
			names = append(names, errorsOf(d)...)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func errorsOf(d ast.Decl) []string {
	var names []string
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Name.Name != "Error" || d.Recv == nil {
			return nil
		}
		of := d.Recv.List[0].Type
		if star, ok := of.(*ast.StarExpr); ok {
			of = star.X
		}
		if name := of.(*ast.Ident).Name; ast.IsExported(name) {
			names = append(names, name)
		}
	case *ast.GenDecl:
		for _, s := range d.Specs {
			value, ok := s.(*ast.ValueSpec)
			if !ok {
				continue
			}
			for _, n := range value.Names {
				if strings.HasPrefix(n.Name, "Err") || strings.HasPrefix(n.Name, "Reason") || strings.HasPrefix(n.Name, "Quota") {
					names = append(names, n.Name)
				}
			}
		}
	}
	return names
}

// TestUnknownError: what is no error of ours stays as it is, and its text is
// not for the client.
func TestUnknownError(t *testing.T) {
	secret := errors.New("the password is swordfish")
	require.Equal(t, secret, toFault(secret, kindPowerShell))
	require.Equal(t, context.Canceled, toFault(context.Canceled, kindPowerShell))
	assert.NotContains(t, string(wsman.AsFault(secret).AppendEnvelope(nil, nil, "host")), "swordfish")
}

func TestNotFoundMessages(t *testing.T) {
	var f *wsman.Fault
	require.ErrorAs(t, toFault(&shell.NotFoundError{ShellID: shellA}, kindPowerShell), &f)
	require.NotNil(t, f.WSMan.Provider.Nested, "Windows nests the fault of a shell that is gone")
	assert.Equal(t, f.WSMan.Code, f.WSMan.Provider.Nested.Code)
	require.ErrorAs(t, toFault(&shell.NotFoundError{ShellID: shellA, CommandID: commandA}, kindPowerShell), &f)
	assert.Contains(t, f.Message(), "command identifier that does not exist")
}

func TestProviders(t *testing.T) {
	for k, want := range map[kind]string{kindPowerShell: "microsoft.powershell", kindCommandShell: "Shell cmd plugin"} {
		var f *wsman.Fault
		require.ErrorAs(t, toFault(&shell.PluginError{Code: 87, Message: "its own words"}, k), &f)
		assert.Equal(t, want, f.WSMan.Provider.Provider)
		assert.Equal(t, "its own words", f.Message())
	}
}
