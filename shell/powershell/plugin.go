package powershell

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"slices"

	"github.com/winrmd/winrmd/psrp"
	"github.com/winrmd/winrmd/shell"
)

// Config is what all shells of a session configuration share.
type Config struct {
	// Engine is the program that is run as `Engine -s`: a path, or a name that
	// is looked up in PATH.
	Engine string
	// Arguments come after -s.
	Arguments []string
	// ConfigurationFile is a session configuration file (.pssc) that the engine
	// obeys; empty means none.
	ConfigurationFile string
	// StartupScript is the path of a script that runs when a session is opened,
	// ModulesToImport are the modules that are imported before. Neither goes
	// together with ConfigurationFile: a session configuration file is made for
	// them, in Directory.
	StartupScript   string
	ModulesToImport []string
	// Environment are variables that the engine gets beside those of this
	// process; those that a client sets win.
	Environment []shell.Variable
	// Directory is where files for one session can be made. They are not
	// removed.
	Directory string `json:"-"`
	// MaxObjectSize is the most bytes that one object of a client may have
	// (MaximumReceivedObjectSizeMB); 0 means 10 MiB. MaxDataSize is the most
	// that all objects for one command may have
	// (MaximumReceivedDataSizePerCommandMB); 0 means 50 MiB. An engine takes in
	// what it is given, whether a pipeline reads it or not.
	MaxObjectSize, MaxDataSize int
	Logger                     *slog.Logger `json:"-"`
	// Attach, if not nil, is called with each engine before it is started.
	Attach func(*exec.Cmd) `json:"-"`
	// Bounds, if not nil, tells of the limits of the engine's processes.
	Bounds shell.Bounds `json:"-"`
}

// Plugin opens PowerShell shells.
type Plugin struct{ config Config }

// New makes a plug-in.
func New(config Config) *Plugin {
	if config.MaxObjectSize == 0 {
		config.MaxObjectSize = 10 << 20
	}
	if config.MaxDataSize == 0 {
		config.MaxDataSize = 50 << 20
	}
	if config.Logger == nil {
		config.Logger = slog.New(slog.DiscardHandler)
	}
	return &Plugin{config: config}
}

// stdout is the one output stream of the protocol.
const stdout = "stdout"

// Traits is how PowerShell shells behave on the wire.
func Traits() shell.Traits {
	return shell.Traits{ShellStreams: []string{stdout}, CommandStreams: []string{stdout}}
}

// Open implements shell.Plugin. It returns when the engine has taken what the
// client sent to open the runspace pool.
func (p *Plugin) Open(ctx context.Context, r *shell.OpenRequest, host shell.Host) (shell.Instance, error) {
	if err := checkOptions(r.Options); err != nil {
		return nil, err
	}
	if r.Creation.Empty() {
		return nil, refuse(codeNullInput, "The creationXml of the request is missing or empty.", nil)
	}
	cmd, err := p.command(r)
	if err != nil {
		return nil, err
	}
	log := p.config.Logger.With("shell", r.ShellID)
	s := newSession(r.ShellID, host, limits{p.config.MaxObjectSize, p.config.MaxDataSize}, log)
	if p.config.Attach != nil {
		p.config.Attach(cmd)
	}
	s.bounds = p.config.Bounds
	if s.engine, err = startEngine(cmd, r.ShellID, s, s.limit(), log); err != nil {
		return nil, refuse(codeSessionFailed, fmt.Sprintf("The PowerShell engine %s could not be started.", cmd.Path), err)
	}
	s.tellOfLimits()
	if err = s.Send(ctx, nil, shell.Input{Stream: "stdin", Data: r.Creation}); err == nil {
		err = s.engine.settle(ctx)
	}
	if err != nil {
		s.engine.kill()
		<-s.engine.child.exited
		return nil, notOpened(err)
	}
	return s, nil
}

// notOpened says in words for the client why its session did not come to be.
func notOpened(err error) error {
	if ended, ok := errors.AsType[*shell.EndedError](err); ok {
		return refuse(codeSessionFailed, fmt.Sprintf("The session could not be opened: %v.", ended.Cause), err)
	}
	return err
}

// command is the engine's command line and surroundings.
func (p *Plugin) command(r *shell.OpenRequest) (*exec.Cmd, error) {
	path, err := exec.LookPath(p.config.Engine)
	if err == nil {
		path, err = filepath.Abs(path) // not relative to the session's directory
	}
	if err != nil {
		return nil, refuse(codeSessionFailed, fmt.Sprintf(
			"No PowerShell engine was found as %q. Install PowerShell 7, or name its path with --powershell or as EnginePath of the session configuration. "+
				"Or try the commands written in Go: they are the session configuration winrmd.demo, and with winrmd serve --demo Microsoft.PowerShell.",
			p.config.Engine), err)
	}
	args := append([]string{"-s"}, p.config.Arguments...)
	file, err := p.configurationFile()
	if err != nil {
		return nil, refuse(codeSessionFailed, "The session configuration file could not be made.", err)
	}
	if file != "" {
		args = append(args, "-ConfigurationFile", file)
	}
	cmd := exec.Command(path, args...)
	cmd.Dir = r.WorkingDirectory
	if cmd.Dir == "" {
		cmd.Dir, _ = os.UserHomeDir()
	}
	cmd.Env = os.Environ()
	for _, v := range slices.Concat(p.config.Environment, r.Environment) {
		cmd.Env = append(cmd.Env, v.Name+"="+v.Value)
	}
	return cmd, nil
}

// checkOptions demands a protocol version that the engine speaks.
func checkOptions(options map[string]string) error {
	version, ok := options["PROTOCOLVERSION"]
	if !ok {
		return refuse(codeVersionMissing, "The option protocolversion is missing.", nil)
	}
	if _, err := psrp.NegotiateVersion(version); err != nil {
		return refuse(codeVersionMismatch, versionMismatch, err)
	}
	return nil
}

// versionMismatch is what PowerShell's own plug-in says (MS-PSRP 3.2.5.3.2).
const versionMismatch = `<PSProtocolVersionError ServerProtocolVersion="2.3" ServerBuildVersion="7.0">` +
	"The client's protocol version is not supported. Use 2.0 to 2.3.</PSProtocolVersionError>"
