package shellhost

import (
	"context"
	"errors"
	"io"
	"os"
	"time"
)

// pipes are what a host is told by, and says that it is ready by.
type pipes struct {
	stdin, stdout *os.File // the host's ends
	tells, hears  *os.File // the daemon's
}

func newPipes() (*pipes, error) {
	p := &pipes{}
	var err error
	if p.stdin, p.tells, err = os.Pipe(); err != nil {
		return nil, err
	}
	if p.hears, p.stdout, err = os.Pipe(); err != nil {
		return nil, errors.Join(err, p.stdin.Close(), p.tells.Close())
	}
	return p, nil
}

// passed closes the host's ends, which it has now.
func (p *pipes) passed() {
	p.stdin.Close()
	p.stdout.Close()
}

// tell tells the host what it is for and waits until it is ready. What waits has
// its end with the pipes, which on Windows have no deadlines.
func (p *pipes) tell(ctx context.Context, input []byte, timeout time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	told := make(chan error, 1)
	go func() { told <- p.exchange(input) }()
	select {
	case err := <-told:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (p *pipes) exchange(input []byte) error {
	if _, err := p.tells.Write(input); err != nil {
		return err
	}
	if err := p.tells.Close(); err != nil {
		return err
	}
	word := make([]byte, len(readyWord))
	if _, err := io.ReadFull(p.hears, word); err != nil {
		return err
	}
	if string(word) != readyWord {
		return errors.New("it says something else than that it is ready")
	}
	return nil
}

func (p *pipes) close() {
	for _, f := range []*os.File{p.stdin, p.stdout, p.tells, p.hears} {
		f.Close() // those that are closed stay so
	}
}
