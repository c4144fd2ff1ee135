package shellhost

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/google/uuid"
)

// Names in the directory of a host, which has the name of its shell.
const (
	socketName = "sock"
	recordName = "host.json"
	spoolName  = "spool"
)

// record is what lies beside a host's socket, for a Router that finds the host
// dead.
type record struct {
	Start
	PID      int
	Identity string // of the process; see process.Identity
	Scope    string `json:",omitempty"` // path of the cgroup of what runs in the shell
}

// maxRecord bounds what is read as a record.
const maxRecord = 1 << 20

// write puts the record into its directory, all or nothing.
func (rec *record) write() error {
	lasting := *rec
	lasting.CredentialCache = nil
	text, err := json.Marshal(lasting)
	if err != nil {
		return err
	}
	mode := fs.FileMode(0o600)
	if rec.Account != "" {
		mode = 0o640 // the directory gives it to the daemon's group
	}
	path := filepath.Join(rec.Directory, recordName)
	if err := os.WriteFile(path+".new", text, mode); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}

// readRecord reads the record of a host that was started.
func readRecord(directory string) (*record, error) {
	path := filepath.Join(directory, recordName)
	// It may be a link, or without an end: the host's account may write there.
	if info, err := os.Lstat(path); err == nil && (!info.Mode().IsRegular() || info.Size() > maxRecord) {
		return nil, fmt.Errorf("%s is no file, or has more than %d bytes", path, maxRecord)
	}
	file, err := openRecord(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, maxRecord))
	if err != nil {
		return nil, err
	}
	rec := &record{}
	if err := json.Unmarshal(text, rec); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if rec.Configuration == nil {
		return nil, fmt.Errorf("%s names no configuration", path)
	}
	rec.Directory = directory // wherever the state directory has been moved to
	return rec, nil
}

// shellIDs lists the shells that have a directory under root.
func shellIDs(root string) ([]string, error) {
	entries, err := os.ReadDir(root)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var ids []string
	for _, e := range entries {
		if e.IsDir() && isShellID(e.Name()) {
			ids = append(ids, e.Name())
		}
	}
	return ids, nil
}

// isShellID reports whether a name is that of a shell's directory: only such
// are looked into, and removed.
func isShellID(name string) bool {
	return len(name) == 36 && uuid.Validate(name) == nil && name == strings.ToUpper(name)
}
