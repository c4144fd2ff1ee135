package shellresource

import (
	"fmt"
	"strings"

	"github.com/winrmd/winrmd/wsman"
)

// known are the options that some operation understands (MS-WSMV 3.1.4).
var known = map[string]bool{
	"PROTOCOLVERSION":                 true,
	"WINRS_NOPROFILE":                 true,
	"WINRS_CODEPAGE":                  true,
	"WINRS_CONSOLEMODE_STDIN":         true,
	"WINRS_SKIP_CMD_SHELL":            true,
	"WSMAN_CMDSHELL_OPTION_KEEPALIVE": true,
	optionDetails:                     true,
}

// optionDetails asks for what rsp:Shell has no element for.
const optionDetails = "WINRMD_DETAILS"

// checkOptions refuses an option that must be complied with and is not known.
func checkOptions(r *wsman.Request) error {
	for _, o := range r.Header.Options {
		name := strings.ToUpper(o.Name)
		switch {
		case !o.MustComply || known[name]:
		case strings.HasPrefix(name, "PS_") && kindOf(r.Header.ResourceURI) == kindPowerShell:
			return wsman.NewFault(wsman.CodePluginOptionNotUnderstood, fmt.Sprintf("The option %q is not understood.", o.Name))
		default:
			return wsman.NewFault(wsman.CodeOptionInvalidName, fmt.Sprintf("The option %q is not known here and must be complied with.", o.Name))
		}
	}
	return nil
}

// options are a request's options by upper-case name.
func options(r *wsman.Request) map[string]string {
	m := make(map[string]string, len(r.Header.Options))
	for _, o := range r.Header.Options {
		m[strings.ToUpper(o.Name)] = o.Value
	}
	return m
}

// isTrue reads the boolean forms that clients write.
func isTrue(s string) bool {
	return s == "1" || strings.EqualFold(s, "true")
}
