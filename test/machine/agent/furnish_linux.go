package main

import (
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/winrmd/winrmd/test/machine"
)

// units are the guest's own. The target wants the least that makes a session of
// PAM and a service work.
var units = map[string]string{
	"machine.target": `[Unit]
Description=A machine to test on
Requires=sysinit.target dbus.socket machine.service
Wants=systemd-logind.service
After=sysinit.target
AllowIsolate=yes
`,
	"machine.service": `[Unit]
Description=Runs what a test asks for
After=sysinit.target
[Service]
ExecStart=` + machine.AgentPath + `
# Whose cgroup is not the tests': they make groups below their own.
Delegate=yes
OOMPolicy=continue
TasksMax=infinity
StandardOutput=journal+console
StandardError=journal+console
`,
}

// kept are the units that targets may want without being asked by ours. Everything
// else that this machine has installed stays off: an emulated one is slow.
var kept = []string{
	"systemd-journald.service", "systemd-journald.socket", "systemd-journald-dev-log.socket",
	"systemd-tmpfiles-setup.service", "dbus.socket",
}

// accounts are files that the tests of this machine change at any time, when the
// guest is to have its own already.
var accounts = []string{"passwd", "shadow", "group", "gshadow", "subuid", "subgid"}

// locks are what an account's change of this machine may have left in the guest.
var locks = []string{"passwd.lock", "shadow.lock", "group.lock", "gshadow.lock", "subuid.lock", "subgid.lock", ".pwd.lock"}

// furnish makes of this machine's files the guest's.
func furnish(root string) error {
	etc := filepath.Join(root, "etc")
	wants, err := filepath.Glob(root + "/*/systemd/system/*.wants/*") // of /lib and /etc
	if err != nil {
		return err
	}
	for _, want := range wants {
		if slices.Contains(kept, filepath.Base(want)) {
			continue
		}
		if err := os.Remove(want); err != nil && !os.IsNotExist(err) {
			return err
		}
	}
	// systemd takes a machine with this file for a container of Docker, and has a
	// container's habits there.
	if err := os.Remove(filepath.Join(root, ".dockerenv")); err != nil && !os.IsNotExist(err) {
		return err
	}
	for name, text := range units {
		if err := os.WriteFile(filepath.Join(etc, "systemd", "system", name), []byte(text), 0o644); err != nil {
			return err
		}
	}
	for _, name := range accounts {
		// A change of times takes a copy into the overlay.
		now := time.Now()
		if err := os.Chtimes(filepath.Join(etc, name), now, now); err != nil && !os.IsNotExist(err) {
			return err
		}
	}
	for _, name := range locks {
		if err := os.Remove(filepath.Join(etc, name)); err != nil && !os.IsNotExist(err) {
			return err
		}
	}
	if err := os.WriteFile(filepath.Join(etc, "fstab"), nil, 0o644); err != nil {
		return err
	}
	agent, err := os.ReadFile("/init")
	if err != nil {
		return err
	}
	return os.WriteFile(root+machine.AgentPath, agent, 0o755)
}
