// Package machine runs what needs a real machine with systemd and cgroup v2: an
// emulated one (QEMU without hardware help) with a kernel of Debian, on the root
// file system of this machine. That is read-only below an overlay in the guest's
// memory, so that nothing in the guest changes this machine.
//
// Machine boots a guest whose first program is package agent. It runs there what
// Run asks for and returns output and exit status by a virtual serial port. Kernel
// and modules lie in .cache/machine, where the script install puts them.
package machine
