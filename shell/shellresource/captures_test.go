package shellresource

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/beevik/etree"
	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"
)

// captureDir holds the recorded traffic of real Windows servers.
const captureDir = "../../../shared/captures"

// exchange is one recorded request and its answer; "" where there was none.
type exchange struct {
	Request  string `yaml:"request"`
	Response string `yaml:"response"`
}

// capture is a recorded conversation.
type capture struct {
	name      string
	exchanges []exchange
}

// captures reads every recorded conversation, by name.
func captures(t testing.TB) []capture {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(captureDir, "pypsrp", "*.yml"))
	require.NoError(t, err)
	if len(names) == 0 {
		if os.Getenv("CI") == "true" {
			t.Fatalf("no captures in %s", captureDir)
		}
		t.Skipf("no captures in %s", captureDir)
	}
	all := []capture{winrm4j(t)}
	for _, name := range names {
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		var file struct {
			Messages []exchange `yaml:"messages"`
		}
		require.NoError(t, yaml.Unmarshal(text, &file), name)
		all = append(all, capture{strings.TrimSuffix(filepath.Base(name), ".yml"), file.Messages})
	}
	slices.SortFunc(all, func(a, b capture) int { return strings.Compare(a.name, b.name) })
	return all
}

// winrm4j reads the recording of a client that writes its headers and
// attributes otherwise than all others.
func winrm4j(t testing.TB) capture {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(captureDir, "others", "winrm4j", "win7.xml"))
	require.NoError(t, err)
	part := func(tag string) [][]byte {
		var found [][]byte
		for _, m := range regexp.MustCompile(`(?s)<`+tag+`\b[^>]*>\s*(<.*?)\s*</`+tag+`>`).FindAllSubmatch(text, -1) {
			found = append(found, m[1])
		}
		return found
	}
	c := capture{name: "winrm4j_win7"}
	requests, responses := part("request"), part("response")
	require.Len(t, responses, len(requests))
	for i := range requests {
		fill := strings.NewReplacer("${messageId}", "uuid:00000000-0000-4000-8000-00000000000"+strconv.Itoa(i), "${serviceUrl}", "http://win7:5985/wsman")
		c.exchanges = append(c.exchanges, exchange{fill.Replace(string(requests[i])), fill.Replace(string(responses[i]))})
	}
	require.Len(t, c.exchanges, 5)
	return c
}

// parseXML parses a recorded envelope.
func parseXML(t testing.TB, text string) *etree.Element {
	t.Helper()
	doc := etree.NewDocument()
	doc.ReadSettings.ValidateInput = true
	require.NoError(t, doc.ReadFromString(text))
	return doc.Root()
}
