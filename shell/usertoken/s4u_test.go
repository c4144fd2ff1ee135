package usertoken

import (
	"encoding/hex"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// packed are the bytes of a logon as hexadecimal text.
func packed(t *testing.T, l *s4uLogon, address uint64, pointer int) string {
	t.Helper()
	memory := make([]byte, l.size(pointer))
	l.pack(memory, address, pointer)
	return hex.EncodeToString(memory)
}

// TestPack has the layouts of ntsecapi.h, by hand: on 386 a UNICODE_STRING has 8
// bytes, on amd64 and arm64 16, of which 4 are nothing.
func TestPack(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		name, domain string
		pointer      int
		want         []string
	}{
		"386": {"ann", ".", 4, []string{
			"0c000000", "02000000",
			"0600", "0800", "18100000", "0200", "0400", "20100000",
			"61006e006e00", "0000", "2e00", "0000",
		}},
		"amd64 and arm64": {"ann", ".", 8, []string{
			"0c000000", "02000000",
			"0600", "0800", "00000000", "2810000000000000", "0200", "0400", "00000000", "3010000000000000",
			"61006e006e00", "0000", "2e00", "0000",
		}},
		"no domain": {"b", "", 8, []string{
			"0c000000", "02000000",
			"0200", "0400", "00000000", "2810000000000000", "0000", "0000", "00000000", "0000000000000000",
			"6200", "0000",
		}},
		"beyond the basic plane": {"\U0001F600", "", 4, []string{
			"0c000000", "02000000", "0400", "0600", "18100000", "0000", "0000", "00000000", "3dd800de", "0000",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l, err := newS4ULogon(test.name, test.domain)
			require.NoError(t, err)
			assert.Equal(t, strings.Join(test.want, ""), packed(t, l, 0x1000, test.pointer))
		})
	}
}

func TestNewS4ULogon(t *testing.T) {
	t.Parallel()
	for _, names := range [][2]string{{"", "."}, {"a\x00b", ""}, {"a", "b\x00"}, {strings.Repeat("a", 1<<15-1), ""}, {"a", strings.Repeat("b", 1<<15)}} {
		_, err := newS4ULogon(names[0], names[1])
		assert.Error(t, err)
	}
	l, err := newS4ULogon(strings.Repeat("a", 1<<15-2), "")
	require.NoError(t, err)
	assert.Equal(t, "fcff"+"feff", packed(t, l, 0, 8)[16:24], "the longest that there is")
}
