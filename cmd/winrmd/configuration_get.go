package main

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/winrmd/winrmd/configuration"
)

func configurationGetCommand() *cobra.Command {
	var dir, output string
	cmd := &cobra.Command{
		Use:   "get --state DIR [NAME...]",
		Short: "Show session configurations",
		Long: "Show all session configurations, or those with the given names, in any case of letters.\n" +
			"In a name * stands for any characters and ? for one.",
		ValidArgsFunction: completeSessions(&dir, true),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := checkOutput(output, false); err != nil {
				return err
			}
			store, err := openSettings(dir)
			if err != nil {
				return err
			}
			list, err := selectSessions(store, dir, args)
			if err != nil {
				return err
			}
			return printSessions(cmd.OutOrStdout(), output, list)
		},
	}
	stateFlag(cmd, &dir)
	cmd.Flags().StringVar(&output, "output", outputTable, "table or json")
	completeFlag(cmd, "output", outputTable, outputJSON)
	return cmd
}

// selectSessions are the session configurations that names ask for, all if there
// are none. A name without wildcards must be there, as for the cmdlet.
func selectSessions(store *configuration.Store, dir string, names []string) ([]configuration.Session, error) {
	for _, name := range names {
		if isPattern(name) {
			continue
		}
		if _, err := findSession(store, dir, name); err != nil {
			return nil, err
		}
	}
	var list []configuration.Session
	for _, s := range store.Sessions() {
		if len(names) == 0 || matchesAny(names, s.Name) {
			list = append(list, s)
		}
	}
	return list, nil
}

func isPattern(name string) bool { return strings.ContainsAny(name, "*?") }

func matchesAny(patterns []string, name string) bool {
	for _, p := range patterns {
		if matchName(p, name) {
			return true
		}
	}
	return false
}

// matchName reports whether a name is what a pattern says, in any case of
// letters: * stands for any characters, ? for one.
func matchName(pattern, name string) bool {
	p, n := []rune(configuration.FoldName(pattern)), []rune(configuration.FoldName(name))
	// Where the last * is, and what it stands for so far: only that one is ever
	// taken back, so that no pattern takes more than len(p)*len(n) steps.
	i, star, taken := 0, -1, 0
	for j := 0; j < len(n); {
		switch {
		case i < len(p) && p[i] == '*':
			star, taken = i, j
			i++
		case i < len(p) && (p[i] == '?' || p[i] == n[j]):
			i, j = i+1, j+1
		case star >= 0:
			taken++
			i, j = star+1, taken
		default:
			return false
		}
	}
	for i < len(p) && p[i] == '*' {
		i++
	}
	return i == len(p)
}
