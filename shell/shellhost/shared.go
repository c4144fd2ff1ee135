package shellhost

import (
	"errors"
	"net"
	"os"
	"path/filepath"
)

// A host of another account than the daemon's shares its directory with the
// daemon, by the directory's group: the daemon reaches the socket and reads the
// record there. The directory itself lies where only the daemon makes and removes
// something.

// listenFor listens at the socket of a host.
func listenFor(start *Start, path string) (net.Listener, error) {
	if start.Account == "" {
		return ListenPrivate(path)
	}
	return listenShared(path)
}

// removeOwn removes what a host has in its directory, and the directory where it
// may: otherwise the daemon does, for which an empty one is that of a shell that
// has ended in good order.
func removeOwn(start *Start) error {
	if start.Account == "" {
		return os.RemoveAll(start.Directory)
	}
	entries, err := os.ReadDir(start.Directory)
	for _, entry := range entries {
		err = errors.Join(err, os.RemoveAll(filepath.Join(start.Directory, entry.Name())))
	}
	return err
}

// isEmpty reports whether a directory has gone, or has nothing in it.
func isEmpty(directory string) bool {
	entries, err := os.ReadDir(directory)
	return errors.Is(err, os.ErrNotExist) || err == nil && len(entries) == 0
}
