package certmapping

import (
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"sync"

	"github.com/winrmd/winrmd/configuration"
)

// watched is one file and what was read from it. It may be used by several
// goroutines.
type watched[T any] struct {
	path  string
	parse func(path string, content []byte) (T, error)

	mu      sync.Mutex
	version configuration.FileVersion
	value   T
	err     error
}

// get reads the file if it has changed. A file that is missing is fs.ErrNotExist.
func (w *watched[T]) get() (value T, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	info, err := os.Stat(w.path)
	if err != nil {
		w.version = configuration.FileVersion{}
		return value, err
	}
	if w.version.Current(info) {
		return w.value, w.err
	}
	content, version, err := configuration.ReadFile(w.path, checkOwn(w.path))
	w.version, w.value, w.err = version, value, err
	if err == nil {
		w.value, w.err = w.parse(w.path, content)
	}
	return w.value, w.err
}

// checkOwn refuses a file that others can write: it would let them in.
func checkOwn(path string) func(fs.FileInfo) error {
	return func(info fs.FileInfo) error {
		if mode := info.Mode().Perm(); runtime.GOOS != "windows" && mode&0o022 != 0 {
			return fmt.Errorf("%s can be changed by others (mode %04o); run: chmod go-w %s", path, mode, path)
		}
		return nil
	}
}

// File is a mapping file.
type File struct {
	file     watched[[]Entry]
	changing sync.Mutex // held by Change
}

// Open returns the mapping file at path. It reads nothing; a file that is
// missing has no entries.
func Open(path string) *File { return &File{file: watched[[]Entry]{path: path, parse: parse}} }

// Entries returns the entries in the order of the file. They are not changed by
// anybody. Errors in the file are configuration.FileErrors.
func (f *File) Entries() ([]Entry, error) {
	all, err := f.file.get()
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return all, err
}

// Authorities are files of PEM certificates.
type Authorities struct{ file *watched[*x509.CertPool] }

// OpenAuthorities returns the certificates in a file. It reads nothing. A file
// that is missing is an error of Pool.
func OpenAuthorities(path string) *Authorities {
	return &Authorities{&watched[*x509.CertPool]{path: path, parse: parsePool}}
}

// Pool returns the certificates.
func (a *Authorities) Pool() (*x509.CertPool, error) { return a.file.get() }

// parsePool wants certificates and nothing else: a key in such a file is a
// mistake that somebody should hear of.
func parsePool(path string, content []byte) (*x509.CertPool, error) {
	pool, n := x509.NewCertPool(), 0
	for {
		block, rest := pem.Decode(content)
		if block == nil {
			break
		}
		content = rest
		if block.Type != "CERTIFICATE" {
			return nil, &configuration.FileError{File: path, Err: fmt.Errorf("a %s among the certificates", block.Type)}
		}
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, &configuration.FileError{File: path, Err: fmt.Errorf("certificate %d: %w", n+1, err)}
		}
		pool.AddCert(c)
		n++
	}
	if n == 0 {
		return nil, &configuration.FileError{File: path, Err: errors.New("no certificate in PEM")}
	}
	return pool, nil
}
