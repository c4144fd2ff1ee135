package certmapping

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"github.com/winrmd/winrmd/configuration"
)

// fileMode is that of a file that Change makes.
const fileMode = 0o600

// Change changes the entries as edit says, which is given a copy and may refuse.
// Entries that stay keep their text and comments. Two goroutines that use one
// File do not get in each other's way; an administrator who edits the file at
// that moment does. A file with an error is not changed.
func (f *File) Change(edit func([]Entry) ([]Entry, error)) error {
	f.changing.Lock()
	defer f.changing.Unlock()
	content, _, err := configuration.ReadFile(f.file.path, checkOwn(f.file.path))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	old, err := parse(f.file.path, content)
	if err != nil {
		return err
	}
	all, err := edit(slices.Clone(old))
	if err != nil {
		return err
	}
	for i := range all {
		if err := all[i].check(); err != nil {
			return &configuration.FileError{Key: fmt.Sprintf("Mapping %d (%s)", i+1, all[i].User), Err: err}
		}
	}
	text, err := rewrite(content, old, all)
	if err != nil {
		return err
	}
	if len(text) > configuration.MaxFileSize {
		return fmt.Errorf("%s would be larger than %d bytes", f.file.path, configuration.MaxFileSize)
	}
	return configuration.WriteFile(f.file.path, text, fileMode)
}

// rewrite is the content of a file with other entries. Where the text of the old
// ones cannot be told apart, it is written anew.
func rewrite(content []byte, old, all []Entry) ([]byte, error) {
	head, blocks := split(content)
	var b bytes.Buffer
	b.WriteString(head)
	for _, e := range all {
		text := ""
		if i := slices.Index(old, e); i >= 0 && len(blocks) == len(old) {
			text = blocks[i]
		} else {
			encoded, err := encode(e)
			if err != nil {
				return nil, err
			}
			text = encoded
		}
		if b.Len() > 0 && !bytes.HasSuffix(b.Bytes(), []byte("\n")) {
			b.WriteByte('\n')
		}
		b.WriteString(text)
	}
	if got, err := parse("", b.Bytes()); err == nil && slices.Equal(got, all) {
		return b.Bytes(), nil
	}
	b.Reset()
	for _, e := range all {
		text, err := encode(e)
		if err != nil {
			return nil, err
		}
		b.WriteString(text)
	}
	return b.Bytes(), nil
}

// split is what comes before the first entry, and the text of each.
func split(content []byte) (head string, blocks []string) {
	for line := range strings.Lines(string(content)) {
		switch {
		case strings.HasPrefix(strings.ReplaceAll(line, " ", ""), "[[Mapping]]"):
			blocks = append(blocks, line)
		case len(blocks) == 0:
			head += line
		default:
			blocks[len(blocks)-1] += line
		}
	}
	return head, blocks
}

// encode is an entry as TOML.
func encode(e Entry) (string, error) {
	text, err := toml.Marshal(struct{ Mapping []Entry }{[]Entry{e}})
	return string(text), err
}
