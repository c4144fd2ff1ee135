//go:build linux

// Command agent is the first process of a guest of package machine. It makes the
// guest's root file system, becomes systemd, and is one of its services that runs
// what it is asked for.
package main

import (
	"fmt"
	"os"
)

func main() {
	work := serve
	if os.Getpid() == 1 {
		work = boot
	}
	if err := work(); err != nil {
		fmt.Fprintln(os.Stderr, "agent:", err)
		os.Exit(1) // for the first process that is the guest's end
	}
}
