package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/winrmd/winrmd/replay"
	"github.com/winrmd/winrmd/wsman/capture"
)

// differs is the error of a replay in which something differs.
type differs struct{ exchanges int }

func (e *differs) Error() string { return fmt.Sprintf("%d exchanges differ", e.exchanges) }

// captureReplay is the command line of a replay.
type captureReplay struct {
	connection  *connection
	against     string
	password    string
	placeholder string
	patience    time.Duration
	content     bool
}

func captureReplayCommand(c *connection) *cobra.Command {
	r := &captureReplay{connection: c}
	cmd := &cobra.Command{
		Use:   "replay FILE --against URL",
		Short: "Play the client's side of a conversation to a server and compare the answers",
		Long: "Send the recorded requests to a server, with its ids and keys in the place of the recorded ones, and\n" +
			"compare the answers with the recorded ones by structure: docs/captures.md says what may differ.\n\n" +
			"The last line is \"N exchanges, M differ\". Exit status: 0 none differs, 1 some do.",
		Example: "  winrm capture replay session.yaml --against https://server:5986/wsman --username ann --password-stdin",
		Args:    exactly(1),
		RunE:    func(cmd *cobra.Command, args []string) error { return r.run(cmd, args[0]) },
	}
	f := cmd.Flags()
	f.StringVar(&r.against, "against", "", "URL of the server (or --url, or --connection)")
	f.StringVar(&r.password, "password", "", "the password; others on this machine can see it: rather use --password-stdin")
	f.StringVar(&r.placeholder, "secure-string", replay.DefaultPlaceholder, "what is sent in the place of recorded SecureStrings")
	f.BoolVar(&r.content, "content", false, "compare kinds of values and ids of errors in PowerShell's messages, too")
	f.DurationVar(&r.patience, "patience", replay.DefaultPatience, "how long output is waited for that was recorded")
	return cmd
}

func (r *captureReplay) run(cmd *cobra.Command, name string) error {
	conversation, err := capture.ReadFile(name)
	if err != nil {
		return err
	}
	r.settings(cmd)
	client, err := r.connection.client(cmd)
	if err != nil {
		return err
	}
	defer client.Close()
	report, err := replay.Run(cmd.Context(), conversation, replay.Config{
		Server: client, URL: client.URL(), Placeholder: r.placeholder, Patience: r.patience, Content: r.content,
	})
	if err != nil {
		return err
	}
	return printReport(cmd.OutOrStdout(), report)
}

// settings fits the connection's settings to what this command has of its own.
func (r *captureReplay) settings(cmd *cobra.Command) {
	s := &r.connection.settings
	if r.against != "" {
		s.URL = r.against
		cmd.Flags().Lookup("url").Changed = true
	}
	if cmd.Flags().Changed("password") {
		r.connection.givenPassword = &r.password
	}
	// Who names nobody to log on as does not log on.
	for _, variable := range []string{"WINRM_AUTH", "WINRM_USERNAME", "WINRM_CONNECTION"} {
		if os.Getenv(variable) != "" {
			return
		}
	}
	if s.Auth == "" && s.Username == "" && r.connection.name == "" {
		s.Auth = "none"
		cmd.Flags().Lookup("auth").Changed = true
	}
}

func printReport(w io.Writer, report *replay.Report) error {
	for _, reason := range report.NotPlayed {
		fmt.Fprintln(w, "not played:", reason)
	}
	for _, d := range report.Differences {
		fmt.Fprintln(w, d)
	}
	fmt.Fprintln(w, report)
	if n := report.Differ(); n > 0 {
		return &differs{n}
	}
	return nil
}
