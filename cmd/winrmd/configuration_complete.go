package main

import (
	"log/slog"

	"github.com/spf13/cobra"

	"github.com/winrmd/winrmd/configuration"
)

// completion completes arguments for a shell.
type completion = func(cmd *cobra.Command, args []string, toComplete string) ([]string, cobra.ShellCompDirective)

// completeSessions completes names of session configurations: one, or many.
func completeSessions(dir *string, many bool) completion {
	return func(_ *cobra.Command, args []string, toComplete string) ([]string, cobra.ShellCompDirective) {
		if len(args) > 0 && !many {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		var names []string
		for _, s := range existingSessions(*dir) {
			if matchName(toComplete+"*", s.Name) && !matchesAny(args, s.Name) {
				names = append(names, s.Name)
			}
		}
		return names, cobra.ShellCompDirectiveNoFileComp
	}
}

// existingSessions are the session configurations in a state directory, which is
// not made: somebody may still be typing its name.
func existingSessions(dir string) []configuration.Session {
	return configuration.Look(dir, slog.New(slog.DiscardHandler)).Sessions()
}

// completeNothing completes no argument, not even names of files.
func completeNothing(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return nil, cobra.ShellCompDirectiveNoFileComp
}

// completeFlag gives the values that a flag may have.
func completeFlag(cmd *cobra.Command, flag string, values ...string) {
	mustAdd(cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp)))
}

// mustAdd wants what is done to a flag to have worked: only one that was not
// added could fail.
func mustAdd(err error) {
	if err != nil {
		panic(err)
	}
}

// completeSettings completes Key= for --set, and the values that are known.
func completeSettings(_ *cobra.Command, _ []string, toComplete string) ([]string, cobra.ShellCompDirective) {
	var all []string
	for _, s := range configuration.SessionSettings() {
		key := s.Key() + "="
		for _, v := range values(s) {
			all = append(all, key+v)
		}
		if values(s) == nil {
			all = append(all, key)
		}
	}
	var fitting []string
	for _, c := range all {
		if matchName(toComplete+"*", c) {
			fitting = append(fitting, c)
		}
	}
	return fitting, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
}

// values are the only values that a setting may have; nil if there are more.
func values(s configuration.Setting) []string {
	if s.Type == "boolean" {
		return []string{"true", "false"}
	}
	return s.Values
}
