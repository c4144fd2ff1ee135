package machine

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// guestModules are what the guest's kernel needs beside what is built into it: the
// root file system, the port, the swap device, and automounts for systemd.
var guestModules = []string{
	"virtio_pci", "9pnet_virtio", "9p", "overlay", "virtio_rng", "virtio_console", "virtio_blk", "autofs4",
}

// modules finds the files of kernel modules and of those that they need below a
// directory, in the order in which a kernel takes them.
func modules(directory string, names ...string) ([]string, error) {
	files := map[string]string{}
	err := filepath.WalkDir(directory, func(path string, entry fs.DirEntry, err error) error {
		if name, ok := strings.CutSuffix(filepath.Base(path), ".ko"); ok && err == nil && entry.Type().IsRegular() {
			files[moduleName(name)] = path
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	var ordered []string
	var add func(name string, above []string) error
	add = func(name string, above []string) error {
		name = moduleName(name)
		path, ok := files[name]
		switch {
		case !ok:
			return fmt.Errorf("no module %s below %s", name, directory)
		case slices.Contains(above, name):
			return fmt.Errorf("module %s needs itself", name)
		case slices.Contains(ordered, path):
			return nil
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, needed := range dependencies(content) {
			if err := add(needed, append(above, name)); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
		}
		ordered = append(ordered, path)
		return nil
	}
	for _, name := range names {
		if err := add(name, nil); err != nil {
			return nil, err
		}
	}
	return ordered, nil
}

// moduleName is a module's name as the kernel has it.
func moduleName(file string) string { return strings.ReplaceAll(file, "-", "_") }

// dependencies are the modules that a module's section .modinfo names: strings
// KEY=VALUE, each with a zero byte behind.
func dependencies(module []byte) []string {
	const key = "\x00depends="
	_, after, found := bytes.Cut(module, []byte(key))
	if !found {
		return nil
	}
	value, _, _ := bytes.Cut(after, []byte{0})
	return strings.FieldsFunc(string(value), func(r rune) bool { return r == ',' })
}
