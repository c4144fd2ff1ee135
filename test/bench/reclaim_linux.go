package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/winrmd/winrmd/psremoting"
	"github.com/winrmd/winrmd/psrp/runspacepool"
	"github.com/winrmd/winrmd/shell/process"
	"github.com/winrmd/winrmd/test/daemon"
	"github.com/winrmd/winrmd/wsman/wsmanclient"
)

const (
	// maxReclaimed is the aim for what a session keeps that was left, of what one
	// has with its client.
	maxReclaimed = 1.0 / 3
	// reclaimPause is the default of ReclaimMemoryAfterMs, and a moment to do it in.
	reclaimPause = 65 * time.Second
	// swapMiB is for the anonymous memory of the engines.
	swapMiB = 512
	// neighbours is how many sessions keep their clients. Of the engine's files each
	// session has its part, in memory for as long as one of them uses them.
	neighbours = 3
	// markName is in the environment of all processes of a session.
	markName = "WINRMD_SHELL_ID"
)

// measureReclaim leaves one of some sessions and looks a minute later what it and
// another have of memory, and how long the first command takes of who comes back.
func (b *bench) measureReclaim(ctx context.Context) error {
	b.title("memory of a session that was left 60 s ago")
	swap, err := addSwap(ctx)
	if err != nil {
		b.line("swap", "none could be added, and what is in no file stays where it is: %v", err)
	} else {
		defer swap()
		b.line("swap", "a file of %d MiB, made for this", swapMiB)
	}
	server, err := daemon.Start(daemon.Config{Program: b.program, Engine: b.engine, Arguments: b.asRoot()})
	if err != nil {
		return err
	}
	defer server.Stop()
	client, err := psremoting.New(server.HTTP, wsmanclient.Config{
		Authentication: wsmanclient.Basic(daemon.User, daemon.Password), AllowUnencrypted: true,
	})
	if err != nil {
		return err
	}
	defer client.Close()
	left, err := openAndRun(ctx, client)
	if err != nil {
		return err
	}
	var stays *runspacepool.RunspacePool
	for range neighbours {
		if stays, err = openAndRun(ctx, client); err != nil {
			return err
		}
	}
	before, err := sessionMiB(left)
	if err != nil {
		return err
	}
	if err := left.Disconnect(ctx, runspacepool.DisconnectOptions{}); err != nil {
		return err
	}
	select {
	case <-time.After(reclaimPause):
	case <-ctx.Done():
		return ctx.Err()
	}
	with, err := sessionMiB(stays)
	if err != nil {
		return err
	}
	without, err := sessionMiB(left)
	if err != nil {
		return err
	}
	b.line("with its client", "%.1f MiB, one of %d", with, neighbours)
	b.line("left", "%.1f MiB, %.1f MiB before", without, before)
	usual, err := firstCommand(ctx, stays)
	if err != nil {
		return err
	}
	began := time.Now()
	if err := left.Reconnect(ctx); err != nil {
		return err
	}
	connected := time.Since(began)
	first, err := firstCommand(ctx, left)
	if err != nil {
		return err
	}
	second, err := firstCommand(ctx, left)
	if err != nil {
		return err
	}
	b.line("coming back", "Reconnect %v, first command %v, second %v; of the other %v",
		connected.Round(time.Millisecond), first.Round(time.Millisecond), second.Round(time.Millisecond), usual.Round(time.Millisecond))
	b.aim(without <= maxReclaimed*with, "a session that was left 60 s ago has at most 1/3 of the memory", "%.2f", without/with)
	return left.Close(ctx) // the others end with the server
}

// asRoot keeps the rights of the superuser, with which control groups are made.
func (b *bench) asRoot() []string {
	if os.Geteuid() != 0 {
		return nil
	}
	return []string{"--service-account", "root"}
}

// openAndRun opens a session that has done something.
func openAndRun(ctx context.Context, client *psremoting.Client) (*runspacepool.RunspacePool, error) {
	pool, err := client.Open(ctx, psremoting.Options{})
	if err != nil {
		return nil, err
	}
	_, err = firstCommand(ctx, pool)
	return pool, err
}

// firstCommand is how long a small command takes.
func firstCommand(ctx context.Context, pool *runspacepool.RunspacePool) (time.Duration, error) {
	began := time.Now()
	pipeline, err := pool.Start(ctx, runspacepool.PipelineConfig{
		Commands: []runspacepool.Command{runspacepool.Script("1..1000 | ForEach-Object { $_ * 2 } | Select-Object -Last 1")},
	})
	if err != nil {
		return 0, err
	}
	for _, err := range pipeline.Records(ctx) {
		if err != nil {
			return 0, err
		}
	}
	return time.Since(began), pipeline.Close(ctx)
}

// sessionMiB is the memory in RAM of all processes of a session: what they share
// with others, such as the pages of the engine's libraries, counts by parts (Pss).
func sessionMiB(pool *runspacepool.RunspacePool) (float64, error) {
	id := pool.ID()
	pids, err := process.Marked(markName, strings.ToUpper(id.String()))
	if err != nil {
		return 0, err
	}
	if len(pids) < 2 {
		return 0, fmt.Errorf("session %v has %d processes", id, len(pids))
	}
	var sum float64
	for _, pid := range pids {
		one, err := proportionalMiB(pid)
		if err != nil {
			return 0, err
		}
		sum += one
	}
	return sum, nil
}

// addSwap adds a file of swap, which only the superuser can, and returns what takes
// it away again.
func addSwap(ctx context.Context) (remove func(), err error) {
	directory, err := os.MkdirTemp("", "winrmd-swap-")
	if err != nil {
		return nil, err
	}
	file := filepath.Join(directory, "swap")
	script := `set -e; umask 077; dd if=/dev/zero of="$1" bs=1M count="$2" status=none; mkswap "$1" >/dev/null; swapon "$1"`
	text, err := exec.CommandContext(ctx, "sh", "-c", script, "sh", file, fmt.Sprint(swapMiB)).CombinedOutput()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%w: %s", err, strings.TrimSpace(string(text))), os.RemoveAll(directory))
	}
	return func() {
		_ = exec.Command("swapoff", file).Run() // it stays in use where that fails
		_ = os.RemoveAll(directory)
	}, nil
}
