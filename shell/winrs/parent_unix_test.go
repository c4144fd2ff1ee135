//go:build unix

package winrs

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/shell"
)

// serverVariable makes the test binary a server that another test kills.
const serverVariable = "WINRS_TEST_SERVER"

// actAsServer starts a command, tells its number and waits to be killed.
func actAsServer() {
	dir := shell.NewDirectory()
	ctx := context.Background()
	sh, err := dir.Create(ctx, shell.Spec{Client: alice, Configuration: configuration(Config{})})
	if err == nil {
		r := line("echo $$; exec sleep 1000 0<&-")
		var cmd *shell.Command
		if cmd, err = sh.Command(ctx, alice, "", &r); err == nil {
			var a *shell.Answer
			a, err = sh.Receive(ctx, alice, shell.ReceiveRequest{CommandID: cmd.ID(), Streams: []string{"stdout"}, Room: 1000})
			if err == nil {
				fmt.Print(string(a.Parts[0].Data.Raw()))
				select {}
			}
		}
	}
	fmt.Println(err)
	os.Exit(1)
}

// TestServerKilled: on Linux a command does not outlive the server.
func TestServerKilled(t *testing.T) {
	server := exec.Command(os.Args[0])
	server.Env = append(os.Environ(), serverVariable+"=1")
	out, err := server.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, server.Start())
	pid, err := bufio.NewReader(out).ReadString('\n')
	assert.NoError(t, server.Process.Kill())
	_ = server.Wait()
	require.NoError(t, err)
	if runtime.GOOS == "linux" {
		assertGone(t, strings.TrimSpace(pid))
	}
}

// TestThreadEnds: a command goes on when the thread ends that its request was
// served on, which the kernel would take for the end of its parent.
func TestThreadEnds(t *testing.T) {
	sh := openDefault(t)
	cmds := make(chan *shell.Command)
	go func() {
		runtime.LockOSThread() // never unlocked: the thread ends with the goroutine
		r := line("sleep 0.5; echo done")
		cmd, err := sh.Command(context.Background(), alice, "", &r)
		assert.NoError(t, err)
		cmds <- cmd
	}()
	began := time.Now()
	assert.Equal(t, result{stdout: "done\n"}, finish(t, sh, <-cmds))
	assert.GreaterOrEqual(t, time.Since(began), 400*time.Millisecond)
}
