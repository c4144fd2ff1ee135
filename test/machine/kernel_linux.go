package machine

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"

	"github.com/winrmd/winrmd/test/daemon"
)

// emulator is the program that a guest is.
const emulator = "qemu-system-x86_64"

// Kernel is what a guest is booted with.
type Kernel struct {
	Image   string   // vmlinuz
	Modules []string // files, in the order in which they are loaded
}

// FindKernel finds the kernel that the script install has put into a directory,
// and looks for what else a guest needs. The error is daemon.ErrMissing where it
// is not there.
func FindKernel(directory string) (Kernel, error) {
	missing := func(what string) (Kernel, error) {
		return Kernel{}, fmt.Errorf("%w: an emulated machine needs %s (test/machine/install)", daemon.ErrMissing, what)
	}
	if runtime.GOARCH != "amd64" {
		return missing("amd64")
	}
	if os.Geteuid() != 0 { // it reads every file of this machine
		return missing("the superuser")
	}
	if _, err := exec.LookPath(emulator); err != nil {
		return missing(emulator)
	}
	if _, err := os.Stat(Systemd); err != nil {
		return missing(Systemd)
	}
	images, err := filepath.Glob(filepath.Join(directory, "boot", "vmlinuz-*"))
	if err != nil {
		return Kernel{}, err
	}
	if len(images) == 0 {
		return missing("a kernel in " + directory)
	}
	files, err := modules(filepath.Join(directory, "lib", "modules"), guestModules...)
	return Kernel{Image: images[len(images)-1], Modules: files}, err
}

// Systemd is the guest's first process, once the agent has made its root file system.
const Systemd = "/lib/systemd/systemd"

// AgentPath is where the guest's systemd finds the agent.
const AgentPath = "/machine.agent"

// Modules of the first root file system: their directory, and the list of their
// names in the order in which they are loaded, a line each.
const (
	ModuleDirectory = "/modules"
	ModuleOrder     = "/modules/order"
)

// initramfs is the guest's first root file system: the agent as its first process, and modules.
func (k Kernel) initramfs(agent []byte) ([]byte, error) {
	var text, order bytes.Buffer
	a := archive{w: &text}
	for _, directory := range []string{"dev", "proc", "sys", "host", "over", "new", ModuleDirectory[1:]} {
		a.add(directory, modeDirectory, nil)
	}
	a.add("init", modeProgram, agent)
	for _, path := range k.Modules {
		content, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		name := filepath.Base(path)
		fmt.Fprintln(&order, name)
		a.add(filepath.Join(ModuleDirectory, name)[1:], modeProgram, content)
	}
	a.add(ModuleOrder[1:], modeProgram, order.Bytes())
	err := a.close()
	return text.Bytes(), err
}
