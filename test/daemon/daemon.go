package daemon

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"
)

// User and Password are the one user of every server.
const (
	User     = "alice"
	Password = "a pass:word"
)

// Config says how a server is made.
type Config struct {
	Program string // winrmd
	Engine  string // the PowerShell engine; empty: what winrmd finds itself
	// Settings is the content of winrmd.toml; empty: every default.
	Settings string
	// Arguments are more of winrmd serve.
	Arguments []string
	// Environment is added to that of this process.
	Environment []string
	// Log takes what the server logs; nil means nobody. For a server that is
	// killed and started again it is a file: the hosts of its sessions hold it.
	Log io.Writer
	// FixedPorts lets the server listen where it will again after a Restart.
	FixedPorts bool
	// Prepare, if not nil, is called with the state directory before the server
	// is started.
	Prepare func(state string) error
}

// Daemon is a winrmd process with a state directory of its own.
type Daemon struct {
	// HTTP and HTTPS are the URLs that it serves.
	HTTP, HTTPS string

	httpAddress, httpsAddress string
	config                    Config
	state                     string
	program                   string
	process                   *exec.Cmd
	exited                    chan struct{}
	err                       error // how it ended; read after exited is closed
}

// Times of a server on a busy machine.
const (
	startTimeout = 30 * time.Second
	stopTimeout  = 30 * time.Second
	// waitDelay is for those that hold a server's stderr and end after it: hosts
	// and, as the superuser, the starter.
	waitDelay = 20 * time.Second
)

// Start starts a server on loopback with one user and waits until it is ready.
func Start(c Config) (*Daemon, error) {
	// The path is short: that of the Unix socket in it is limited.
	state, err := os.MkdirTemp("", "winrmd-")
	if err != nil {
		return nil, err
	}
	d := &Daemon{config: c, state: state, program: c.Program, httpAddress: anyPort, httpsAddress: anyPort}
	if err := d.prepare(); err != nil {
		return nil, errors.Join(err, os.RemoveAll(state))
	}
	if err := d.start(); err != nil {
		return nil, errors.Join(err, os.RemoveAll(state))
	}
	return d, nil
}

// anyPort is for a server that is not started twice.
const anyPort = "127.0.0.1:0"

// prepare fills the state directory.
func (d *Daemon) prepare() (err error) {
	c := d.config
	if c.FixedPorts {
		if d.httpAddress, err = fixedAddress(); err != nil {
			return err
		}
		if d.httpsAddress, err = fixedAddress(); err != nil {
			return err
		}
	}
	if c.Prepare != nil {
		if err := c.Prepare(d.state); err != nil {
			return err
		}
	}
	if err := os.WriteFile(filepath.Join(d.state, "winrmd.toml"), []byte(c.Settings), 0o600); err != nil {
		return err
	}
	return d.AddUser(User)
}

// AddUser adds a user, with Password. Flags are more of winrmd user add.
func (d *Daemon) AddUser(name string, flags ...string) error {
	add := exec.Command(d.program, append([]string{"user", "add", "--state", d.state, name, "--password-stdin"}, flags...)...)
	add.Stdin = strings.NewReader(Password + "\n")
	if output, err := add.CombinedOutput(); err != nil {
		return fmt.Errorf("winrmd user add: %w\n%s", err, output)
	}
	return nil
}

// start starts the server's process and waits until it is ready.
func (d *Daemon) start() error {
	c := d.config
	arguments := []string{"serve", "--state", d.state, "--allow-unencrypted", "--http", d.httpAddress, "--https", d.httpsAddress}
	if c.Engine != "" {
		arguments = append(arguments, "--powershell", c.Engine)
	}
	d.process = exec.Command(c.Program, append(arguments, c.Arguments...)...)
	d.process.Env = append(os.Environ(), c.Environment...)
	d.process.Stderr = c.Log
	d.process.WaitDelay = waitDelay
	d.exited, d.err = make(chan struct{}), nil
	stdout, err := d.process.StdoutPipe()
	if err != nil {
		return err
	}
	if err := d.process.Start(); err != nil {
		return err
	}
	return d.wait(stdout)
}

// wait waits for the one line that the server prints.
func (d *Daemon) wait(stdout io.Reader) error {
	line := make(chan string, 1)
	process, exited := d.process, d.exited
	go func() {
		text, _ := bufio.NewReader(stdout).ReadString('\n')
		line <- text
		d.err = process.Wait()
		close(exited)
	}()
	select {
	case text := <-line:
		if d.parse(text) {
			return nil
		}
		return errors.Join(fmt.Errorf("winrmd is not ready: %q", text), d.Crash())
	case <-time.After(startTimeout):
		return errors.Join(errors.New("winrmd is not ready"), d.Crash())
	}
}

// parse reads "winrmd ready http=ADDR https=ADDR".
func (d *Daemon) parse(line string) bool {
	rest, ok := strings.CutPrefix(strings.TrimSpace(line), "winrmd ready ")
	for _, field := range strings.Fields(rest) {
		scheme, address, _ := strings.Cut(field, "=")
		switch scheme {
		case "http":
			d.HTTP = "http://" + address + "/wsman"
		case "https":
			d.HTTPS = "https://" + address + "/wsman"
		}
	}
	return ok && d.HTTP != "" && d.HTTPS != ""
}

// PID is the server's process.
func (d *Daemon) PID() int { return d.process.Process.Pid }

// TLS trusts the certificate that the server has made itself, and no other.
func (d *Daemon) TLS() (*tls.Config, error) {
	content, err := os.ReadFile(filepath.Join(d.state, "certificate.pem"))
	if err != nil {
		return nil, err
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(content) {
		return nil, errors.New("certificate.pem holds no certificate")
	}
	return &tls.Config{RootCAs: roots, ServerName: "localhost"}, nil
}

// Stop ends every session, asks the server to end, waits for it, and removes
// its state directory.
func (d *Daemon) Stop() error {
	removed := d.removeSessions()
	if runtime.GOOS == "windows" { // which has no SIGTERM
		return errors.Join(removed, d.Kill())
	}
	if err := d.process.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	select {
	case <-d.exited:
		return errors.Join(removed, d.err, os.RemoveAll(d.state))
	case <-time.After(stopTimeout):
		return errors.Join(errors.New("winrmd does not stop on SIGTERM"), d.Kill())
	}
}

// removeSessions ends every session: they outlive their server.
func (d *Daemon) removeSessions() error {
	ctx, cancel := context.WithTimeout(context.Background(), stopTimeout)
	defer cancel()
	output, err := exec.CommandContext(ctx, d.program, "session", "remove", "--state", d.state, "--all").CombinedOutput()
	if err != nil {
		return fmt.Errorf("winrmd session remove --all: %w\n%s", err, output)
	}
	return nil
}

// Kill ends the server at once, and then its sessions.
func (d *Daemon) Kill() error {
	err := d.process.Process.Kill()
	<-d.exited
	return errors.Join(err, d.removeSessions(), os.RemoveAll(d.state))
}
