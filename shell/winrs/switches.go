package winrs

import "strings"

// kind is what a switch of PowerShell does.
type kind int

const (
	kindNone       kind = iota // not a switch: the command begins here
	kindFlag                   // stands alone
	kindValue                  // takes the next argument
	kindInput                  // -InputFormat, takes the next argument
	kindEncoded                // -EncodedCommand, takes the next argument
	kindCommand                // -Command: all that follows is the command
	kindFile                   // -File: all that follows is file and arguments
	kindUnknown                // a switch that is none of these
	kindStandardIn             // "-": the command comes from stdin
)

// switches are those of powershell.exe and pwsh (about_Pwsh). A switch may be
// shortened to what shortest has, or to its alias.
var switches = []struct {
	name, shortest, alias string
	kind                  kind
}{
	{"command", "c", "", kindCommand},
	{"configurationname", "config", "", kindValue},
	{"custompipename", "cus", "", kindValue},
	{"encodedcommand", "e", "ec", kindEncoded},
	{"encodedarguments", "encodeda", "ea", kindValue},
	{"executionpolicy", "ex", "ep", kindValue},
	{"file", "f", "", kindFile},
	{"inputformat", "inp", "if", kindInput},
	{"interactive", "i", "", kindFlag},
	{"login", "l", "", kindFlag},
	{"mta", "mta", "", kindFlag},
	{"noexit", "noe", "", kindFlag},
	{"nologo", "nol", "", kindFlag},
	{"noninteractive", "noni", "", kindFlag},
	{"noprofile", "nop", "", kindFlag},
	{"noprofileloadtime", "noprofilel", "", kindFlag},
	{"outputformat", "o", "of", kindValue},
	{"settingsfile", "settings", "", kindValue},
	{"sta", "sta", "", kindFlag},
	{"windowstyle", "w", "", kindValue},
	{"workingdirectory", "wo", "wd", kindValue},
}

// switchKind tells what an argument is.
func switchKind(arg string) kind {
	if arg == "-" {
		return kindStandardIn
	}
	name := strings.ToLower(strings.TrimPrefix(strings.TrimPrefix(arg, "-"), "-"))
	if name == strings.ToLower(arg) || name == "" {
		return kindNone
	}
	for _, s := range switches {
		if name == s.alias || strings.HasPrefix(s.name, name) && len(name) >= len(s.shortest) {
			return s.kind
		}
	}
	return kindUnknown
}

// call is what the arguments of PowerShell ask for.
type call struct {
	what        kind // kindCommand, kindFile, kindEncoded, kindStandardIn; kindNone: bare text; kindFlag: nothing
	at          int  // where the argument stands that decides it
	inputFormat bool // -InputFormat is given
	unknown     []string
}

// readCall reads the arguments up to where the command or file begins. The
// last argument of a list may lack its value; PowerShell will complain.
func readCall(args []string) call {
	c := call{what: kindFlag, at: len(args)}
	for i := 0; i < len(args); i++ {
		switch k := switchKind(args[i]); k {
		case kindNone, kindCommand, kindFile, kindStandardIn:
			c.what, c.at = k, i
			return c
		case kindEncoded:
			c.what, c.at = k, i
			i++
		case kindInput:
			c.inputFormat = true
			i++
		case kindValue:
			i++
		case kindUnknown:
			c.unknown = append(c.unknown, args[i])
		}
	}
	return c
}

// pwshArguments are the arguments for a real PowerShell: those that came, and
// at most two more. windows says that they are meant for Windows PowerShell,
// where bare text is a command. console says that stdin is no piped input, so
// that a script must not wait for its end, as PowerShell does at a pipe.
func pwshArguments(args []string, windows, console bool) []string {
	c := readCall(args)
	out := make([]string, 0, len(args)+3)
	if console && !c.inputFormat && c.runsScript(args) {
		out = append(out, "-InputFormat", "None")
	}
	out = append(out, args[:c.at]...)
	if windows && c.what == kindNone {
		out = append(out, "-Command")
	}
	return append(out, args[c.at:]...)
}

// runsScript reports whether the call brings what it runs with it, so that
// stdin is not where commands come from.
func (c call) runsScript(args []string) bool {
	switch c.what {
	case kindCommand, kindFile:
		return c.at+1 < len(args) && args[c.at+1] != "-"
	case kindEncoded, kindNone:
		return true
	default:
		return false
	}
}

// plainArguments are the arguments for an engine that knows only -Command and
// -File: an encoded command is decoded, switches about profile, policy and
// formats are left out, and what is not known is passed on.
func plainArguments(args []string) ([]string, error) {
	c := readCall(args)
	rest := args[c.at:]
	out := c.unknown
	switch c.what {
	case kindEncoded:
		if len(rest) < 2 {
			return nil, errEncoding
		}
		text, err := decodeCommand(rest[1])
		if err != nil {
			return nil, err
		}
		return append(out, "-Command", text), nil
	case kindCommand:
		return append(out, "-Command", strings.Join(rest[1:], " ")), nil
	case kindNone:
		return append(out, "-Command", strings.Join(rest, " ")), nil
	case kindFile:
		return append(append(out, "-File"), rest[1:]...), nil
	default:
		return append(out, rest...), nil
	}
}
