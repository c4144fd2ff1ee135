package main

import (
	"errors"

	"github.com/spf13/cobra"

	"github.com/winrmd/winrmd/configuration"
)

func configurationRegisterCommand() *cobra.Command {
	var dir, output string
	var force bool
	cmd := &cobra.Command{
		Use:               "register --state DIR NAME",
		Short:             "Make a session configuration",
		Long:              "Make a session configuration. Every setting without a flag has its default.",
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: completeNothing,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := checkOutput(output, true); err != nil {
				return err
			}
			c, err := readChanges(cmd)
			if err != nil {
				return err
			}
			session := configuration.NewSession(args[0])
			if err := c.apply(&session); err != nil {
				return err
			}
			store, err := openSettings(dir)
			if err != nil {
				return err
			}
			if err := register(store, session, force); err != nil {
				return err
			}
			return finish(cmd, dir, output, store, args[0], c)
		},
	}
	stateFlag(cmd, &dir)
	settingFlags(cmd)
	cmd.Flags().BoolVar(&force, "force", false, "take the place of a session configuration of that name")
	changedFlag(cmd, &output)
	return cmd
}

func configurationSetCommand() *cobra.Command {
	var dir, output string
	cmd := &cobra.Command{
		Use:               "set --state DIR NAME",
		Short:             "Change settings of a session configuration",
		Long:              "Change settings of a session configuration, together and or not at all. What has no flag stays as it is.",
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: completeSessions(&dir, false),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := checkOutput(output, true); err != nil {
				return err
			}
			c, err := readChanges(cmd)
			if err != nil {
				return err
			}
			if len(c.edits) == 0 {
				return errNoChange
			}
			store, err := openSettings(dir)
			if err != nil {
				return err
			}
			if _, err := store.ChangeSession(args[0], c.apply); err != nil {
				return err
			}
			return finish(cmd, dir, output, store, args[0], c)
		},
	}
	stateFlag(cmd, &dir)
	settingFlags(cmd)
	changedFlag(cmd, &output)
	return cmd
}

func configurationUnregisterCommand() *cobra.Command {
	var dir string
	cmd := &cobra.Command{
		Use:               "unregister --state DIR NAME...",
		Short:             "Remove session configurations; sessions that were opened with them go on",
		Args:              cobra.MinimumNArgs(1),
		ValidArgsFunction: completeSessions(&dir, true),
		RunE: func(_ *cobra.Command, args []string) error {
			store, err := openSettings(dir)
			if err != nil {
				return err
			}
			var failures []error
			for _, name := range args {
				failures = append(failures, store.Unregister(name))
			}
			return errors.Join(failures...)
		},
	}
	stateFlag(cmd, &dir)
	return cmd
}

// configurationEnableCommand is enable, or disable.
func configurationEnableCommand(enabled bool) *cobra.Command {
	var dir string
	verb, short := "disable", "Let nobody open sessions with session configurations; those that were opened go on"
	if enabled {
		verb, short = "enable", "Let sessions be opened with session configurations"
	}
	cmd := &cobra.Command{
		Use:               verb + " --state DIR NAME...",
		Short:             short,
		Args:              cobra.MinimumNArgs(1),
		ValidArgsFunction: completeSessions(&dir, true),
		RunE: func(_ *cobra.Command, args []string) error {
			store, err := openSettings(dir)
			if err != nil {
				return err
			}
			var failures []error
			for _, name := range args {
				_, err := store.ChangeSession(name, assign("Enabled", enabled))
				failures = append(failures, err)
			}
			return errors.Join(failures...)
		},
	}
	stateFlag(cmd, &dir)
	return cmd
}

// changedFlag adds --output of commands that print nothing without it.
func changedFlag(cmd *cobra.Command, output *string) {
	cmd.Flags().StringVar(output, "output", "", "print the session configuration as table or json (default: nothing)")
	completeFlag(cmd, "output", outputTable, outputJSON)
}

// register makes a session configuration. With force it takes the place of one
// of its name, also of one whose file has an error; there is one at any time.
func register(store *configuration.Store, session configuration.Session, force bool) error {
	err := store.Register(session)
	if !force || !errors.Is(err, configuration.ErrExists) {
		return err
	}
	_, err = store.ChangeSession(session.Name, func(t *configuration.Session) error {
		name := t.Name
		*t = session
		t.Name = name
		return nil
	})
	var broken *configuration.FileError
	if errors.As(err, &broken) && broken.File != "" {
		return errors.Join(store.Unregister(session.Name), store.Register(session))
	}
	return err
}

// finish tells what came of a change.
func finish(cmd *cobra.Command, dir, output string, store *configuration.Store, name string, c *changes) error {
	session, err := findSession(store, dir, name) // as it is read: with absolute paths
	if err != nil {
		return err
	}
	c.report(cmd.ErrOrStderr(), dir, store, session)
	return printChanged(cmd.OutOrStdout(), output, session)
}
