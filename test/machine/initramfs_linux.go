package machine

import (
	"fmt"
	"io"
)

// archive writes a cpio archive of form newc, which the kernel takes as its first
// root file system (Documentation/driver-api/early-userspace/buffer-format.rst).
type archive struct {
	w      io.Writer
	inode  int
	offset int
	err    error
}

// Modes of files, as in stat(2).
const (
	modeDirectory = 0o040755
	modeProgram   = 0o100755
)

// add writes a file; one with modeDirectory has no content.
func (a *archive) add(name string, mode int, content []byte) {
	a.inode++
	// Magic, inode, mode, uid, gid, links, mtime, size, device (2), special device
	// (2), length of the name with its end, check.
	a.write(fmt.Appendf(nil, "070701%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X",
		a.inode, mode, 0, 0, 1, 0, len(content), 0, 0, 0, 0, len(name)+1, 0))
	a.write(append([]byte(name), 0))
	a.align()
	a.write(content)
	a.align()
}

// close writes the entry that ends the archive.
func (a *archive) close() error {
	a.add("TRAILER!!!", 0, nil)
	return a.err
}

func (a *archive) align() { a.write(make([]byte, -a.offset&3)) }

func (a *archive) write(p []byte) {
	if a.err == nil {
		_, a.err = a.w.Write(p)
		a.offset += len(p)
	}
}
