package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"

	"github.com/spf13/cobra"

	"github.com/winrmd/winrmd/shell/process"
	"github.com/winrmd/winrmd/shell/shellhost"
)

// shellhostName is the command that runs one shell.
const shellhostName = "shellhost"

// hostCommand is the command line of a host: this very program, also after its
// file was replaced by a newer one.
func hostCommand() ([]string, error) {
	if runtime.GOOS == "linux" {
		return []string{"/proc/self/exe", shellhostName}, nil
	}
	path, err := os.Executable()
	return []string{path, shellhostName}, err
}

// maxStart bounds what a host is told.
const maxStart = 1 << 20

func shellhostCommand() *cobra.Command {
	var verbose bool
	cmd := &cobra.Command{
		Use:    shellhostName,
		Short:  "Host one session; started by serve",
		Hidden: true,
		Args:   cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			surviveDaemon()
			if err := settleIn(); err != nil {
				return err
			}
			var start shellhost.Start
			if err := json.NewDecoder(io.LimitReader(cmd.InOrStdin(), maxStart)).Decode(&start); err != nil {
				return err
			}
			if start.Configuration == nil || start.ShellID == "" || start.Directory == "" {
				return errors.New("the command is for winrmd serve, which tells it what to host")
			}
			log := newLogger(verbose)
			return runHost(cmd.Context(), start, log)
		},
	}
	cmd.Flags().BoolVar(&verbose, "verbose", false, "log every fault, those that are ordinary too")
	return cmd
}

// runHost runs the host of one shell.
func runHost(ctx context.Context, start shellhost.Start, log *slog.Logger) error {
	fence, err := newFence(start.ShellID, log)
	if err != nil {
		return err
	}
	defer fence.close()
	if err := setCredentialCache(start); err != nil {
		return err
	}
	limits := start.Configuration.Limits
	if err := process.LimitFiles(limits.MaxOpenFilesPerShell); err != nil {
		log.Warn("a limit cannot be had", "error", err)
	}
	bounds := newBounds(start.ShellID, limits, log)
	defer bounds.close()
	start.Configuration.Unattended = bounds.reclaimer.unattended
	plugin, err := decodePlugin(&start, fence.attach, bounds, log)
	if err != nil {
		return err
	}
	identity, err := process.Identity(os.Getpid())
	if err != nil {
		return err
	}
	host := shellhost.NewHost(shellhost.HostConfig{
		Start: start, Plugin: plugin, Release: release, Identity: identity, Scope: fence.path(), Clear: fence.clear, Log: log,
	})
	return host.Run(ctx, func() error {
		if err := shellhost.Ready(os.Stdout); err != nil {
			return err
		}
		return os.Stdout.Close()
	})
}

// cacheVariable names the credential cache to everything that uses Kerberos.
const cacheVariable = "KRB5CCNAME"

// setCredentialCache gives what runs in the shell the credentials that its
// client has handed over, and no others: not those of the daemon. The file is
// in the host's directory, and goes with it.
func setCredentialCache(start shellhost.Start) error {
	if err := os.Unsetenv(cacheVariable); err != nil || len(start.CredentialCache) == 0 {
		return err
	}
	path := filepath.Join(start.Directory, "krb5cc")
	if err := os.WriteFile(path, start.CredentialCache, 0o600); err != nil {
		return err
	}
	return os.Setenv(cacheVariable, "FILE:"+path)
}
