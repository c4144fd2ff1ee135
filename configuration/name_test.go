package configuration

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestCheckName(t *testing.T) {
	for _, good := range []string{"Microsoft.PowerShell", "a", "with space", "Größe", strings.Repeat("x", 200)} {
		assert.NoError(t, CheckName(good), good)
	}
	bad := []string{"", ".hidden", "..", " a", "a\nb", "a\x00", "\xff", "zero\u200bwidth", strings.Repeat("x", 201)}
	for _, r := range `/\:*?"<>|` {
		bad = append(bad, "a"+string(r)+"b")
	}
	for _, name := range bad {
		assert.Error(t, CheckName(name), "%q", name)
	}
}

func TestFoldNameAgreesWithEqualFold(t *testing.T) {
	names := []string{"alice", "ALICE", "Alıce", "straße", "STRASSE", "Kelvin", "\u212aelvin", "\u017fam", "Sam", "ΣΑΣ", "σας", ""}
	for _, a := range names {
		for _, b := range names {
			assert.Equal(t, strings.EqualFold(a, b), FoldName(a) == FoldName(b), "%q %q", a, b)
		}
	}
}
