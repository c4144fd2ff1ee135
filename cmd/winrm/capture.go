package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"sync"

	"github.com/spf13/cobra"

	"github.com/winrmd/winrmd/replay"
	"github.com/winrmd/winrmd/wsman/capture"
	"github.com/winrmd/winrmd/wsman/wsmanclient"
)

func captureCommand(c *connection) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "capture",
		Short: "Record, show, replay and play conversations",
		Long: "Conversations between a client and a server as files: record one, read it, play the client's side of it\n" +
			"to a server and see what differs, or the server's side to a client. What is secret does not get into a file.\n\n" +
			"What any other command does is recorded with --capture FILE, messages that are sealed on the way too.",
	}
	cmd.AddCommand(captureRecordCommand(), captureShowCommand(), captureReplayCommand(c), captureServeCommand(), captureConvertCommand())
	return cmd
}

// captureFile is a file that a conversation is written to.
type captureFile struct {
	*capture.Writer
	file io.Closer
}

// createCapture makes a file, for its owner alone: not all that is secret can
// be told by its name.
func createCapture(name string, head *capture.Conversation, keepSecrets bool, known ...string) (*captureFile, error) {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, err
	}
	w, err := capture.NewWriter(f, head, captureFilters(keepSecrets, known...)...)
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return &captureFile{Writer: w, file: f}, nil
}

// captureFilters take out what is secret, and name what is in the streams.
func captureFilters(keepSecrets bool, known ...string) []capture.Filter {
	if keepSecrets {
		return []capture.Filter{&replay.Secrets{Keep: true}}
	}
	return []capture.Filter{&replay.Secrets{Known: known}, &capture.Secrets{Known: known}}
}

// Close writes what was held back.
func (f *captureFile) Close() error { return errors.Join(f.Writer.Close(), f.file.Close()) }

// recorder records what the client of a command line does (--capture FILE).
type recorder struct {
	name string

	mu   sync.Mutex
	file *captureFile
	err  error
}

// attach lets a client tell what it exchanges. known is what must not get into
// the file.
func (r *recorder) attach(config *wsmanclient.Config, known ...string) error {
	if r.name == "" {
		return nil
	}
	var err error
	if r.file, err = createCapture(r.name, &capture.Conversation{Client: "winrm"}, false, known...); err != nil {
		return err
	}
	config.Trace = func(t wsmanclient.Trace) {
		if err := r.file.Add(traced(t)); err != nil {
			r.mu.Lock()
			r.err = err
			r.mu.Unlock()
		}
	}
	return nil
}

// traced is an exchange of a client as one of a file.
func traced(t wsmanclient.Trace) capture.Exchange {
	x := capture.Exchange{Time: t.Began, Took: t.Took, Request: capture.Message{Body: string(t.Request)}}
	if t.Status != 0 {
		x.Response = capture.NewMessage(t.Header, t.Answer)
		x.Response.Status = t.Status
	}
	if t.Err != nil && t.Answer == nil {
		x.Error = t.Err.Error()
	}
	return x
}

// close ends the recording.
func (r *recorder) close() error {
	if r.file == nil {
		return nil
	}
	err := r.file.Close()
	r.mu.Lock()
	defer r.mu.Unlock()
	if err = errors.Join(r.err, err); err != nil {
		return fmt.Errorf("the recording is not complete: %w", err)
	}
	return nil
}

func captureConvertCommand() *cobra.Command {
	var secrets bool
	cmd := &cobra.Command{
		Use:   "convert FILE OUT",
		Short: "Write a conversation of any format (HAR, pypsrp's, winrm4j's) in this program's",
		Args:  exactly(2),
		RunE: func(_ *cobra.Command, args []string) error {
			conversation, err := capture.ReadFile(args[0])
			if err != nil {
				return err
			}
			f, err := createCapture(args[1], conversation, secrets)
			if err != nil {
				return err
			}
			for _, x := range conversation.Exchanges {
				if err := f.Add(x); err != nil {
					return errors.Join(err, f.Close())
				}
			}
			return f.Close()
		},
	}
	cmd.Flags().BoolVar(&secrets, "keep-secrets", false, "write passwords, tokens and keys too")
	return cmd
}
