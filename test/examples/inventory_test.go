package examples

import (
	"encoding/json"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// silent is a server that takes connections and says nothing.
func silent(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	done := make(chan struct{})
	go func() {
		defer close(done)
		var all []net.Conn
		for {
			c, err := l.Accept()
			if err != nil {
				break
			}
			all = append(all, c)
		}
		for _, c := range all {
			c.Close()
		}
	}()
	t.Cleanup(func() {
		l.Close()
		<-done
	})
	return "http://" + l.Addr().String() + "/wsman"
}

// nobody is where nobody listens.
const nobody = "http://127.0.0.1:1/wsman"

// TestInventory: servers that answer have a row with what they are, and those
// that do not have one that says why.
func TestInventory(t *testing.T) {
	one, two := start(t), start(t)
	host, err := os.Hostname()
	require.NoError(t, err)
	https := strings.Replace(two.HTTPS, "127.0.0.1", "localhost", 1)
	mute := silent(t)
	type row struct {
		URL, Product, Version, Name, System string
		Processors                          int
		Problem                             string
	}
	ca := filepath.Join(two.State(), "certificate.pem")

	command := example(t, "inventory", "-ca", ca, "-json", "-timeout", "1m", one.HTTP, "-")
	command.Stdin = strings.NewReader(https + "\n\n" + nobody + "\n")
	got := end(t, command)
	assert.Equal(t, 1, got.status)
	assert.Empty(t, got.stderr)
	rows := map[string]row{}
	for line := range strings.Lines(got.stdout) {
		var r row
		require.NoError(t, json.Unmarshal([]byte(line), &r))
		rows[r.URL] = r
	}
	require.Len(t, rows, 3)
	for _, url := range []string{one.HTTP, https} {
		assert.Empty(t, rows[url].Problem)
		assert.Equal(t, "winrmd", rows[url].Product)
		assert.NotEmpty(t, rows[url].Version)
		assert.True(t, strings.EqualFold(host, rows[url].Name), rows[url].Name)
		assert.NotEmpty(t, rows[url].System)
		assert.Positive(t, rows[url].Processors)
	}
	assert.Contains(t, rows[nobody].Problem, "refused")

	// One that says nothing has its time, and keeps nobody.
	got = end(t, example(t, "inventory", "-timeout", "5s", "-at-once", "1", mute, nobody))
	assert.Equal(t, 1, got.status)
	lines := strings.Split(strings.TrimSpace(got.stdout), "\n")
	require.Len(t, lines, 3)
	assert.Regexp(t, `^URL +PRODUCT +VERSION +NAME +SYSTEM +PROCESSORS +PROBLEM$`, lines[0])
	assert.Regexp(t, `^`+mute+` +no answer within 5s$`, lines[1])
	assert.Regexp(t, `^`+nobody+` .*refused$`, lines[2])

	got = end(t, example(t, "inventory", one.HTTP))
	assert.Zero(t, got.status, got.stdout)
	assert.NotContains(t, got.stdout, "no answer")

	wrong := example(t, "inventory", one.HTTP)
	wrong.Env = append(wrong.Env, "REMOTE_PASSWORD=wrong")
	got = end(t, wrong)
	assert.Equal(t, 1, got.status)
	assert.Contains(t, got.stdout, "(see -user, REMOTE_PASSWORD and -ca)")

	got = end(t, example(t, "inventory"))
	assert.Equal(t, 2, got.status)
	assert.Contains(t, got.stderr, "usage: inventory")
}
