package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/winrmd/winrmd/configuration"
	"github.com/winrmd/winrmd/configuration/account"
	"github.com/winrmd/winrmd/shell/process"
	"github.com/winrmd/winrmd/shell/shellhost"
	"github.com/winrmd/winrmd/shell/starter"
)

// starterName is the command that starts hosts as other accounts.
const starterName = "starter"

// starterSocket is the starter's descriptor of the socket that it is asked by.
const starterSocket = firstFile

// systemCommands are commands that only this system has.
func systemCommands() []*cobra.Command { return []*cobra.Command{starterCommand()} }

// starterClient asks the starter.
type starterClient = starter.Client

// starterCommand is the starter: started by serve, when that is the superuser's.
func starterCommand() *cobra.Command {
	var state string
	var inherited int
	var policy starter.Policy
	cmd := &cobra.Command{
		Use:    starterName,
		Short:  "Start hosts as other accounts; started by serve",
		Hidden: true,
		Args:   cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			// It ends with the daemons that ask it, and by nothing else.
			signal.Ignore(syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGPIPE, syscall.SIGUSR1, syscall.SIGUSR2)
			if err := syscall.SetNonblock(starterSocket, true); err != nil {
				return errors.New("the command is for winrmd serve, which gives it a socket")
			}
			syscall.CloseOnExec(starterSocket)
			syscall.Umask(0o022)
			command, err := hostCommand()
			if err != nil {
				return err
			}
			policy.Directory, policy.Command, policy.Renewal.Arguments = starter.Directory(state), command, os.Args
			if inherited > 0 {
				syscall.CloseOnExec(inherited)
				policy.Renewal.Inherited = os.NewFile(uintptr(inherited), starter.InheritedFlag)
			}
			return starter.Serve(os.NewFile(starterSocket, starterName), policy, newLogger(false))
		},
	}
	cmd.Flags().StringVar(&state, "state", "", "the state directory")
	cmd.Flags().StringVar(&policy.Renewal.Program, "program", "", "the path at which newer versions of this program appear")
	cmd.Flags().IntVar(&inherited, starter.InheritedFlag, 0, "the descriptor of what the version before has told")
	cmd.Flags().StringVar(&policy.Service, "service", "", "the account of the daemon")
	cmd.Flags().IntVar(&policy.Admission.MinID, "min-id", 0, "the smallest number of an account")
	cmd.Flags().StringVar(&policy.PAMHelper, "pam-helper", "", "the path of winrmd-pam")
	cmd.Flags().StringVar(&policy.PAMService, "pam-service", "", "the PAM service of sessions")
	cmd.Flags().StringSliceVar(&policy.Admission.Names, "account", nil, "accounts below it")
	return cmd
}

// separate leaves the superuser's rights with a starter, if this process has them:
// from then on it is the service account's, if there is one. It returns nil where
// it has none, and where the daemon before has handed its starter over.
func (o *options) separate(ctx context.Context, log *slog.Logger) (*starter.Client, error) {
	if f := o.inherited.starter; f != nil {
		client := starter.NewClient(f, log)
		if err := client.Renew(); err != nil {
			log.Warn("the starter stays one of the version before until the service is started again", "error", err)
		}
		return client, starter.Hide()
	}
	if os.Geteuid() != 0 {
		return nil, nil
	}
	state, err := filepath.Abs(o.state)
	if err != nil {
		return nil, err
	}
	if givenBack(state, os.Getenv("STATE_DIRECTORY")) {
		log.Warn("the unit has StateDirectory=, for which systemd gives the state directory back to root at each start, and the sessions with it; take it out of the unit",
			"directory", state)
	}
	if err := os.MkdirAll(starter.Directory(state), 0o711); err != nil {
		return nil, err
	}
	// Nothing of another winrmd's may change hands.
	lock, err := o.inherited.takeLock(state)
	if err != nil {
		return nil, err
	}
	o.inherited.lock = lock.file
	service, err := o.pamService(state, log) // and makes the files that are missing
	if err != nil {
		return nil, err
	}
	name, err := o.findServiceAccount(ctx)
	if err != nil {
		return nil, err
	}
	if name != "" && superusersSessions(state) {
		log.Warn("this winrmd keeps the superuser's rights until it is started without sessions that run as the superuser", "account", name)
		name = ""
	} else if name == "" {
		log.Warn("this winrmd keeps the superuser's rights: there is no account for it; make one (useradd --system "+
			defaultServiceAccount+"), or name one with --service-account", "account", defaultServiceAccount)
	}
	if err := starter.Own(ctx, name, state); err != nil {
		return nil, err
	}
	client, err := o.startStarter(state, name, service, log)
	if err != nil {
		return nil, err
	}
	if name == "" {
		return client, nil
	}
	if err := starter.GiveUp(ctx, name); err != nil {
		return nil, err
	}
	return client, starter.Hide()
}

// givenBack reports whether a state directory is one of those that systemd makes for
// a unit (STATE_DIRECTORY, systemd.exec(5)): it changes the owner of all that is in it
// when the service starts, from the daemon's account to that of the unit.
func givenBack(state, directories string) bool {
	return directories != "" && slices.Contains(strings.Split(directories, ":"), filepath.Clean(state))
}

// superusersSessions reports whether there are sessions that run as the superuser:
// an account without rights could not speak with them.
func superusersSessions(state string) bool {
	entries, err := os.ReadDir(starter.Directory(state))
	if err != nil {
		return false
	}
	return slices.ContainsFunc(entries, func(entry os.DirEntry) bool {
		info, err := entry.Info()
		return err == nil && info.IsDir() && info.Sys().(*syscall.Stat_t).Uid == 0
	})
}

// findServiceAccount is the account that the daemon becomes; empty: it stays what
// it is.
func (o *options) findServiceAccount(ctx context.Context) (string, error) {
	switch o.serviceAccount {
	case "root":
		return "", nil
	case "":
		_, err := account.LookUp(ctx, defaultServiceAccount)
		if notFound := (*account.NotFoundError)(nil); errors.As(err, &notFound) {
			return "", nil
		}
		return defaultServiceAccount, err
	}
	_, err := account.LookUp(ctx, o.serviceAccount)
	return o.serviceAccount, err
}

// pamService is the PAM service of the settings, as they are now.
func (o *options) pamService(state string, log *slog.Logger) (string, error) {
	store, err := configuration.Open(state, log)
	if err != nil {
		return "", err
	}
	return store.Service().Auth.PAMService, nil
}

// startStarter starts the starter of a state directory, for a daemon that becomes
// an account (empty: none) and has a PAM service (empty: none).
func (o *options) startStarter(state, name, service string, log *slog.Logger) (*starter.Client, error) {
	own, its, err := starter.Pair()
	if err != nil {
		return nil, err
	}
	defer its.Close()
	arguments := []string{starterName, "--state", state, "--min-id", strconv.Itoa(o.admission.MinID), "--service", name, "--program", o.program}
	if service != "" {
		helper, err := findHelper()
		if err != nil {
			return nil, fmt.Errorf("Auth.PAMService is set: %w", err)
		}
		arguments = append(arguments, "--pam-service", service, "--pam-helper", helper)
	}
	for _, name := range o.admission.Names {
		arguments = append(arguments, "--account", name)
	}
	cmd := exec.Command("/proc/self/exe", arguments...)
	cmd.Args[0] = o.program
	cmd.Stderr, cmd.Dir, cmd.ExtraFiles = os.Stderr, "/", []*os.File{its}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := process.StartOwn(cmd); err != nil {
		return nil, fmt.Errorf("starter: %w", err)
	}
	go func() {
		log.Error("the starter has ended; no session can be opened as another account until winrmd is started again", "error", cmd.Wait())
	}()
	return starter.NewClient(own, log), nil
}

// checksPasswords has the starter run winrmd-pam; nil where there is none, and
// this process does.
func (d *daemon) checksPasswords() func(context.Context, []byte) ([]byte, error) {
	if d.starter == nil {
		return nil
	}
	return d.starter.Check
}

// serviceAccount is the name of the account as which a starter starts the hosts of
// users who have none.
func serviceAccount(c *starter.Client) string {
	if c == nil {
		return ""
	}
	return c.Service()
}

// privileged is a Router's.
func privileged(c *starter.Client) shellhost.Starter {
	if c == nil {
		return nil
	}
	return c
}

// settleIn makes a host what the starter wants it to be. What holds its PAM session
// open is not passed on: the session ends with the host, whoever is left behind.
func settleIn() error {
	syscall.CloseOnExec(starter.SessionFile)
	return starter.TakeLimits()
}
