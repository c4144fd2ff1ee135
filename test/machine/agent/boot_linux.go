package main

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"github.com/winrmd/winrmd/test/machine"
)

// A mount is one of mount(2).
type mount struct {
	source, target, kind string
	flags                uintptr
	data                 string
}

// nineP are the options of a read-only share. Nothing of it is asked for twice.
const nineP = "trans=virtio,version=9p2000.L,cache=loose,msize=512000"

// The directories of the first root file system that package machine makes.
var (
	kernelMounts = []mount{
		{"proc", "/proc", "proc", 0, ""},
		{"sysfs", "/sys", "sysfs", 0, ""},
		{"devtmpfs", "/dev", "devtmpfs", 0, ""},
	}
	rootMounts = []mount{
		{"host", "/host", "9p", unix.MS_RDONLY, nineP},
		{"tmpfs", "/over", "tmpfs", 0, "size=75%"},
	}
	overlay = mount{"overlay", root, "overlay", 0, "lowerdir=/host,upperdir=/over/upper,workdir=/over/work"}
	inRoot  = []mount{
		{"tmpfs", root + "/tmp", "tmpfs", 0, "mode=1777"},
		{"share", root + machine.Share, "9p", unix.MS_RDONLY, nineP},
	}
)

// root is the guest's root file system before it is one.
const root = "/new"

// boot makes the root file system and goes on as systemd. It returns an error only.
func boot() error {
	if err := mountAll(kernelMounts); err != nil {
		return err
	}
	if err := load(); err != nil {
		return err
	}
	if err := mountAll(rootMounts); err != nil {
		return err
	}
	for _, directory := range []string{"/over/upper", "/over/work"} {
		if err := os.Mkdir(directory, 0o755); err != nil {
			return err
		}
	}
	if err := mountAll([]mount{overlay}); err != nil {
		return err
	}
	if err := os.Mkdir(root+machine.Share, 0o755); err != nil {
		return err
	}
	if err := mountAll(inRoot); err != nil {
		return err
	}
	if err := furnish(root); err != nil {
		return err
	}
	for _, m := range kernelMounts { // systemd mounts its own
		if err := unix.Unmount(m.target, unix.MNT_DETACH); err != nil {
			return fmt.Errorf("unmount %s: %w", m.target, err)
		}
	}
	return enter(root, machine.Systemd)
}

func mountAll(mounts []mount) error {
	for _, m := range mounts {
		if err := unix.Mount(m.source, m.target, m.kind, m.flags, m.data); err != nil {
			return fmt.Errorf("mount %s: %w", m.target, err)
		}
	}
	return nil
}

// load loads the kernel's modules.
func load() error {
	order, err := os.Open(machine.ModuleOrder)
	if err != nil {
		return err
	}
	defer order.Close()
	lines := bufio.NewScanner(order)
	for lines.Scan() {
		file, err := os.Open(filepath.Join(machine.ModuleDirectory, lines.Text()))
		if err != nil {
			return err
		}
		err = unix.FinitModule(int(file.Fd()), "", 0)
		file.Close()
		if err != nil {
			return fmt.Errorf("module %s: %w", lines.Text(), err)
		}
	}
	return lines.Err()
}

// enter makes a directory the root and becomes a program in it, as switch_root(8).
func enter(directory, program string) error {
	if err := os.Chdir(directory); err != nil {
		return err
	}
	if err := unix.Mount(".", "/", "", unix.MS_MOVE, ""); err != nil {
		return fmt.Errorf("move the root: %w", err)
	}
	if err := unix.Chroot("."); err != nil {
		return err
	}
	if err := os.Chdir("/"); err != nil {
		return err
	}
	return fmt.Errorf("%s: %w", program, unix.Exec(program, []string{program}, os.Environ()))
}
