// Package commands has the commands that come with an endpoint written in Go:
// those that Enter-PSSession and implicit remoting need, and harmless ones for
// first tries. None of them reads files or runs programs.
package commands

import (
	"slices"

	"github.com/winrmd/winrmd/shell/runspace"
)

// Session are the commands that clients need for interactive sessions and for
// Import-PSSession, as a session of type RestrictedRemoteServer has them.
func Session() []*runspace.Command {
	return []*runspace.Command{
		getCommand(), getFormatData(), exitSession(), selectObject(), measureObject(), outDefault(),
	}
}

// Language are the commands without which the language is of little use.
func Language() []*runspace.Command {
	return []*runspace.Command{
		forEachObject(), whereObject(), sortObject(), groupObject(), writeOutput(), outString(), outNull(),
		setVariable(), invokeExpression(),
	}
}

// Demo are all of them.
func Demo() []*runspace.Command {
	return slices.Concat(Session(), Language(), []*runspace.Command{
		writeError(), writeWarning(), writeVerbose(), writeDebug(), writeInformation(), writeProgress(), writeHost(), readHost(), getCredential(),
		getVariable(), getHistory(), getMember(), getHelp(), getDate(), getRandom(), getProcess(), startSleep(), convertToJSON(), convertFromJSON(),
	})
}
