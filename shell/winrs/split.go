package winrs

import "strings"

// split cuts text into arguments by the rules of Windows programs: blanks and
// tabs separate, double quotes hold together, 2n backslashes before a double
// quote are n of them, 2n+1 are n and the quote itself, and "" within quotes
// is a quote. Single quotes mean nothing: PowerShell sees them. A quote that
// is not closed ends with the text.
func split(text string) []string {
	var args []string
	for {
		text = strings.TrimLeft(text, " \t\r\n")
		if text == "" {
			return args
		}
		var arg string
		arg, text = nextArgument(text)
		args = append(args, arg)
	}
}

// nextArgument takes one argument from the start of text.
func nextArgument(text string) (arg, rest string) {
	var b strings.Builder
	quoted := false
	for i := 0; i < len(text); {
		switch c := text[i]; {
		case c == '\\':
			n := len(text[i:]) - len(strings.TrimLeft(text[i:], `\`))
			i += n
			if i == len(text) || text[i] != '"' {
				b.WriteString(text[i-n : i])
				continue
			}
			b.WriteString(text[i-n : i-n+n/2])
			if n%2 == 1 {
				b.WriteByte('"')
				i++
			}
		case c == '"' && quoted && strings.HasPrefix(text[i+1:], `"`):
			b.WriteByte('"')
			i += 2
		case c == '"':
			quoted = !quoted
			i++
		case !quoted && strings.IndexByte(" \t\r\n", c) >= 0:
			return b.String(), text[i:]
		default:
			b.WriteByte(c)
			i++
		}
	}
	return b.String(), ""
}
