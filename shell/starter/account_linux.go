package starter

import (
	"os"
	"syscall"

	"github.com/winrmd/winrmd/configuration/account"
)

// credential is what a process of the account has.
func credential(a *account.Account) *syscall.Credential {
	groups := make([]uint32, len(a.Groups))
	for i, gid := range a.Groups {
		groups[i] = uint32(gid)
	}
	return &syscall.Credential{Uid: uint32(a.UID), Gid: uint32(a.GID), Groups: groups}
}

// passedOn are variables of this process that a session gets too: language and
// time are those of the machine.
var passedOn = []string{"LANG", "LANGUAGE", "LC_ALL", "LC_CTYPE", "LC_MESSAGES", "LC_NUMERIC", "LC_TIME", "TZ", "DOTNET_ROOT"}

// userPath is the PATH of an account's sessions, as login(1) sets it.
const userPath = "/usr/local/bin:/usr/bin:/bin:/usr/local/games:/usr/games"

// login are the variables that say whose a process is. Who has no home is at home
// in the root directory, as with login(1).
func login(a *account.Account) []string {
	shell := a.Shell
	if shell == "" {
		shell = "/bin/sh"
	}
	return []string{"HOME=" + directory(a), "SHELL=" + shell, "USER=" + a.Name, "LOGNAME=" + a.Name}
}

// environment is that of a login of the account.
func environment(a *account.Account) []string {
	environment := append([]string{"PATH=" + userPath}, login(a)...)
	for _, name := range passedOn {
		if value, ok := os.LookupEnv(name); ok {
			environment = append(environment, name+"="+value)
		}
	}
	return environment
}

// directory is where the account's sessions begin.
func directory(a *account.Account) string {
	if info, err := os.Stat(a.Home); a.Home != "" && err == nil && info.IsDir() {
		return a.Home
	}
	return "/"
}
