package configuration

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// MaxFileSize is the largest file of the state directory that is read, in
// bytes.
const MaxFileSize = 1 << 20

// settleTime is how old a file's last change must be for its time to tell it
// from the next change. It covers file systems that count in 2 s.
const settleTime = 2 * time.Second

// FileVersion tells whether a file is still the one that was read. The zero
// value is that of no file.
type FileVersion struct {
	info fs.FileInfo
	read time.Time
}

// Current reports whether the file that now is info is the one that was read:
// same file, size, mode and time of change. A file that was read right after
// its change is never current, because another change may have the same time.
func (v FileVersion) Current(info fs.FileInfo) bool {
	if v.info == nil || !os.SameFile(v.info, info) {
		return false
	}
	changed := v.info.ModTime()
	if age := v.read.Sub(changed); age >= 0 && age < settleTime {
		return false
	}
	return changed.Equal(info.ModTime()) && v.info.Size() == info.Size() && v.info.Mode() == info.Mode()
}

// ReadFile reads a regular file of at most MaxFileSize. If check is not nil it
// is asked first whether the file may be read.
func ReadFile(path string, check func(fs.FileInfo) error) ([]byte, FileVersion, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, FileVersion{}, err
	}
	defer f.Close()
	version := FileVersion{read: time.Now()}
	if version.info, err = f.Stat(); err != nil {
		return nil, FileVersion{}, err
	}
	if !version.info.Mode().IsRegular() {
		return nil, FileVersion{}, fmt.Errorf("%s is not a regular file", path)
	}
	if check != nil {
		if err := check(version.info); err != nil {
			return nil, version, err
		}
	}
	content, err := io.ReadAll(io.LimitReader(f, MaxFileSize+1))
	if err != nil {
		return nil, version, err
	}
	if len(content) > MaxFileSize {
		return nil, version, fmt.Errorf("%s is larger than %d bytes", path, MaxFileSize)
	}
	return content, version, nil
}

// WriteFile replaces a file as a whole: a reader sees the old content or the
// new one, also after a crash. The new file has the given mode.
func WriteFile(path string, content []byte, mode fs.FileMode) error {
	// The dot and the ending keep it from being taken for a configuration.
	temporary, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*.new")
	if err != nil {
		return err
	}
	err = fill(temporary, content, mode)
	if err == nil {
		err = os.Rename(temporary.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(temporary.Name()))
	}
	return nil
}

// fill writes a new file through to the disk and closes it.
func fill(f *os.File, content []byte, mode fs.FileMode) error {
	err := errors.Join(f.Chmod(mode), shareOwner(f))
	if err == nil {
		_, err = f.Write(content)
	}
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// writeMissing writes a file unless there is one.
func writeMissing(path string, content []byte) error {
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return WriteFile(path, content, 0o600)
}
