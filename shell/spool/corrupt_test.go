package spool_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/shell"
	"github.com/winrmd/winrmd/shell/spool"
)

var damages = map[string]func(byte) byte{
	"lowest bit":  func(b byte) byte { return b ^ 1 },
	"highest bit": func(b byte) byte { return b ^ 0x80 },
	"all bits":    func(b byte) byte { return ^b },
}

// requireCorrupt expects that err says which file is damaged and where.
func requireCorrupt(t *testing.T, err error, file string, offset int64) {
	t.Helper()
	var corrupt *spool.CorruptError
	require.ErrorAs(t, err, &corrupt)
	assert.Equal(t, file, corrupt.File)
	assert.Equal(t, offset, corrupt.Offset)
	assert.NotEmpty(t, corrupt.Reason)
}

// TestDamagedBytes: a change of any byte of a record is noticed, and harms no
// other record.
func TestDamagedBytes(t *testing.T) {
	t.Parallel()
	c := newConfig(t, 200)
	s := open(t, c)
	contents := [][]byte{[]byte("first"), nil, []byte("the third")}
	var all []shell.Record
	var starts []int64
	var end int64
	for _, content := range contents {
		all = append(all, put(t, s, content))
		starts = append(starts, end)
		end += int64(spool.HeaderSize + len(content))
	}
	starts = append(starts, end)
	file := filepath.Join(c.Directory, "00000001.segment")
	whole, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Len(t, whole, 200)
	for name, damage := range damages {
		for at := range whole {
			bad := append([]byte(nil), whole...)
			bad[at] = damage(bad[at])
			require.NoError(t, os.WriteFile(file, bad, 0o600))
			for i, r := range all {
				content, err := r.Read()
				if int64(at) >= starts[i] && int64(at) < starts[i+1] {
					requireCorrupt(t, err, file, starts[i])
					continue
				}
				require.NoError(t, err, "%s of byte %d, record %d", name, at, i)
				require.Equal(t, string(contents[i]), string(content))
			}
		}
	}
}

// TestCutSegment: a segment that has lost its end.
func TestCutSegment(t *testing.T) {
	t.Parallel()
	c := newConfig(t, 200)
	refs := abandon(t, c, 1)
	file := filepath.Join(c.Directory, "00000001.segment")
	live := find(t, open(t, c), refs[0])
	for length := int64(100 + spool.HeaderSize - 1); length >= 0; length-- {
		require.NoError(t, os.Truncate(file, length))
		_, err := live.Read()
		requireCorrupt(t, err, file, 0)
		again, err := spool.Open(c)
		require.NoError(t, err)
		_, err = again.Find(refs[0])
		requireCorrupt(t, err, file, 0)
		require.NoError(t, again.Leave())
	}
}

// TestRecordOfAnotherSegment: a whole record is not taken for one that has its
// place in another file.
func TestRecordOfAnotherSegment(t *testing.T) {
	t.Parallel()
	c := newConfig(t, 124)
	refs := abandon(t, c, 2)
	first, second := filepath.Join(c.Directory, "00000001.segment"), filepath.Join(c.Directory, "00000002.segment")
	content, err := os.ReadFile(first)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(second, content, 0o600))
	_, err = find(t, open(t, c), refs[1]).Read()
	requireCorrupt(t, err, second, 0)
}

func TestMissingSegment(t *testing.T) {
	t.Parallel()
	c := newConfig(t, 124)
	refs := abandon(t, c, 1)
	r := find(t, open(t, c), refs[0])
	require.NoError(t, os.Remove(filepath.Join(c.Directory, "00000001.segment")))
	_, err := r.Read()
	requireCorrupt(t, err, filepath.Join(c.Directory, "00000001.segment"), 0)
	assert.ErrorIs(t, err, fs.ErrNotExist)
}

func TestFindRefuses(t *testing.T) {
	t.Parallel()
	s := open(t, newConfig(t, 200))
	put(t, s, pattern(0, 100))
	tests := map[string]struct {
		ref    string
		syntax bool
	}{
		"empty":              {"", true},
		"word":               {"x", true},
		"two numbers":        {"1:0", true},
		"four numbers":       {"1:0:100:0", true},
		"trailing colon":     {"1:0:100:", true},
		"blank":              {"1:0: 100", true},
		"plus":               {"1:+0:100", true},
		"minus":              {"1:-1:100", true},
		"negative length":    {"1:0:-1", true},
		"leading zero":       {"1:0:0100", true},
		"hexadecimal":        {"0x1:0:100", true},
		"underscore":         {"1:0:1_0", true},
		"other digits":       {"1:0:١", true},
		"end of line":        {"1:0:100\n", true},
		"no segment":         {"0:0:100", true},
		"segment too large":  {"18446744073709551616:0:100", true},
		"offset too large":   {"1:9223372036854775807:100", true},
		"length too large":   {"1:0:2147483648", true},
		"path":               {"../1:0:100", true},
		"unknown segment":    {"2:0:100", false},
		"beyond the segment": {"1:100:100", false},
		"longer than it":     {"1:0:2147483647", false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := s.Find(test.ref)
			var syntax *spool.RefError
			var corrupt *spool.CorruptError
			assert.Equal(t, test.syntax, errors.As(err, &syntax))
			assert.Equal(t, !test.syntax, errors.As(err, &corrupt))
			require.Error(t, err)
			assert.NotEmpty(t, err.Error())
		})
	}
}

// TestFoundWhereNoRecordIs: a ref that could be one is found out by Read.
func TestFoundWhereNoRecordIs(t *testing.T) {
	t.Parallel()
	c := newConfig(t, 200)
	s := open(t, c)
	put(t, s, pattern(0, 100))
	for ref, offset := range map[string]int64{"1:1:100": 1, "1:0:99": 0, "1:0:101": 0, "1:124:10": 124} {
		_, err := find(t, s, ref).Read()
		requireCorrupt(t, err, filepath.Join(c.Directory, "00000001.segment"), offset)
	}
}
