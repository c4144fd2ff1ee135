package main

import (
	"strings"
)

// value is one that is to be set: an element's name, or names with dots between
// for one below, and its text.
type value struct{ name, text string }

// parseValues reads values as Windows' winrm takes them, @{a="1";b="2"}, and as
// other shells like them, a=1 b=2.
func parseValues(arguments []string) ([]value, error) {
	var all []value
	for _, a := range arguments {
		if !strings.HasPrefix(a, "@{") {
			name, text, ok := strings.Cut(a, "=")
			if !ok || name == "" {
				return nil, usage("%q is no NAME=VALUE", a)
			}
			all = append(all, value{name, text})
			continue
		}
		list, err := parseTable(a)
		if err != nil {
			return nil, err
		}
		all = append(all, list...)
	}
	return all, nil
}

// parseTable reads @{a="1";b="2"}. A quotation mark in quotation marks is
// doubled.
func parseTable(text string) ([]value, error) {
	rest, ok := strings.CutSuffix(strings.TrimPrefix(strings.TrimSpace(text), "@{"), "}")
	if !ok {
		return nil, usage("%q does not end with }", text)
	}
	var all []value
	for {
		rest = strings.TrimLeft(rest, "; \t\n")
		if rest == "" {
			return all, nil
		}
		name, after, ok := strings.Cut(rest, "=")
		if !ok {
			return nil, usage("%q is no NAME=VALUE", rest)
		}
		v := value{name: strings.TrimSpace(name)}
		after = strings.TrimLeft(after, " \t")
		if v.text, rest, ok = cutValue(after); !ok {
			return nil, usage("a quotation mark is missing in %q", after)
		}
		all = append(all, v)
	}
}

// cutValue cuts a value, in quotation marks of either kind or bare, from what
// comes after it.
func cutValue(text string) (value, rest string, ok bool) {
	if text == "" || text[0] != '"' && text[0] != '\'' {
		value, rest, _ = strings.Cut(text, ";")
		return strings.TrimSpace(value), rest, true
	}
	mark := text[:1]
	text = text[1:]
	for {
		part, after, found := strings.Cut(text, mark)
		if !found {
			return "", "", false
		}
		value += part
		if !strings.HasPrefix(after, mark) {
			return value, after, true
		}
		value, text = value+mark, after[1:]
	}
}
