package winrm

import (
	"fmt"
	"net"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// normal makes what a server and its client write the same each time: identifiers are
// numbered as they come, with as many characters as before, and times, addresses and
// versions are fixed ones.
type normal struct {
	literal     *strings.Replacer
	identifiers map[string]string
}

// newNormal makes one for a server; literal are more texts and what stands for them.
func newNormal(p person, literal ...string) *normal {
	for raw, name := range map[string]string{p.server.HTTP: "5985", p.server.HTTPS: "5986"} {
		u, err := url.Parse(raw)
		if err != nil {
			panic(err)
		}
		_, port, _ := net.SplitHostPort(u.Host)
		literal = append(literal, u.Host, "127.0.0.1:"+name, "localhost:"+port, "localhost:"+name, "Port = "+port, "Port = "+name,
			`"Port":"`+port+`"`, `"Port":"`+name+`"`)
	}
	if host, err := os.Hostname(); err == nil {
		literal = append(literal, "Hostname = "+host+"\n", "Hostname = server\n", `"Hostname":"`+host+`"`, `"Hostname":"server"`)
	}
	return &normal{strings.NewReplacer(literal...), map[string]string{}}
}

var (
	identifier = regexp.MustCompile(`(?i)\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b`)
	rules      = []struct {
		pattern *regexp.Regexp
		to      string
	}{
		{regexp.MustCompile(`\b20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?`), "2026-01-01T00:00:00Z"},
		{regexp.MustCompile(`\b20\d\d-\d\d-\d\d \d\d:\d\d\b`), "2026-01-01 00:00"},
		{regexp.MustCompile(`(?m)\b\d+s( +)(Block|Drop|-)$`), "0s${1}${2}"},
		{regexp.MustCompile(`"InactivitySec": [0-9.]+`), `"InactivitySec": 0`},
		{regexp.MustCompile(`\b[0-9A-F]{40}\b`), strings.Repeat("0", 40)},
		{regexp.MustCompile(`OS: \S+ SP: winrmd \S+ Stack`), "OS: linux SP: winrmd 0.1.0 Stack"},
		{regexp.MustCompile(`(?m)^( *\d+)  \d\d:\d\d:\d\d\.\d{3} (\S+ +)\d+ +\d+  `), "${1}  00:00:00.000 ${2}198     848  "},
		{regexp.MustCompile(`ShellRunTime = P\S+`), "ShellRunTime = P0DT0H0M0S"},
		{regexp.MustCompile(`ShellInactivity = P\S+`), "ShellInactivity = P0DT0H0M0S"},
	}
)

func (n *normal) text(text string) string {
	text = n.literal.Replace(text)
	text = identifier.ReplaceAllStringFunc(text, func(id string) string {
		id = strings.ToUpper(id)
		if _, ok := n.identifiers[id]; !ok {
			n.identifiers[id] = fmt.Sprintf("00000000-0000-0000-0000-%012d", len(n.identifiers)+1)
		}
		return n.identifiers[id]
	})
	for _, r := range rules {
		text = r.pattern.ReplaceAllString(text, r.to)
	}
	return text
}

func TestNormal(t *testing.T) {
	n := &normal{strings.NewReplacer("/tmp/x", "$WORK"), map[string]string{}}
	const one, two = "9C4CC634-268E-4AD5-8C3C-66EDA0EF77DC", "95d3d190-6547-4eb2-a81f-f7c63dad1750"
	assert.Equal(t, "00000000-0000-0000-0000-000000000001 of 00000000-0000-0000-0000-000000000002, 00000000-0000-0000-0000-000000000001 in $WORK/y",
		n.text(one+" of "+two+", "+strings.ToLower(one)+" in /tmp/x/y"))
	assert.Equal(t, "3600s        0s        Block\n", n.text("3600s        12s        Block\n"))
	assert.Equal(t, "at 2026-01-01T00:00:00Z", n.text("at 2026-11-26T03:48:37.5+01:00"))
}
