package winrs

import (
	"fmt"
	"os"
	"os/exec"
	"sync"
	"time"

	"github.com/winrmd/winrmd/shell"
	"github.com/winrmd/winrmd/shell/process"
)

// execution is a running command: its process group and its pipes. It lives
// until the group is gone and its output is read.
type execution struct {
	cmd     *shell.Command
	exec    *exec.Cmd
	input   *input
	stdin   *os.File
	outputs []*output
	done    chan struct{} // closed when nothing of it is left

	mu     sync.Mutex
	group  *process.Group
	gone   bool        // the group is gone; its number may be somebody else's
	killAt time.Time   // when the group is killed; zero: no signal asked for it
	killer *time.Timer // kills it then
	killed bool        // it was; who is still there can only be a zombie
	said   string      // what was told of a limit

	bounds shell.Bounds // nil: it has no limits
}

// pipes are the two ends of what connects a command with the server.
type pipes struct{ ours, theirs []*os.File }

// openPipes makes the pipes of stdin, stdout and stderr.
func openPipes() (*pipes, error) {
	p := &pipes{}
	for fd := range 3 {
		r, w, err := os.Pipe()
		if err != nil {
			closeAll(p.ours)
			closeAll(p.theirs)
			return nil, fmt.Errorf("pipe of a command: %w", err)
		}
		if fd == 0 {
			r, w = w, r
		}
		p.ours, p.theirs = append(p.ours, r), append(p.theirs, w)
	}
	return p, nil
}

func closeAll(files []*os.File) {
	for _, f := range files {
		_ = f.Close() // pipes: nothing is left to fail
	}
}

// newProcess starts a program as a command.
func (i *instance) newProcess(cmd *shell.Command, prog program) (*execution, error) {
	pipes, err := openPipes()
	if err != nil {
		return nil, err
	}
	defer closeAll(pipes.theirs)
	c := prog.command()
	c.Env, c.Dir = commandEnvironment(i.environment, i.directory), i.directory
	c.Stdin, c.Stdout, c.Stderr = pipes.theirs[0], pipes.theirs[1], pipes.theirs[2]
	if i.attach != nil {
		i.attach(c)
	}
	g, err := i.starter.Start(c)
	if err != nil {
		closeAll(pipes.ours)
		return nil, err
	}
	p := &execution{
		cmd: cmd, exec: c, group: g, input: newInput(), stdin: pipes.ours[0],
		done: make(chan struct{}), bounds: i.bounds,
	}
	for n, name := range []string{streamStdout, streamStderr} {
		p.outputs = append(p.outputs, &output{
			host: i.host, pipe: pipes.ours[n+1], stream: i.outputStream(cmd, name), done: make(chan struct{}),
		})
	}
	return p, nil
}

// run serves a command to its end and returns its exit code.
func (p *execution) run() (exitCode int) {
	defer close(p.done)
	if p.bounds != nil {
		defer p.bounds.Tell(p.say)()
	}
	var pump sync.WaitGroup
	pump.Go(func() { p.input.pump(p.stdin) })
	for _, o := range p.outputs {
		go o.run() // ends with the group, at the latest by expire
	}
	_ = p.exec.Wait() // how it ended is in ProcessState
	p.input.close()
	_ = p.stdin.Close() // ends a write that nobody reads
	p.endGroup()
	exitCode = exitStatus(p.exec.ProcessState)
	for _, o := range p.outputs {
		o.expire()
	}
	for _, o := range p.outputs {
		<-o.done
	}
	pump.Wait()
	p.obituary(p.exec.ProcessState)
	p.cmd.Finish(exitCode)
	return exitCode
}
