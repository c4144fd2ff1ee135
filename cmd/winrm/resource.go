package main

import (
	"net/url"
	"strings"

	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/wsmanclient"
)

// aliases are Windows' short names of the beginnings of resource URIs.
var aliases = []struct{ short, uri string }{
	{"winrm/", "http://schemas.microsoft.com/wbem/wsman/1/"},
	{"wmi/", "http://schemas.microsoft.com/wbem/wsman/1/wmi/"},
	{"wmicimv2/", "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/cimv2/"},
	{"cimv2/", "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/"},
	{"winrs/", "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/"},
	{"shell/", "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/"},
	{"wsman/", "http://schemas.dmtf.org/wbem/wsman/1/wsman/"},
	{"shell", "http://schemas.microsoft.com/wbem/wsman/1/windows/shell"},
}

// parseResource reads a resource as Windows' winrm has it: a URI or a short
// name, and selectors behind a question mark with plus signs between.
func parseResource(text string) (wsmanclient.Resource, error) {
	name, selectors, _ := strings.Cut(text, "?")
	r := wsmanclient.Resource{URI: expand(name)}
	if r.URI == "" {
		return r, usage("a resource is needed, for example winrm/config")
	}
	if selectors == "" {
		return r, nil
	}
	for part := range strings.FieldsFuncSeq(selectors, func(c rune) bool { return c == '+' || c == '&' }) {
		key, value, ok := strings.Cut(part, "=")
		if !ok || key == "" {
			return r, usage("%q is no selector NAME=VALUE", part)
		}
		value, err := url.PathUnescape(value)
		if err != nil {
			return r, usage("selector %s: %w", key, err)
		}
		r.Selectors = append(r.Selectors, wsman.Selector{Name: key, Value: value})
	}
	return r, nil
}

func expand(name string) string {
	lower := strings.ToLower(name)
	for _, a := range aliases {
		if strings.HasSuffix(a.short, "/") && strings.HasPrefix(lower, a.short) {
			return a.uri + name[len(a.short):]
		}
		if lower == a.short {
			return a.uri
		}
	}
	return name
}
