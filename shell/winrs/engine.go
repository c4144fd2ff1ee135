package winrs

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"unicode/utf16"
)

// saying is what a command says on stderr in place of running. It ends with
// exit code 1.
type saying struct{ text string }

func (s *saying) Error() string { return s.text }

// engineNames are the words that name the configured PowerShell. The value
// tells whether they mean Windows PowerShell, which takes text without a
// switch for a command where pwsh takes it for a file.
var engineNames = map[string]bool{
	"powershell": true, "powershell.exe": true, "pwsh": false, "pwsh.exe": false,
}

// engineWord reports whether a line begins with the bare name of PowerShell,
// quoted or not, and returns the name as written and the line after it.
func engineWord(line string) (word, rest string, ok bool) {
	word, rest = nextArgument(strings.TrimLeft(line, " \t\r\n"))
	_, ok = engineNames[strings.ToLower(word)]
	return word, rest, ok
}

// engineProgram is the call of the engine for what a client meant for
// powershell.exe or pwsh. console says that stdin is not piped input.
func engineProgram(engine, word string, args []string, console bool) (program, error) {
	if engine == "" {
		return program{}, &saying{fmt.Sprintf(
			"'%s' is not recognized as an internal or external command: no PowerShell is configured on this server.\n", word)}
	}
	if isPwsh(engine) {
		args = pwshArguments(args, engineNames[strings.ToLower(word)], console)
	} else {
		var err error
		if args, err = plainArguments(args); err != nil {
			return program{}, &saying{fmt.Sprintf("%s: %v.\n", word, err)}
		}
	}
	return program{path: engine, args: append([]string{engine}, args...)}, nil
}

// isPwsh reports whether an engine takes the switches of PowerShell. Another
// one, such as the test host, takes only -Command and -File.
func isPwsh(engine string) bool {
	base := strings.ToLower(filepath.Base(engine))
	_, ok := engineNames[base]
	return ok
}

var errEncoding = errors.New("the value given with -EncodedCommand is not properly encoded")

// decodeCommand decodes what -EncodedCommand takes: base64 of UTF-16LE.
func decodeCommand(s string) (string, error) {
	b, err := base64.StdEncoding.DecodeString(s)
	if err != nil || len(b)%2 != 0 {
		return "", errEncoding
	}
	units := make([]uint16, len(b)/2)
	for i := range units {
		units[i] = binary.LittleEndian.Uint16(b[2*i:])
	}
	text := string(utf16.Decode(units))
	if strings.Contains(text, "\x00") {
		return "", errEncoding // it could be no argument
	}
	return text, nil
}
