package certificate

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestParseSAN(t *testing.T) {
	good := san(t, "ada@example.com", "Größe@x")
	upns, err := parseSAN(good)
	require.NoError(t, err)
	assert.Equal(t, []string{"ada@example.com", "Größe@x"}, upns)
	upns, err = parseSAN([]byte{0x30, 0})
	require.NoError(t, err)
	assert.Empty(t, upns)
	for name, der := range map[string][]byte{
		"nothing": nil, "cut": good[:len(good)-1], "more": append(good[:len(good):len(good)], 0),
		"empty name": san(t, ""), "NUL": san(t, "a\x00b"), "not UTF-8": san(t, "\xff"),
		"long": san(t, strings.Repeat("x", maxUPN+1)), "many": san(t, make([]string, maxNames)...),
	} {
		_, err := parseSAN(der)
		assert.ErrorIs(t, err, errSAN, name)
	}
}

func TestGlob(t *testing.T) {
	for _, c := range []struct {
		pattern, s string
		want       bool
	}{
		{"a", "a", true}, {"a", "b", false}, {"", "", true}, {"", "a", false}, {"a*", "a", true}, {"a*c", "abbc", true},
		{"*@example.com", "ada@example.com", true}, {"*@example.com", "ada@evil@example.com", false},
		{"*@example.com", "ada@example.com.evil", false}, {"*", "ada", true}, {"*", "a@b", false}, {"*a*b", "xaxab", true},
		{"**", "x", true}, {"*@*", "a@b", true},
	} {
		assert.Equal(t, c.want, glob(c.pattern, c.s), "%s %s", c.pattern, c.s)
	}
	assert.False(t, glob(strings.Repeat("*a", 500)+"b", strings.Repeat("a", 1000)), "and soon")
}

func FuzzParseSAN(f *testing.F) {
	f.Add(san(f, "ada@example.com"))
	f.Add([]byte{0x30, 0x80, 0, 0})
	f.Fuzz(func(t *testing.T, der []byte) {
		upns, err := parseSAN(der)
		if err != nil {
			return
		}
		for _, upn := range upns {
			assert.True(t, upn != "" && utf8.ValidString(upn) && !strings.Contains(upn, "\x00"))
		}
	})
}
