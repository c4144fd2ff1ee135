package machine

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestArchive(t *testing.T) {
	t.Parallel()
	var text bytes.Buffer
	a := archive{w: &text}
	a.add("dev", modeDirectory, nil)
	a.add("init", modeProgram, []byte("12345"))
	require.NoError(t, a.close())
	const want = "070701" + "00000001000041ED000000000000000000000001000000000000000000000000000000000000000000000000" + "0000000400000000" + "dev\x00\x00\x00" +
		"070701" + "00000002000081ED000000000000000000000001000000000000000500000000000000000000000000000000" + "0000000500000000" + "init\x00\x00" +
		"12345\x00\x00\x00"
	assert.Equal(t, want, text.String()[:len(want)])
	assert.Contains(t, text.String()[len(want):], "TRAILER!!!\x00")
	assert.Zero(t, text.Len()%4)
}

func TestModules(t *testing.T) {
	t.Parallel()
	directory := t.TempDir()
	for name, depends := range map[string]string{
		"a-file": "under_neath,lowest", "under-neath": "lowest", "lowest": "", "round": "about", "about": "round", "lost": "nobody",
	} {
		content := "ELF\x00license=GPL\x00depends=" + depends + "\x00name=x\x00"
		require.NoError(t, os.WriteFile(filepath.Join(directory, name+".ko"), []byte(content), 0o600))
	}
	tests := []struct {
		name string
		want []string
		err  string
	}{
		{"a_file", []string{"lowest.ko", "under-neath.ko", "a-file.ko"}, ""},
		{"lowest", []string{"lowest.ko"}, ""},
		{"round", nil, "round: about: module round needs itself"},
		{"lost", nil, "lost: no module nobody below " + directory},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			files, err := modules(directory, test.name)
			var names []string
			for _, f := range files {
				names = append(names, filepath.Base(f))
			}
			assert.Equal(t, test.want, names)
			if test.err == "" {
				assert.NoError(t, err)
			} else {
				assert.EqualError(t, err, test.err)
			}
		})
	}
}
