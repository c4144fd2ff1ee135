package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/winrmd/winrmd/test/machine"
)

// waitDelay is for those that hold a program's output and outlive it.
const waitDelay = 5 * time.Second

// serve runs what comes from the port, everything at the same time, until the port
// ends, which is when the guest does.
func serve() error {
	port, err := open(machine.Port)
	if err != nil {
		return err
	}
	defer port.Close()
	var writing sync.Mutex
	answer := func(r machine.Response) {
		text, err := json.Marshal(r)
		if err != nil {
			return // strings and numbers can always be written
		}
		writing.Lock()
		defer writing.Unlock()
		if _, err := port.Write(append(text, '\n')); err != nil {
			fmt.Fprintln(os.Stderr, "agent:", err)
		}
	}
	answer(machine.Response{})
	for decoder := json.NewDecoder(bufio.NewReader(port)); ; {
		var r machine.Request
		if err := decoder.Decode(&r); err != nil {
			return err
		}
		go func() { answer(run(r)) }()
	}
}

// open opens a port of its name. Without udev there is no link with that name.
func open(name string) (io.ReadWriteCloser, error) {
	files, err := filepath.Glob("/sys/class/virtio-ports/*/name")
	if err != nil {
		return nil, err
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		if strings.TrimSpace(string(text)) == name {
			return os.OpenFile(filepath.Join("/dev", filepath.Base(filepath.Dir(file))), os.O_RDWR, 0)
		}
	}
	return nil, fmt.Errorf("no port %s", name)
}

// run runs a program to its end, or to its time's.
func run(r machine.Request) machine.Response {
	ctx, cancel := context.WithTimeout(context.Background(), time.Duration(r.TimeoutMs)*time.Millisecond)
	defer cancel()
	if len(r.Arguments) == 0 {
		return machine.Response{ID: r.ID, Status: -1, Failure: "no program"}
	}
	c := exec.CommandContext(ctx, r.Arguments[0], r.Arguments[1:]...)
	c.Dir, c.Env, c.Stdin = r.Directory, append(os.Environ(), r.Environment...), strings.NewReader(r.Input)
	if c.Dir == "" {
		c.Dir = "/"
	}
	var output, errs tail
	c.Stdout, c.Stderr = &output, &errs
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	c.Cancel = func() error { return syscall.Kill(-c.Process.Pid, syscall.SIGKILL) }
	c.WaitDelay = waitDelay
	err := c.Run()
	response := machine.Response{ID: r.ID, Output: output.String(), Errors: errs.String(), Status: -1}
	if c.ProcessState != nil {
		response.Status = c.ProcessState.ExitCode()
	}
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil:
		response.Failure = fmt.Sprintf("%s was not at its end after %d ms", r.Arguments[0], r.TimeoutMs)
	case err != nil && !errors.As(err, &exit) && !errors.Is(err, exec.ErrWaitDelay):
		response.Failure = err.Error()
	}
	return response
}

// tail keeps the end of what is written to it.
type tail struct{ bytes.Buffer }

func (t *tail) Write(p []byte) (int, error) {
	n, err := t.Buffer.Write(p)
	if over := t.Len() - machine.MaxOutput; over > 0 {
		t.Next(over)
	}
	return n, err
}
