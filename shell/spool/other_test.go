package spool_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/shell"
	"github.com/winrmd/winrmd/shell/spool"
)

// variable tells a test binary that it is another process with a spool.
const variable = "WINRMD_TEST_SPOOL"

func otherConfig() (spool.Config, bool) {
	var c spool.Config
	text, ok := os.LookupEnv(variable)
	if !ok {
		return c, false
	}
	if err := json.Unmarshal([]byte(text), &c); err != nil {
		panic(err)
	}
	return c, true
}

// otherRecords is how many records another process writes at most, and
// otherContent is what is in them.
const otherRecords = 20

func otherContent(i int) []byte { return pattern(i, 1000) }

// runOther fills a spool, says which records there are, and waits to be
// killed.
func runOther(c spool.Config) {
	s, err := spool.Open(c)
	if err != nil {
		panic(err)
	}
	for i := range otherRecords {
		r, err := s.Append(otherContent(i))
		if errors.Is(err, shell.ErrSpoolFull) {
			break
		}
		if err != nil {
			panic(err)
		}
		fmt.Println(r.Ref())
	}
	fmt.Println("done")
	_, _ = os.Stdin.Read(make([]byte, 1))
}

// other is a process with a spool.
type other struct {
	t       *testing.T
	command *exec.Cmd
	output  *bufio.Scanner
}

func startOther(t *testing.T, c spool.Config) *other {
	t.Helper()
	text, err := json.Marshal(c)
	require.NoError(t, err)
	o := &other{t: t, command: exec.Command(os.Args[0])}
	o.command.Env = append(os.Environ(), variable+"="+string(text))
	o.command.Stderr = os.Stderr
	_, err = o.command.StdinPipe() // held open, so that it waits
	require.NoError(t, err)
	out, err := o.command.StdoutPipe()
	require.NoError(t, err)
	o.output = bufio.NewScanner(out)
	require.NoError(t, o.command.Start())
	t.Cleanup(o.kill)
	return o
}

// refs waits until it has written all that it can.
func (o *other) refs() []string {
	o.t.Helper()
	var all []string
	for o.output.Scan() {
		if o.output.Text() == "done" {
			return all
		}
		all = append(all, o.output.Text())
	}
	require.Fail(o.t, "the other process ended", "%v", o.output.Err())
	return nil
}

func (o *other) kill() {
	_ = o.command.Process.Kill()
	_ = o.command.Wait() // of a process that was killed it is always an error
}
