package main

import (
	"archive/tar"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
)

// olderProgram is an older winrmd: a program, or what is built from a commit.
func olderProgram(directory, before string) (string, error) {
	if _, err := os.Stat(before); err == nil {
		return before, nil
	}
	root, err := exec.Command("git", "rev-parse", "--show-toplevel").Output()
	if err != nil {
		return "", fmt.Errorf("git: %w", err)
	}
	archive := exec.Command("git", "-C", string(bytes.TrimSpace(root)), "archive", before)
	text, err := archive.Output()
	if err != nil {
		return "", fmt.Errorf("%s is neither a program nor a commit that can be read: %w", before, err)
	}
	source := filepath.Join(directory, "before")
	if err := unpack(source, bytes.NewReader(text)); err != nil {
		return "", err
	}
	program := filepath.Join(directory, "winrmd-before")
	build := exec.Command("go", "build", "-trimpath", "-o", program, "./cmd/winrmd")
	build.Dir = source
	if output, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build of %s: %w\n%s", before, err, output)
	}
	return program, nil
}

// unpack unpacks the files of an archive that git has made.
func unpack(directory string, r io.Reader) error {
	for archive := tar.NewReader(r); ; {
		h, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if h.Typeflag != tar.TypeReg || !filepath.IsLocal(h.Name) {
			continue
		}
		path := filepath.Join(directory, h.Name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		content, err := io.ReadAll(archive)
		if err != nil {
			return err
		}
		if err := os.WriteFile(path, content, 0o644); err != nil {
			return err
		}
	}
}
