package users

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestCheckName(t *testing.T) {
	for _, good := range []string{"a", "Alice", "first last", "o'neil", "j.doe", "用户", strings.Repeat("ü", 64)} {
		assert.NoError(t, CheckName(good), good)
	}
	bad := []string{"", " a", "a ", ".", "..", "a\tb", "a\x00", "\xff", "a\u200bb", strings.Repeat("ü", 65)}
	for _, r := range `"/\[]:;|=,+*?<>@` {
		bad = append(bad, "a"+string(r)+"b")
	}
	for _, name := range bad {
		assert.Error(t, CheckName(name), "%q", name)
	}
}

func TestCheckPassword(t *testing.T) {
	assert.NoError(t, CheckPassword("x"))
	assert.NoError(t, CheckPassword(strings.Repeat("x", 1024)))
	assert.Error(t, CheckPassword(""))
	assert.Error(t, CheckPassword(strings.Repeat("x", 1025)))
}

func TestCanonical(t *testing.T) {
	host, err := os.Hostname()
	require.NoError(t, err)
	short, _, _ := strings.Cut(host, ".")
	for name, want := range map[string]string{
		"alice":                            "alice",
		`.\alice`:                          "alice",
		host + `\alice`:                    "alice",
		strings.ToUpper(short) + `\alice`:  "alice",
		`ELSEWHERE\alice`:                  `ELSEWHERE\alice`,
		`\alice`:                           `\alice`,
		`.\.\alice`:                        `.\alice`,
		"alice@" + host:                    "alice",
		"alice@" + strings.ToUpper(short):  "alice",
		"@" + host:                         "@" + host,
		"alice@REALM@" + host:              "alice@REALM",
		`ELSEWHERE\alice@` + host:          `ELSEWHERE\alice@` + host,
		"alice@REALM":                      "alice@REALM",
		host + ".elsewhere.example" + `\a`: host + ".elsewhere.example" + `\a`,
	} {
		assert.Equal(t, want, Canonical(name), name)
	}
}
