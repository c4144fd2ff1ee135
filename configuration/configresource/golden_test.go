package configresource

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/wsman"
)

// update writes the golden files anew.
var update = flag.Bool("update", false, "write testdata/*.golden.txt anew")

// identifiers are new in every answer.
var identifiers = regexp.MustCompile(`[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}`)

// TestGolden: the envelopes of answers, to the byte but for their identifiers.
func TestGolden(t *testing.T) {
	w := newWorld(t)
	w.listeners.certificate = exampleCertificate(t)
	listener := func(address, transport string) []wsman.Selector {
		return []wsman.Selector{{Name: "Address", Value: address}, {Name: "Transport", Value: transport}}
	}
	const config, listeners = wsman.ResourceConfig, wsman.ResourceConfigListener
	var b strings.Builder
	for _, step := range []struct {
		name string
		ask  ask
	}{
		{"Get winrm/config", ask{action: wsman.ActionGet, resource: config, who: ann}},
		{"Get winrm/config/service/auth", ask{action: wsman.ActionGet, resource: config + "/service/auth"}},
		{"Put winrm/config/winrs", ask{action: wsman.ActionPut, resource: config + "/winrs", body: cfg("Winrs", "/winrs", "<cfg:MaxShellsPerUser>7</cfg:MaxShellsPerUser>")}},
		{"Put by nobody special", ask{action: wsman.ActionPut, resource: config + "/winrs", body: cfg("Winrs", "/winrs", ""), who: ann}},
		{"Put out of range", ask{action: wsman.ActionPut, resource: config, body: cfg("Config", "", "<cfg:MaxEnvelopeSizekb>31</cfg:MaxEnvelopeSizekb>")}},
		{"Put read-only", ask{action: wsman.ActionPut, resource: config, body: cfg("Config", "", "<cfg:MaxProviderRequests>25</cfg:MaxProviderRequests>")}},
		{"Put filter", ask{action: wsman.ActionPut, resource: config + "/service", body: cfg("Service", "/service", "<cfg:IPv4Filter>10</cfg:IPv4Filter>")}},
		{"Delete listener", ask{action: wsman.ActionDelete, resource: listeners, selectors: listener("*", "HTTPS")}},
		{"Create listener", ask{action: wsman.ActionCreate, resource: listeners, selectors: listener("IP:192.0.2.1", "HTTPS"),
			body: `<p:Listener xmlns:p="` + listeners + `.xsd"><p:Port>443</p:Port></p:Listener>`}},
		{"Create a second", ask{action: wsman.ActionCreate, resource: listeners, selectors: listener("IP:192.0.2.2", "HTTPS")}},
		{"Get listener", ask{action: wsman.ActionGet, resource: listeners, selectors: listener("IP:192.0.2.1", "https")}},
		{"Enumerate listener", ask{action: wsman.ActionEnumerate, resource: listeners, body: "<n:Enumerate><w:OptimizeEnumeration/></n:Enumerate>"}},
		{"Enumerate references", ask{action: wsman.ActionEnumerate, resource: listeners,
			body: "<n:Enumerate><w:OptimizeEnumeration/><w:EnumerationMode>EnumerateEPR</w:EnumerationMode></n:Enumerate>"}},
	} {
		fmt.Fprintf(&b, "== %s\n%s\n", step.name, identifiers.ReplaceAllString(string(w.serve(step.ask).envelope), "GUID"))
	}
	path := filepath.Join("testdata", "answers.golden.txt")
	if *update {
		require.NoError(t, os.MkdirAll("testdata", 0o755))
		require.NoError(t, os.WriteFile(path, []byte(b.String()), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err, "run go test -update")
	assert.Equal(t, string(want), b.String())
}

// cfg is the element of a part.
func cfg(name, part, content string) string {
	return "<cfg:" + name + ` xmlns:cfg="` + wsman.ResourceConfig + part + `">` + content + "</cfg:" + name + ">"
}
