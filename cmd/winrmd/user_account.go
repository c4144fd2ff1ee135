package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/winrmd/winrmd/configuration"
	"github.com/winrmd/winrmd/configuration/account"
	"github.com/winrmd/winrmd/configuration/users"
)

// accountFlag adds --account.
func accountFlag(cmd *cobra.Command, local *string) {
	cmd.Flags().StringVar(local, "account", "", "the local `ACCOUNT` that the user's sessions run as "+
		"(default: that of the user's name, if there is one; else that of winrmd)")
}

func userSetCommand() *cobra.Command {
	var dir, local string
	cmd := &cobra.Command{
		Use:   "set --state DIR NAME --account ACCOUNT",
		Short: "Change the local account of a user, who has to log on again; sessions that are there go on",
		Long: "Change the local account that a user's sessions run as. The user has to log on again, and sessions that are\n" +
			"there go on as they are. An empty account stands for the one of the user's name.",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if !cmd.Flags().Changed("account") {
				return errors.New("nothing to set: use --account")
			}
			file, service, err := openUsers(dir)
			if err != nil {
				return err
			}
			if err := file.SetAccount(args[0], local); err != nil {
				return err
			}
			return warnUser(cmd, file, &service, args[0])
		},
	}
	stateFlag(cmd, &dir)
	accountFlag(cmd, &local)
	return cmd
}

// warnUser says what is to be said of a user's account.
func warnUser(cmd *cobra.Command, file *users.File, service *configuration.Service, name string) error {
	user, _, ok, err := file.Find(name)
	if err != nil || !ok {
		return err
	}
	local := account.NewSystem(account.Service{})
	for _, doubt := range userDoubts(cmd.Context(), local, service, []users.User{user}, account.Admission{}) {
		fmt.Fprintln(cmd.ErrOrStderr(), "warning:", doubt)
	}
	return nil
}

func userListCommand() *cobra.Command {
	var dir, output string
	cmd := &cobra.Command{
		Use:   "list --state DIR",
		Short: "List the users with their local accounts",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := checkOutput(output, false); err != nil {
				return err
			}
			file, _, err := openUsers(dir)
			if err != nil {
				return err
			}
			list, err := file.List()
			if err != nil {
				return err
			}
			local := account.NewSystem(account.Service{})
			rows := make([]listedUser, len(list))
			for i, user := range list {
				rows[i] = listedUser{Name: user.Name, NTLM: user.NTLM}
				rows[i].Account, err = userAccount(cmd.Context(), local, user, account.Admission{})
				if err != nil {
					rows[i].Problem = err.Error()
				}
			}
			return printUsers(cmd.OutOrStdout(), output, rows)
		},
	}
	stateFlag(cmd, &dir)
	cmd.Flags().StringVar(&output, "output", outputTable, "print as table or json")
	completeFlag(cmd, "output", outputTable, outputJSON)
	return cmd
}

// listedUser is a user as list tells of it.
type listedUser struct {
	Name string
	// Account is the local account; empty for that of winrmd.
	Account string
	// NTLM is whether NTLM and CredSSP let the user in.
	NTLM bool
	// Problem is what there is against the account.
	Problem string `json:",omitempty"`
}

func printUsers(w io.Writer, output string, rows []listedUser) error {
	if output == outputJSON {
		encoder := json.NewEncoder(w)
		encoder.SetIndent("", "  ")
		return encoder.Encode(rows)
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "NAME\tACCOUNT\tNTLM\tPROBLEM")
	for _, r := range rows {
		name, problem := r.Account, r.Problem
		if name == "" {
			name = "-"
		}
		if problem == "" {
			problem = "-"
		}
		fmt.Fprintf(t, "%s\t%s\t%t\t%s\n", r.Name, name, r.NTLM, problem)
	}
	return t.Flush()
}
