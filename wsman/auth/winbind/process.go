package winbind

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os/exec"
	"sync"
	"time"
)

// process is one running ntlm_auth, which answers one request after the other.
type process struct {
	command *exec.Cmd
	in      io.WriteCloser
	out     *bufio.Reader
	end     func() // kills it and waits for it; may be called again
}

// killDelay is how long its pipes may stay open after its end, because of
// something that it has started.
const killDelay = time.Second

func start(c *Config) (*process, error) {
	command := exec.Command(c.Program, append([]string{"--helper-protocol=ntlm-server-1"}, c.Arguments...)...)
	command.WaitDelay = killDelay
	in, err := command.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	out, err := command.StdoutPipe()
	if err != nil {
		in.Close()
		return nil, fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	if err := command.Start(); err != nil {
		in.Close()
		out.Close()
		return nil, fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	return &process{command: command, in: in, out: bufio.NewReaderSize(out, maxLine), end: sync.OnceFunc(func() {
		in.Close()
		_ = command.Process.Kill() // it may have ended
		out.Close()
		_ = command.Wait()
	})}, nil
}

// ask sends a request and reads the answer. After an error the process is of no
// more use: nobody knows what it will say next.
func (p *process) ask(ctx context.Context, text []byte) (a answer, err error) {
	stop := context.AfterFunc(ctx, p.end)
	_, err = p.in.Write(text)
	if err == nil {
		a, err = readAnswer(p.out)
	} else {
		err = fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	if !stop() {
		return answer{}, fmt.Errorf("%w: %w", ErrUnavailable, context.Cause(ctx))
	}
	return a, err
}
