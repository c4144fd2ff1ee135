package winrs

import (
	"os"
	"strings"

	"github.com/winrmd/winrmd/shell"
)

// withheld are the variables of the server that its commands do not get: its
// own settings and what a service manager tells it alone. A name that ends in
// "_" is a prefix. Names are compared in upper case.
var withheld = []string{
	"WINRMD_",
	"NOTIFY_SOCKET", "WATCHDOG_", "LISTEN_", "CREDENTIALS_DIRECTORY", "INVOCATION_ID", "JOURNAL_STREAM",
	"PWD", "OLDPWD", // they would name the server's directory, not the command's
}

// environment is the server's environment with a client's variables added.
// One that is given twice counts as given last. A name that no operating
// system takes is refused; any other is passed on, although /bin/sh may not
// hand on what is not a name to it.
func environment(added []shell.Variable) ([]string, error) {
	env := sanitised(os.Environ())
	for _, v := range added {
		if v.Name == "" || strings.ContainsAny(v.Name, "=\x00") || strings.Contains(v.Value, "\x00") {
			return nil, errParameter
		}
		env = append(env, v.Name+"="+v.Value)
	}
	return env, nil
}

func sanitised(env []string) []string {
	kept := make([]string, 0, len(env))
	for _, variable := range env {
		name, _, _ := strings.Cut(variable, "=")
		if !isWithheld(strings.ToUpper(name)) {
			kept = append(kept, variable)
		}
	}
	return kept
}

func isWithheld(name string) bool {
	for _, w := range withheld {
		if name == w || strings.HasSuffix(w, "_") && strings.HasPrefix(name, w) {
			return true
		}
	}
	return false
}
