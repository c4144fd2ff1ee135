package shellresource

import (
	"context"
	"fmt"
	"strings"

	"github.com/winrmd/winrmd/shell"
	"github.com/winrmd/winrmd/wsman"
)

// signal acts on a command (MS-WSMV 3.1.4.13).
func (res *Resource) signal(ctx context.Context, r *wsman.Request) (*wsman.Response, error) {
	sh, err := res.shell(r)
	if err != nil {
		return nil, err
	}
	id, code, err := readSignal(r)
	if err != nil {
		return nil, err
	}
	s, err := signalOf(code, kindOf(r.Header.ResourceURI))
	if err != nil {
		return nil, err
	}
	if err := sh.Signal(ctx, client(r), id, s); err != nil {
		return nil, err
	}
	return &wsman.Response{Body: wsman.RawBody("<rsp:SignalResponse/>")}, nil
}

func readSignal(r *wsman.Request) (id, code string, err error) {
	e, err := bodyElement(r, "Signal")
	if err != nil {
		return "", "", err
	}
	if e == nil {
		return "", "", wrongBody("Signal")
	}
	if code = childText(e, "Code"); code == "" {
		return "", "", wsman.NewFault(wsman.CodeSchemaValidation, "A Signal request must have an rsp:Code element.")
	}
	id, err = commandIdentifier(attributeOf(e, "CommandId"))
	return id, code, err
}

// signals are the codes by the last part of their URI, in lower case. The
// older names are what winrs.exe of early versions sends.
var signals = map[string]shell.Signal{
	"terminate":  shell.SignalTerminate,
	"exit":       shell.SignalTerminate,
	"ctrl_c":     shell.SignalCtrlC,
	"ctrl_break": shell.SignalCtrlBreak,
	"break":      shell.SignalCtrlBreak,
}

// signalOf reads a signal code. For PowerShell there are two: stop, in both
// spellings, and everything else, which closes the pipeline.
func signalOf(code string, k kind) (shell.Signal, error) {
	if k == kindPowerShell {
		if strings.EqualFold(code, wsman.SignalPowerShellStop) || strings.EqualFold(code, wsman.SignalPowerShellCtrlC) {
			return shell.SignalStop, nil
		}
		return shell.SignalTerminate, nil
	}
	_, name, _ := strings.Cut(strings.ToLower(code), strings.ToLower(wsman.NamespaceShell)+"/signal/")
	s, ok := signals[name]
	if !ok {
		return 0, wsman.NewFault(wsman.CodeInvalidParameter, fmt.Sprintf("The signal code %.128q is not known.", code))
	}
	return s, nil
}
