//go:build linux

package accounts

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/shell/shellhost"
)

// pretend listens in the place of a host and says to be one of a user.
func pretend(socket, user string) error {
	if err := os.Remove(socket); err != nil {
		return err
	}
	listener, err := net.Listen("unix", socket)
	if err != nil {
		return err
	}
	if err := os.Chmod(socket, 0o666); err != nil {
		return err
	}
	fmt.Println("listens")
	return http.Serve(listener, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/watch" {
			fmt.Println("was asked for", r.URL.Path)
			w.WriteHeader(http.StatusNotFound)
			return
		}
		fmt.Println("was greeted")
		_ = json.NewEncoder(w).Encode(shellhost.Hello{
			MinProtocol: 1, MaxProtocol: 1, Release: "x", PID: os.Getpid(), Ready: true, User: user, Configuration: "Microsoft.PowerShell",
		})
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	}))
}

// TestImpostor: ann's process in the place of her session's host says that the
// session is bob's. The daemon, which was not there when that happened, knows
// better: bob is not shown a session in which ann would read what he types.
func TestImpostor(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "")
	w.open(w.ann)
	ctx, cancel := context.WithTimeout(t.Context(), 2*patience)
	defer cancel()
	socket := filepath.Join(w.Shells(), w.shellOf(w.ann), "sock")
	require.NoError(t, w.Crash())
	require.NoError(t, exec.Command("pkill", "-KILL", "-u", w.ann.Name).Run())
	assert.Eventually(t, func() bool { return len(owned(t, w.ann)) == 0 }, patience, 10*time.Millisecond)

	impostor := exec.CommandContext(ctx, "/proc/self/exe", "winrmd-test-impostor", socket, w.bob.Name)
	impostor.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(w.ann.UID), Gid: uint32(w.ann.GID)}}
	impostor.Dir, impostor.Env = "/", []string{}
	said := &lockedLog{}
	impostor.Stdout, impostor.Stderr = said, said
	require.NoError(t, impostor.Start())
	defer func() {
		require.NoError(t, impostor.Process.Kill())
		_ = impostor.Wait() // killed
	}()
	require.Eventually(t, func() bool { return said.String() == "listens\n" }, patience, 10*time.Millisecond, "%s", said)

	require.NoError(t, w.Restart())
	pools, err := w.client(w.bob).Pools(ctx)
	require.NoError(t, err)
	assert.Empty(t, pools)
	assert.Contains(t, said.String(), "was greeted", "the daemon has found it")
	assert.NotContains(t, said.String(), "was asked", "and has told it nothing")
	assert.Contains(t, w.log.String(), "was started for")
}
