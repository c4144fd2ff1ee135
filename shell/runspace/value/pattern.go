package value

import (
	"regexp"
	"strings"
	"unicode"
)

// Like reports whether text fits a pattern with *, ?, [ ] and ` before what is
// to be itself.
func Like(text, pattern string, caseSensitive bool) bool {
	if !caseSensitive {
		text, pattern = strings.ToLower(text), strings.ToLower(pattern)
	}
	return like([]rune(text), []rune(pattern))
}

// like goes back to the last * alone, so it takes at most length times length
// steps.
func like(s, p []rune) bool {
	si, pi, star, mark := 0, 0, -1, 0
	for si < len(s) {
		if pi < len(p) && p[pi] == '*' {
			star, mark = pi, si
			pi++
			continue
		}
		if n, ok := one(s[si], p, pi); ok {
			si++
			pi = n
			continue
		}
		if star < 0 {
			return false
		}
		mark++
		si, pi = mark, star+1
	}
	for pi < len(p) && p[pi] == '*' {
		pi++
	}
	return pi == len(p)
}

// one matches one character, and says where the pattern goes on.
func one(r rune, p []rune, at int) (next int, ok bool) {
	if at >= len(p) {
		return at, false
	}
	switch p[at] {
	case '?':
		return at + 1, true
	case '`':
		if at+1 < len(p) {
			return at + 2, p[at+1] == r
		}
	case '[':
		end := at + 1
		for end < len(p) && p[end] != ']' {
			end++
		}
		if end < len(p) {
			return end + 1, inSet(r, p[at+1:end])
		}
	}
	return at + 1, p[at] == r
}

func inSet(r rune, set []rune) bool {
	for i := 0; i < len(set); i++ {
		if i+2 < len(set) && set[i+1] == '-' {
			if set[i] <= r && r <= set[i+2] {
				return true
			}
			i += 2
			continue
		}
		if set[i] == r {
			return true
		}
	}
	return false
}

// IsPattern reports whether text has a meaning as a pattern for Like.
func IsPattern(text string) bool { return strings.ContainsAny(text, "*?[") }

// Pattern is a regular expression of the language. It is Go's syntax, which
// has no look-around and no references, and takes time in proportion to the text.
func Pattern(text string, caseSensitive bool) (*regexp.Regexp, error) {
	if !caseSensitive {
		text = "(?i)" + text
	}
	return regexp.Compile(text)
}

// Fold is a name in the form in which names are compared.
func Fold(name string) string { return strings.Map(unicode.ToLower, name) }
