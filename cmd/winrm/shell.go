package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/wsmanclient"
)

// exitShell is the status of `winrm shell` where the command did not end by
// itself, as ssh has it: all others are the command's own.
const exitShell = 255

// remoteExit is the exit code of a command that was run.
type remoteExit struct{ code int }

func (e *remoteExit) Error() string {
	return fmt.Sprintf("the command ended with exit code %d", e.code)
}

// status is the code as far as a system has room for it; of what has failed it is
// never 0.
func (e *remoteExit) status() int {
	if runtime.GOOS == "windows" {
		return e.code
	}
	if low := e.code & 0xFF; low != 0 || e.code == 0 {
		return low
	}
	return exitOther
}

// shellFailure is what kept a command from ending by itself.
type shellFailure struct{ err error }

func (e *shellFailure) Error() string { return e.err.Error() }

func (e *shellFailure) Unwrap() error { return e.err }

// commandShell is a command line that is run in a shell of its own.
type commandShell struct {
	connection *connection
	config     wsmanclient.ShellConfig
	command    wsmanclient.CommandConfig
	variables  []string
	noInput    bool
}

func shellCommand(c *connection) *cobra.Command {
	s := &commandShell{connection: c}
	var configuration string
	cmd := &cobra.Command{
		Use:   "shell COMMAND [ARGUMENT...]",
		Short: "Run a command line at a server (WinRS)",
		Long: "Run a command line at a server in a shell of its own, which ends with it. Standard input, output and\n" +
			"error are the command's. Arguments are joined with blanks, as ssh does. Ctrl-C is the command's, too;\n" +
			"the second one ends the shell.\n\n" +
			"Exit status: the command's, or 255 where it did not end by itself.",
		Example: "  winrm shell --url server hostname\n  winrm shell --url server --no-stdin 'uname -a; exit 3'",
		Args:    atLeast(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			s.command.Line, s.command.Arguments = args[0], args[1:]
			if configuration != "" {
				s.config.ResourceURI = expand("shell/" + configuration)
			}
			err := s.run(cmd)
			if _, ended := errors.AsType[*remoteExit](err); err != nil && !ended {
				return &shellFailure{err}
			}
			return err
		},
	}
	f := cmd.Flags()
	f.SetInterspersed(false) // what comes after the command is the command's
	f.StringVar(&s.config.WorkingDirectory, "directory", "", "directory that the command begins in")
	f.StringArrayVar(&s.variables, "environment", nil, "an environment variable NAME=VALUE; can be repeated")
	f.BoolVar(&s.config.NoProfile, "no-profile", false, "do not load the user's profile")
	f.UintVar(&s.config.CodePage, "code-page", 0, "the console's code page (default the server's)")
	f.BoolVar(&s.config.Compression, "compression", false, "compress what goes over the network")
	f.BoolVar(&s.command.SkipShell, "skip-shell", false, "run the program without a command interpreter")
	f.BoolVar(&s.noInput, "no-stdin", false, "give the command no input")
	f.StringVar(&configuration, "configuration", "", "a session configuration of Plugin winrs (default cmd)")
	return cmd
}

// run runs the command and returns a *remoteExit unless it ends with 0.
func (s *commandShell) run(cmd *cobra.Command) error {
	for _, v := range s.variables {
		name, value, ok := strings.Cut(v, "=")
		if !ok || name == "" {
			return usage("--environment %q is no NAME=VALUE", v)
		}
		s.config.Environment = append(s.config.Environment, wsmanclient.Variable{Name: name, Value: value})
	}
	client, err := s.connection.client(cmd)
	if err != nil {
		return err
	}
	defer client.Close()
	ctx, cancel := context.WithCancelCause(cmd.Context())
	defer cancel(nil)
	shell, err := client.CreateShell(ctx, s.config)
	if err != nil {
		return err
	}
	defer remove(shell, cmd.ErrOrStderr())
	command, err := shell.Command(ctx, s.command)
	if err != nil {
		return err
	}
	stop := forwardInterrupts(command, cancel, cmd.ErrOrStderr())
	defer stop()
	if s.noInput {
		err = command.Send(ctx, "stdin", nil, true)
	} else {
		go func() {
			if err := sendInput(ctx, command, cmd.InOrStdin()); err != nil {
				cancel(err)
			}
		}()
	}
	if err != nil {
		return err
	}
	code, err := output(ctx, command, cmd.OutOrStdout(), cmd.ErrOrStderr())
	if err == nil && code != 0 {
		return &remoteExit{code}
	}
	return err
}

// removeTimeout is how long is waited for the end of a shell that is not needed
// any more.
const removeTimeout = 10 * time.Second

// remove ends a shell, also where what was asked for is over.
func remove(shell *wsmanclient.Shell, stderr io.Writer) {
	ctx, cancel := context.WithTimeout(context.Background(), removeTimeout)
	defer cancel()
	if err := shell.Delete(ctx); err != nil && !errors.Is(err, wsman.CodeUnexpectedSelectors) {
		fmt.Fprintln(stderr, "winrm: the shell", shell.ID(), "may be left at the server:", message(err))
	}
}

// inputPiece is how much input goes in one request: base64, it fits the
// smallest envelope that servers take by default.
const inputPiece = 64 << 10

// sendInput sends what is read, to its end. A command that has ended wants no more,
// which is no error.
func sendInput(ctx context.Context, command *wsmanclient.Command, r io.Reader) error {
	buffer := make([]byte, inputPiece)
	for {
		n, reading := r.Read(buffer)
		end := errors.Is(reading, io.EOF)
		if n > 0 || end {
			if err := command.Send(ctx, "stdin", buffer[:n], end); errors.Is(err, wsman.CodeUnexpectedSelectors) {
				return nil
			} else if err != nil {
				return fmt.Errorf("input: %w", err)
			}
		}
		if end {
			return nil
		}
		if reading != nil {
			return fmt.Errorf("input: %w", reading)
		}
	}
}

// output writes what a command puts out until its end, and returns its exit
// code.
func output(ctx context.Context, command *wsmanclient.Command, stdout, stderr io.Writer) (int, error) {
	receiver := command.Receiver("stdout", "stderr")
	var buffer []byte
	code := 0
	for {
		out, err := receiver.Next(ctx)
		if err != nil {
			return 0, err
		}
		for i := range out.Streams {
			stream := &out.Streams[i]
			if buffer, err = stream.AppendBytes(buffer[:0]); err != nil {
				return 0, err
			}
			w := stdout
			if stream.Name == "stderr" {
				w = stderr
			}
			if _, err := w.Write(buffer); err != nil {
				return 0, err
			}
		}
		if out.HasExitCode {
			code = int(int32(out.ExitCode))
		}
		if out.Done() {
			return code, command.Close(ctx)
		}
	}
}

var errInterrupted = errors.New("interrupted")

// forwardInterrupts gives the first Ctrl-C to the command, and takes the second
// for the wish to end.
func forwardInterrupts(command *wsmanclient.Command, end context.CancelCauseFunc, stderr io.Writer) (stop func()) {
	interrupts := make(chan os.Signal, 2)
	signal.Notify(interrupts, os.Interrupt)
	done := make(chan struct{})
	go func() {
		for n := 0; ; n++ {
			select {
			case <-done:
				return
			case <-interrupts:
			}
			if n > 0 {
				end(errInterrupted)
				return
			}
			ctx, cancel := context.WithTimeout(context.Background(), removeTimeout)
			if err := command.Signal(ctx, wsman.SignalCtrlC); err != nil {
				fmt.Fprintln(stderr, "winrm:", message(err))
			}
			cancel()
		}
	}()
	return func() { signal.Stop(interrupts); close(done) }
}
