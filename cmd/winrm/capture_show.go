package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"
	"unicode"

	"github.com/spf13/cobra"

	"github.com/winrmd/winrmd/psrp"
	"github.com/winrmd/winrmd/replay"
	"github.com/winrmd/winrmd/wsman/capture"
)

// captureShow is what of a conversation is shown.
type captureShow struct {
	psrp, xml bool
	html      string
}

func captureShowCommand() *cobra.Command {
	s := &captureShow{}
	cmd := &cobra.Command{
		Use:   "show FILE",
		Short: "Show a conversation: a line per operation",
		Long: "Show a conversation: for each operation its time, shell, command, sizes of request and answer, and what\n" +
			"came of it.",
		Args: exactly(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := capture.ReadFile(args[0])
			if err != nil {
				return err
			}
			if s.html != "" {
				f, err := os.Create(s.html)
				if err != nil {
					return err
				}
				if err := captureHTML(f, c, args[0]); err != nil {
					f.Close()
					return err
				}
				return f.Close()
			}
			return s.show(cmd.OutOrStdout(), c)
		},
	}
	f := cmd.Flags()
	f.BoolVar(&s.psrp, "psrp", false, "show PowerShell's messages inside")
	f.BoolVar(&s.xml, "xml", false, "show the envelopes")
	f.StringVar(&s.html, "html", "", "write a page with a sequence diagram instead")
	return cmd
}

// show writes the lines.
func (s *captureShow) show(w io.Writer, c *capture.Conversation) error {
	for _, head := range [][2]string{{"", c.Title}, {"client: ", c.Client}, {"server: ", c.Server}, {"source: ", c.Source}} {
		if head[1] != "" {
			fmt.Fprintln(w, head[0]+oneLine(head[1]))
		}
	}
	messages := replay.Messages(c)
	for i := range c.Exchanges {
		line := summarize(c, i)
		fmt.Fprintln(w, line)
		if s.psrp {
			for _, m := range messages[i] {
				fmt.Fprintln(w, "       "+messageLine(m))
			}
		}
		if s.xml {
			for _, m := range []capture.Message{c.Exchanges[i].Request, c.Exchanges[i].Response} {
				if m.Body != "" {
					if _, err := fmt.Fprintln(w, capture.Indent(m.Body)+"\n"); err != nil {
						return err
					}
				}
			}
		}
	}
	return nil
}

// summary is an exchange at a glance.
type summary struct {
	Number           int
	Time, Took       string
	Operation        string
	Shell, Command   string
	Sent, Received   int
	Outcome          string
	Fault            bool
	RequestMessages  []string
	ResponseMessages []string
	Request          string
	Response         string
}

func (s summary) String() string {
	line := fmt.Sprintf("%4d  %-12s %-11s %-8s %-8s %7d %7d  %s", s.Number, s.Time, s.Operation, s.Shell, s.Command, s.Sent, s.Received, s.Outcome)
	return strings.TrimRight(line, " ")
}

// summarize is the line of an exchange.
func summarize(c *capture.Conversation, i int) summary {
	x := &c.Exchanges[i]
	asked, answer := capture.Describe(x.Request.Body), capture.Describe(x.Response.Body)
	s := summary{
		Number: i + 1, Operation: asked.Operation(), Sent: len(x.Request.Body) + x.Request.Sealed,
		Received: len(x.Response.Body) + x.Response.Sealed, Fault: answer.Fault,
	}
	if !x.Time.IsZero() {
		s.Time = x.Time.UTC().Format("15:04:05.000")
	}
	if x.Took > 0 {
		s.Took = x.Took.Round(time.Millisecond).String()
	}
	switch {
	case s.Operation != "":
	case x.Request.Sealed > 0:
		s.Operation = "(sealed)"
	case x.Request.Body == "":
		s.Operation = "(log on)"
	default:
		s.Operation = "(other)"
	}
	s.Operation = oneLine(s.Operation)
	s.Shell, s.Command = short(orElse(asked.ShellID, answer.ShellID)), short(orElse(asked.CommandID, answer.CommandID))
	s.Outcome = oneLine(outcome(x, answer))
	return s
}

// short is enough of an id to know it again.
func short(id string) string {
	id = strings.TrimPrefix(id, "uuid:")
	return oneLine(id[:min(8, len(id))])
}

// outcome is what came of a request.
func outcome(x *capture.Exchange, answer capture.Description) string {
	switch {
	case !x.Answered():
		return "no answer: " + orElse(x.Error, "not recorded")
	case answer.Fault:
		return strings.TrimSpace(fmt.Sprintf("fault %s %s: %s", answer.FaultNumber, answer.FaultSubcode, strings.TrimSpace(answer.FaultReason)))
	case x.Response.Body == "":
		return fmt.Sprintf("HTTP %d", x.Response.Status)
	}
	var words []string
	seen := map[string]bool{}
	for _, name := range answer.Streams {
		if !seen[name] {
			seen[name] = true
			words = append(words, name)
		}
	}
	if answer.CommandState != "" {
		words = append(words, answer.CommandState)
	}
	if answer.ExitCode != "" {
		words = append(words, "exit code "+answer.ExitCode)
	}
	if len(words) == 0 {
		return "ok"
	}
	return strings.Join(words, ", ")
}

// messageLine is a message of PowerShell for people.
func messageLine(m replay.Message) string {
	arrow := "->"
	if m.Received {
		arrow = "<-"
	}
	line := fmt.Sprintf("%s %d %s", arrow, m.ObjectID, m.Type)
	if m.Fragments > 1 {
		line += fmt.Sprintf(" in %d fragments", m.Fragments)
	}
	text := ""
	if p, err := psrp.ReadPlainText(m.Message); err == nil && p.Kind != "session" {
		text = p.Text
	}
	if text == "" {
		text = strings.TrimSpace(strings.TrimPrefix(m.Label(), m.Type.String()))
	}
	if text != "" {
		line += ": " + text
	}
	return clipped(oneLine(line), 200)
}

func clipped(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}

// oneLine is a text on one line that does nothing to a terminal.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\r' || r == '\t' {
			return ' '
		}
		if !unicode.IsPrint(r) {
			return unicode.ReplacementChar
		}
		return r
	}, s)
}
