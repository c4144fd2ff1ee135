package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/winrmd/winrmd/test/daemon"
)

const (
	// maxHostMiB is the aim for the memory of a session's host.
	maxHostMiB = 6
	// maxAdopt is the aim for a daemon that finds b.sessions.
	maxAdopt = 2 * time.Second
)

// measureHosts looks at the processes that hold the sessions: the memory of
// each beside its engine, pages that several processes share counted once, and
// how long a daemon that was killed and started again takes to find all.
func (b *bench) measureHosts(ctx context.Context) error {
	if _, err := proportionalMiB(os.Getpid()); errors.Is(err, fs.ErrNotExist) {
		b.title("hosts of sessions: not measured, there is no /proc")
		return nil
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	b.title("hosts of sessions")
	server, err := daemon.Start(daemon.Config{Program: b.program, Engine: self, Environment: []string{asRole(roleEngine)}})
	if err != nil {
		return err
	}
	defer server.Stop()
	idlers := &idlers{url: server.HTTP}
	defer idlers.abandon()
	for _, attached := range []bool{true, false} {
		if err := idlers.add(ctx, b.sessions/2, attached); err != nil {
			return err
		}
	}
	var each samples
	hosts, err := hostsOf(server.State())
	if err != nil {
		return err
	}
	for _, pid := range hosts {
		mib, err := proportionalMiB(pid)
		if err != nil {
			return err
		}
		each = append(each, mib)
	}
	b.line("memory", "%d hosts, half of them attached, MiB each: %s", len(each), each.text("%.2f"))
	b.aim(each.median() <= maxHostMiB, "memory of a session's host at most 6 MiB", "%.2f MiB", each.median())
	return b.measureAdopt(ctx, server, len(hosts))
}

// measureAdopt kills the daemon and starts it again.
func (b *bench) measureAdopt(ctx context.Context, server *daemon.Daemon, hosts int) error {
	var times samples
	for range b.rounds {
		if err := server.Crash(); err != nil {
			return err
		}
		began := time.Now()
		if err := server.Restart(); err != nil {
			return err
		}
		times = append(times, milliseconds(time.Since(began)))
		found, err := b.listed(ctx, server)
		if err != nil {
			return err
		}
		if found != hosts {
			return fmt.Errorf("%d of %d sessions were found again", found, hosts)
		}
	}
	b.line("adopt", "%d hosts, from the start of the daemon to its ready line, ms: %s", hosts, times.text("%.0f"))
	b.aim(times.median() <= milliseconds(maxAdopt), "200 sessions adopted within 2 s", "%.0f ms", times.median())
	return nil
}

// listed is how many sessions the server lists.
func (b *bench) listed(ctx context.Context, server *daemon.Daemon) (int, error) {
	list := exec.CommandContext(ctx, b.program, "session", "list", "--state", server.State(), "--output", "json")
	text, err := list.Output()
	if err != nil {
		return 0, fmt.Errorf("winrmd session list: %w", err)
	}
	var sessions []any
	err = json.Unmarshal(text, &sessions)
	return len(sessions), err
}

// hostsOf are the processes of the sessions of a state directory.
func hostsOf(state string) ([]int, error) {
	records, err := filepath.Glob(filepath.Join(state, "shells", "*", "host.json"))
	if err != nil {
		return nil, err
	}
	var pids []int
	for _, path := range records {
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		_, rest, _ := bytes.Cut(text, []byte(`"PID":`))
		number, _, _ := bytes.Cut(rest, []byte(","))
		pid, err := strconv.Atoi(string(number))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		pids = append(pids, pid)
	}
	return pids, nil
}

// proportionalMiB is the memory of a process, of shared pages its share.
func proportionalMiB(pid int) (float64, error) {
	content, err := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(content)) {
		rest, ok := strings.CutPrefix(line, "Pss:")
		if !ok {
			continue
		}
		kB, err := strconv.ParseFloat(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 64)
		return kB / 1024, err
	}
	return 0, fmt.Errorf("process %d has no Pss", pid)
}
