package process

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// The controllers of control groups that limits need.
const (
	controllerMemory = "memory"
	controllerPids   = "pids"
	controllerCPU    = "cpu"
)

var limitControllers = []string{controllerMemory, controllerPids, controllerCPU}

// place is where groups of one controller are made.
type place struct {
	parent  string
	unified bool // cgroup v2
}

// places finds where each controller has its groups. Machines have them all in
// cgroup v2, or all in v1, or some here and some there.
func places() (map[string]place, error) {
	mounts, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoCgroup, err)
	}
	groups, err := os.ReadFile("/proc/self/cgroup")
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoCgroup, err)
	}
	found := findPlaces(string(mounts), string(groups))
	parent, err := findScopes(string(mounts), string(groups))
	if err != nil {
		return found, nil
	}
	offered, err := os.ReadFile(filepath.Join(parent, "cgroup.controllers"))
	if err != nil {
		return found, nil
	}
	for _, controller := range strings.Fields(string(offered)) {
		if slices.Contains(limitControllers, controller) {
			found[controller] = place{parent: parent, unified: true}
		}
	}
	return found, nil
}

// findPlaces finds those of cgroup v1 in what /proc says of the process.
func findPlaces(mounts, groups string) map[string]place {
	own := map[string]string{}
	for line := range strings.Lines(groups) {
		fields := strings.SplitN(strings.TrimSuffix(line, "\n"), ":", 3)
		if len(fields) != 3 || isAbove(fields[2]) {
			continue
		}
		for controller := range strings.SplitSeq(fields[1], ",") {
			own[controller] = fields[2]
		}
	}
	found := map[string]place{}
	for line := range strings.Lines(mounts) {
		root, point, controllers := controllerMount(line)
		for _, controller := range controllers {
			path, ok := own[controller]
			if !ok || !slices.Contains(limitControllers, controller) {
				continue
			}
			if below, ok := relative(root, parentOfScopes(path)); ok {
				found[controller] = place{parent: filepath.Join(point, below)}
			}
		}
	}
	return found
}

// controllerMount reads a line of /proc/self/mountinfo that mounts controllers of
// cgroup v1: their names are among the options of the mount's file system.
func controllerMount(line string) (root, point string, controllers []string) {
	mount, system, ok := strings.Cut(strings.TrimSuffix(line, "\n"), " - ")
	fields := strings.Fields(mount)
	options := strings.Fields(system)
	if !ok || len(fields) < 5 || len(options) < 3 || options[0] != "cgroup" {
		return "", "", nil
	}
	return unescape(fields[3]), unescape(fields[4]), strings.Split(options[2], ",")
}
