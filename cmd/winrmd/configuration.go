package main

import (
	"errors"
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/winrmd/winrmd/configuration"
)

// configurationCommand has the verbs of PowerShell's cmdlets for session
// configurations (Register-PSSessionConfiguration and so on). All of them change
// files only, which a running server looks at again by itself.
func configurationCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "configuration",
		Short: "Administer session configurations, whether their server runs or not",
		Long: "Administer session configurations: what clients get that open a session by their names.\n" +
			"A running server uses what was changed for the sessions that are opened from then on.",
	}
	cmd.AddCommand(
		configurationGetCommand(), configurationRegisterCommand(), configurationSetCommand(),
		configurationUnregisterCommand(), configurationEnableCommand(true), configurationEnableCommand(false),
		configurationImportCommand(), configurationExportCommand(),
	)
	return cmd
}

// openSettings opens the settings of a state directory for a command that looks
// at or changes some of them: another file with an error is no obstacle. Paths in
// them are absolute, wherever the command was started.
func openSettings(dir string) (*configuration.Store, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	return configuration.OpenLenient(dir, newLogger(false))
}

// findSession is the session configuration of that name in any case of letters.
// A file with an error is told as that.
func findSession(store *configuration.Store, dir, name string) (configuration.Session, error) {
	if session, ok := store.Session(name); ok {
		return session, nil
	}
	var all []error
	for _, err := range flatten(configuration.Validate(dir)) {
		var e *configuration.FileError
		if errors.As(err, &e) && configuration.FoldName(sessionOf(e.File)) == configuration.FoldName(name) {
			all = append(all, err)
		}
	}
	if len(all) > 0 {
		return configuration.Session{}, errors.Join(all...)
	}
	return configuration.Session{}, fmt.Errorf("%s: %w", name, configuration.ErrNotFound)
}
