package shellhost

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/wsman"
)

func init() { roles["winrmd-test-peer"] = peerRole }

// nobody is another account.
const nobody = 65534

// peerRole speaks to a host and says on its standard output what it has heard.
func peerRole(arguments []string) error {
	c, err := net.DialTimeout("unix", arguments[0], 5*time.Second)
	if err != nil {
		return err
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(5 * time.Second))
	_, err = io.WriteString(c, "GET "+pathInfo+" HTTP/1.1\r\nHost: winrmd\r\nConnection: close\r\n\r\n")
	answer, err2 := io.ReadAll(c)
	fmt.Printf("user %d heard %q %v\n", os.Geteuid(), answer, errors.Join(err, err2))
	return nil
}

// peer speaks to a host from a process of another account.
func peer(t *testing.T, socket string, uid uint32) string {
	t.Helper()
	// Its own file is reached by way of /proc, because it lies where others
	// may not look.
	cmd := exec.Command("/proc/self/exe", "winrmd-test-peer", socket)
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uid, Gid: uid}}
	cmd.Dir = "/"
	text, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", text)
	return string(text)
}

// TestPeer: only this account and the superuser are let in, also where file
// modes do not keep others out.
func TestPeer(t *testing.T) {
	if os.Geteuid() != 0 && os.Getenv("CI") != "true" {
		t.Skip("needs root, to become somebody else")
	}
	w := newShell(t)
	assert.Contains(t, peer(t, w.socket(), 0), "heard \"HTTP/1.1 400")
	for directory := w.directory; len(directory) > len(os.TempDir()); directory = filepath.Dir(directory) {
		require.NoError(t, os.Chmod(directory, 0o755))
	}
	cmd := exec.Command("/proc/self/exe", "winrmd-test-peer", w.socket())
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	text, err := cmd.CombinedOutput()
	require.Error(t, err, "the modes alone do it")
	assert.Contains(t, string(text), "permission denied")

	require.NoError(t, os.Chmod(w.socket(), 0o666))
	heard := peer(t, w.socket(), nobody)
	assert.Contains(t, heard, fmt.Sprintf("user %d heard \"\"", nobody))
	assert.NotContains(t, heard, "HTTP")
	assert.Contains(t, w.log.String(), fmt.Sprintf("of user %d", nobody))
	assert.Equal(t, 1, strings.Count(w.log.String(), "connection refused"))
	w.must(simpleAsk(wsman.ActionGet, w.id)) // others are let in as before
}
