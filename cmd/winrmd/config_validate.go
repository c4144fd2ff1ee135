package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/winrmd/winrmd/configuration"
	"github.com/winrmd/winrmd/configuration/account"
	"github.com/winrmd/winrmd/configuration/certmapping"
	"github.com/winrmd/winrmd/configuration/users"
)

func configValidateCommand() *cobra.Command {
	var dir string
	var service string
	var admission account.Admission
	cmd := &cobra.Command{
		Use:   "validate --state DIR",
		Short: "Check all settings files without serving",
		Long: "Check winrmd.toml, the session configurations, users.toml and certmapping.toml. Each error is a line\n" +
			"FILE:LINE:COLUMN: KEY: WHAT on standard output. What is allowed but will hardly do what was meant is a\n" +
			"warning on standard error. Nothing is made or changed. Where winrmd serve has --min-account-id,\n" +
			"--session-account or --service-account, give the same here: accounts that it would refuse are warned of.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if _, err := os.Stat(dir); err != nil {
				return fmt.Errorf("state directory: %w", err)
			}
			counts, failures := checkFiles(dir)
			for _, err := range failures {
				fmt.Fprintln(cmd.OutOrStdout(), strings.ReplaceAll(err.Error(), "\n", " "))
			}
			admission.Names = append(admission.Names, service) // as which sessions run, too
			for _, doubt := range allDoubts(cmd.Context(), dir, admission) {
				fmt.Fprintln(cmd.ErrOrStderr(), "warning:", doubt)
			}
			if n := len(failures); n > 0 {
				return fmt.Errorf("%s not good: %s", dir, plural(n, "error"))
			}
			_, err := fmt.Fprintln(cmd.OutOrStdout(), "ok:", counts)
			return err
		},
	}
	stateFlag(cmd, &dir)
	admissionFlags(cmd.Flags(), &admission)
	cmd.Flags().StringVar(&service, "service-account", defaultServiceAccount, "the account that winrmd runs as")
	return cmd
}

// checkFiles reads every settings file. The counts say what is in them.
func checkFiles(dir string) (counts string, failures []error) {
	failures = flatten(configuration.Validate(dir))
	people, err := users.Open(filepath.Join(dir, usersFile)).List()
	failures = append(failures, flatten(err)...)
	mappings, err := certmapping.Open(filepath.Join(dir, mappingFile)).Entries()
	failures = append(failures, flatten(err)...)
	if len(failures) > 0 {
		// In an order that does not change from one look to the next.
		slices.SortStableFunc(failures, func(a, b error) int { return strings.Compare(fileOf(a), fileOf(b)) })
		return "", failures
	}
	return fmt.Sprintf("winrmd.toml, %s, %s, %s", plural(len(existingSessions(dir)), "session configuration"),
		plural(len(people), "user"), plural(len(mappings), "certificate mapping")), nil
}

// fileOf is the file that an error is about; empty if it is about none.
func fileOf(err error) string {
	var e *configuration.FileError
	if errors.As(err, &e) {
		return e.File
	}
	return ""
}

// allDoubts are the warnings about the files of a state directory, as far as
// they can be read.
func allDoubts(ctx context.Context, dir string, admission account.Admission) []*configuration.FileError {
	store := configuration.Look(dir, slog.New(slog.DiscardHandler))
	service := store.Service()
	all := usersFileDoubts(ctx, dir, service, admission)
	for _, s := range store.Sessions() {
		for _, key := range idle(s) {
			all = append(all, &configuration.FileError{Key: key, Err: fmt.Errorf("kept, without effect for Plugin %q", s.Plugin)})
		}
		all = append(all, doubts(dir, service, s, admission)...)
		for _, e := range all {
			if e.File == "" {
				e.File = filepath.Join(dir, "configurations", s.Name+".toml")
			}
		}
	}
	return all
}

// flatten lists the errors that were joined.
func flatten(err error) []error {
	if err == nil {
		return nil
	}
	if joined, ok := err.(interface{ Unwrap() []error }); ok { //nolint:errorlint // only what is joined here, not what it wraps
		var all []error
		for _, e := range joined.Unwrap() {
			all = append(all, flatten(e)...)
		}
		return all
	}
	return []error{err}
}

// sessionOf is the name of the session configuration that a file has.
func sessionOf(file string) string {
	if filepath.Base(filepath.Dir(file)) != "configurations" {
		return ""
	}
	return strings.TrimSuffix(filepath.Base(file), filepath.Ext(file))
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// exists says what is wrong with the path of a file that must be there.
func exists(path string) error {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("there is no file %s", path)
	case err != nil:
		return err
	case info.IsDir():
		return fmt.Errorf("%s is a directory", path)
	}
	return nil
}
