package winbind

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/test/account"
	"github.com/winrmd/winrmd/wsman/auth/ntlm"
)

// sambaPipe is where ntlm_auth looks for winbindd. It is compiled in.
const sambaPipe = "/run/samba/winbindd/pipe"

// TestSamba logs on through the real ntlm_auth and winbindd. There is no domain:
// winbindd serves the accounts of the machine itself, which takes the same way
// through ntlm_auth.
func TestSamba(t *testing.T) {
	arguments, user, password := startSamba(t)
	host := "WINRMDTEST"
	program, err := exec.LookPath("ntlm_auth")
	require.NoError(t, err)
	v := New(Config{Program: program, Arguments: arguments})
	defer v.Close()
	logOn := func(c ntlm.ClientConfig) error {
		client, server := ntlm.NewClient(c), ntlm.NewServer(&ntlm.ServerConfig{Verifier: v, RequireMIC: true})
		var token []byte
		for {
			token, _, err = client.Initiate(t.Context(), token)
			require.NoError(t, err)
			reply, done, err := server.Accept(t.Context(), token)
			if err != nil {
				return err
			}
			if done {
				// The key that winbindd gave is the client's: what one seals the
				// other can read.
				token, err := client.Session().Wrap(nil, []byte("hello"))
				require.NoError(t, err)
				plain, err := server.Session().Unwrap(token)
				require.NoError(t, err)
				assert.Equal(t, "hello", string(plain))
				return nil
			}
			token = reply
		}
	}
	right := ntlm.ClientConfig{User: user, Domain: host, Hash: ntlm.NewHash(password)}
	require.NoError(t, logOn(right))
	require.NoError(t, logOn(right), "the same process again")
	wrong := right
	wrong.Hash = ntlm.NewHash("other")
	assert.ErrorIs(t, logOn(wrong), ntlm.ErrLogonFailed)
	nobody := right
	nobody.User = "winrmdnobody"
	assert.ErrorIs(t, logOn(nobody), ntlm.ErrLogonFailed)
}

// startSamba runs winbindd with a user, from a configuration of its own.
func startSamba(t *testing.T) (arguments []string, user, password string) {
	user, password = "winrmdsamba", "Kennwort-1"
	for _, program := range []string{"ntlm_auth", "winbindd", "smbpasswd"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skip("needs Samba: apt-get install winbind samba-common-bin")
		}
	}
	if os.Getuid() != 0 {
		t.Skip("winbindd needs root")
	}
	if c, err := net.Dial("unix", sambaPipe); err == nil {
		c.Close()
		t.Skip("a winbindd is running already, and there can be one only")
	}
	dir, err := os.MkdirTemp("", "samba") // short, for the names of sockets
	require.NoError(t, err)
	t.Cleanup(func() { os.RemoveAll(dir) })
	configuration := "[global]\nworkgroup = WINRMDGROUP\nnetbios name = WINRMDTEST\nserver role = standalone server\n" +
		"passdb backend = tdbsam\nntlm auth = ntlmv2-only\nlog file = " + dir + "/log\ninterfaces = lo\nbind interfaces only = yes\n"
	for option, name := range map[string]string{
		"private dir": "private", "state directory": "state", "cache directory": "cache", "lock directory": "lock",
		"pid directory": "pid", "ncalrpc dir": "ncalrpc",
	} {
		require.NoError(t, os.MkdirAll(filepath.Join(dir, name), 0o755))
		configuration += fmt.Sprintf("%s = %s/%s\n", option, dir, name)
	}
	require.NoError(t, os.MkdirAll(filepath.Dir(sambaPipe), 0o755))
	file := filepath.Join(dir, "smb.conf")
	require.NoError(t, os.WriteFile(file, []byte(configuration), 0o600))
	require.NoError(t, account.Change("useradd", "--no-create-home", "--shell", "/usr/sbin/nologin", user))
	t.Cleanup(func() { assert.NoError(t, account.Change("userdel", user)) })
	run(t, password+"\n"+password+"\n", "smbpasswd", "-c", file, "-s", "-a", user)

	winbindd := exec.Command("winbindd", "--foreground", "--no-process-group", "--configfile="+file)
	require.NoError(t, winbindd.Start())
	t.Cleanup(func() {
		_ = winbindd.Process.Signal(os.Interrupt)
		_ = winbindd.Wait()
	})
	arguments = []string{"--configfile=" + file}
	require.Eventually(t, func() bool {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		ping := exec.CommandContext(ctx, "ntlm_auth", "--configfile="+file, "--username="+user, "--domain=WINRMDTEST", "--password="+password)
		return ping.Run() == nil
	}, 30*time.Second, 200*time.Millisecond, "winbindd does not answer")
	return arguments, user, password
}

func run(t *testing.T, input, program string, arguments ...string) {
	c := exec.Command(program, arguments...)
	c.Stdin = strings.NewReader(input)
	out, err := c.CombinedOutput()
	require.NoError(t, err, "%s: %s", program, out)
}
