//go:build !linux && !windows

package main

import (
	"context"
	"log/slog"
	"os"

	"github.com/spf13/cobra"

	"github.com/winrmd/winrmd/shell/shellhost"
)

// systemCommands are commands that only this system has.
func systemCommands() []*cobra.Command { return nil }

// starterClient would ask a starter: there is none here, and every session runs as
// the account of winrmd.
type starterClient struct{}

func (*starterClient) File() *os.File { return nil }

func (o *options) separate(context.Context, *slog.Logger) (*starterClient, error) { return nil, nil }

func (d *daemon) checksPasswords() func(context.Context, []byte) ([]byte, error) { return nil }

func serviceAccount(*starterClient) string { return "" }

func privileged(*starterClient) shellhost.Starter { return nil }

// settleIn has nothing to do where there is no starter.
func settleIn() error { return nil }
