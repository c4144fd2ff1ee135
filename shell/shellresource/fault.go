package shellresource

import (
	"context"
	"encoding/base64"
	"errors"

	"github.com/winrmd/winrmd/shell"
	"github.com/winrmd/winrmd/wsman"
)

// provider is how Windows names what runs a kind of shell.
type provider struct{ name, path string }

var providers = map[kind]provider{
	kindShell:        {"Shell provider", `%systemroot%\system32\WsmSvc.dll`},
	kindCommandShell: {"Shell cmd plugin", `%systemroot%\system32\winrscmd.dll`},
	kindPowerShell:   {"microsoft.powershell", `%windir%\system32\pwrshplugin.dll`},
}

// stateFaults are the faults of the reasons for which a state refuses.
var stateFaults = map[shell.StateReason]wsman.FaultCode{
	shell.ReasonDisconnected:           wsman.CodeShellDisconnected,
	shell.ReasonOtherClient:            wsman.CodeShellConnectedToDifferentClient,
	shell.ReasonOtherSession:           wsman.CodeSessionIDMismatch,
	shell.ReasonDisconnectNotSupported: wsman.CodeDisconnectNotSupported,
	shell.ReasonAlreadyDisconnected:    wsman.CodeShellDisconnectNotValid,
}

// quotaFaults are the faults of quotas: of those over all shells, and of those
// of a configuration.
var quotaFaults = map[bool]map[shell.Quota]wsman.FaultCode{
	true: {
		shell.QuotaShells:           wsman.CodeQuotaMaxShells,
		shell.QuotaShellsPerUser:    wsman.CodeQuotaMaxShells,
		shell.QuotaConcurrentUsers:  wsman.CodeQuotaMaxShellUsers,
		shell.QuotaCommandsPerShell: wsman.CodeQuotaMaxCommandsPerShellPPQ,
	},
	false: {
		shell.QuotaShells:           wsman.CodeQuotaMaxPluginShellsPPQ,
		shell.QuotaShellsPerUser:    wsman.CodeQuotaMaxShellsPPQ,
		shell.QuotaConcurrentUsers:  wsman.CodeQuotaMaxUsersPPQ,
		shell.QuotaCommandsPerShell: wsman.CodeQuotaMaxCommandsPerShellPPQ,
	},
}

// Fault makes the fault for an error of package shell about a resource. It is
// an error that is not one of them where err is unknown to it.
func Fault(err error, resourceURI string) error { return toFault(err, kindOf(resourceURI)) }

// toFault is the only translation of errors of package shell. An error that it
// does not know stays as it is and is answered as an internal error.
func toFault(err error, k kind) error {
	if f := (*wsman.Fault)(nil); errors.As(err, &f) {
		return f
	}
	switch {
	case errors.Is(err, shell.ErrTimedOut), errors.Is(err, context.DeadlineExceeded):
		return wsman.NewFault(wsman.CodeOperationTimedOut, "").WithCause(err)
	case errors.Is(err, shell.ErrStreamDisconnected):
		return wsman.NewFault(wsman.CodeStreamDisconnected, "").WithCause(err)
	case errors.Is(err, shell.ErrClosed):
		return wsman.NewFault(wsman.CodeOperationAborted, "").WithCause(err)
	case errors.Is(err, shell.ErrSpoolFull):
		return wsman.NewFault(wsman.CodeInternalError, sentence(err)).WithCause(err)
	}
	if f := typedFault(err, k); f != nil {
		return f.WithCause(err)
	}
	return err
}

// typedFault is the fault for the error types of package shell; nil for others.
func typedFault(err error, k kind) *wsman.Fault {
	var (
		access   *shell.AccessError
		token    *shell.InteractiveTokenError
		notFound *shell.NotFoundError
		conflict *shell.ConflictError
		state    *shell.StateError
		quota    *shell.QuotaError
		limit    *shell.LimitError
		idle     *shell.IdleTimeoutError
		stream   *shell.StreamError
		plugin   *shell.PluginError
		ended    *shell.EndedError
		corrupt  base64.CorruptInputError
	)
	switch {
	case errors.As(err, &access):
		return wsman.NewFault(wsman.CodeAccessDenied, "")
	case errors.As(err, &token):
		return wsman.NewFault(wsman.CodeAccessDenied, "Access is denied. "+sentence(err))
	case errors.As(err, &notFound):
		return notFoundFault(notFound)
	case errors.As(err, &conflict):
		if conflict.CommandID != "" {
			return wsman.NewFault(wsman.CodeCommandIDConflict, sentence(err))
		}
		return wsman.NewFault(wsman.CodeShellIDConflict, sentence(err))
	case errors.As(err, &state):
		return wsman.NewFault(stateFaults[state.Reason], sentence(err))
	case errors.As(err, &quota):
		return wsman.NewFault(quotaFaults[quota.Configuration == ""][quota.Quota], sentence(err))
	case errors.As(err, &limit):
		return wsman.NewFault(wsman.CodeNotEnoughQuota, sentence(err))
	case errors.As(err, &idle):
		return wsman.NewFault(wsman.CodeIdleTimeoutOutOfBounds, sentence(err))
	case errors.As(err, &stream):
		return streamFault(stream, k)
	case errors.As(err, &plugin):
		p := providers[k]
		return wsman.NewFault(wsman.FaultCode(plugin.Code), plugin.Message).WithProvider(p.name, p.path, plugin.Message)
	case errors.As(err, &ended):
		return wsman.NewFault(wsman.CodeInternalError, sentence(err))
	case errors.As(err, &corrupt):
		return wsman.NewFault(wsman.CodeSchemaValidation, "The content of a stream is not base64.")
	}
	return nil
}

// notFoundFault says that a shell or command is unknown, as Windows does: the
// number is the same and the message tells which.
func notFoundFault(e *shell.NotFoundError) *wsman.Fault {
	if e.CommandID != "" {
		return wsman.NewFault(wsman.CodeUnexpectedSelectors,
			"The Windows Remote Shell received a request to perform an operation on a command identifier that does not exist. "+
				"Either the command has completed execution or the client specified an invalid command identifier. ")
	}
	f := wsman.NewFault(wsman.CodeUnexpectedSelectors, "")
	p := providers[kindShell]
	f.WSMan.Provider = &wsman.ProviderFault{
		Provider: p.name, Path: p.path,
		Nested: &wsman.WSManFault{Code: f.WSMan.Code, Message: f.WSMan.Message},
	}
	return f
}

func streamFault(e *shell.StreamError, k kind) *wsman.Fault {
	if k == kindPowerShell {
		return wsman.NewFault(wsman.CodePluginInvalidOutputStream, sentence(e))
	}
	p := providers[k]
	f := wsman.NewFault(wsman.CodeInvalidParameter, "")
	return f.WithProvider(p.name, p.path, f.WSMan.Message)
}

// sentence is an error's text as one.
func sentence(err error) string {
	text := err.Error()
	if text == "" {
		return text
	}
	first := text[0]
	if 'a' <= first && first <= 'z' {
		first -= 'a' - 'A'
	}
	return string(first) + text[1:] + "."
}
