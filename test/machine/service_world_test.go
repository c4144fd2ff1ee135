//go:build linux && machine

package machine

import (
	"context"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// service is winrmd as a service of the guest's systemd: installed as
// contrib/systemd/winrmd.service says, with an account of its own, for the users
// ann and bob, who are accounts too. sessions are deleted at its end.
type service struct{ *tester }

const (
	state    = "/var/lib/winrmd"
	password = "a pass:word"
	shellURI = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell"
)

// newService installs the service and starts it with settings and configurations.
func newService(t *testing.T, settings string, configurations map[string]string) *service {
	t.Helper()
	s := &service{machine(t)}
	s.sh(`useradd --system winrmd
		for user in ann bob; do useradd --create-home --shell /bin/bash $user; done
		install -m 755 ` + Share + `/winrmd ` + Share + `/winrm /usr/bin
		install -m 644 ` + Share + `/winrmd.service /etc/systemd/system
		install -d -m 711 -o winrmd ` + state + ` ` + state + `/configurations`)
	s.write(state+"/winrmd.toml", settings)
	for name, text := range configurations {
		s.write(state+"/configurations/"+name+".toml", "Plugin = 'winrs'\n"+text)
	}
	for _, user := range []string{"ann", "bob"} {
		s.sh(`printf '%s\n' '` + password + `' | winrmd user add --state ` + state + ` ` + user + ` --password-stdin`)
	}
	s.sh(`chown -R winrmd ` + state + `; systemctl daemon-reload; systemctl start winrmd`)
	t.Cleanup(func() {
		if t.Failed() {
			r, err := s.machine.Run(context.Background(), Request{TimeoutMs: 30_000, Arguments: []string{
				"/bin/sh", "-c", "systemctl status winrmd; journalctl --no-pager -u winrmd | tail -n 80; find /sys/fs/cgroup -name 'winrmd*'"}})
			t.Log(r.Output, r.Errors, err)
		}
	})
	return s
}

func (s *service) write(path, text string) {
	s.Helper()
	r := s.run(Request{Arguments: []string{"tee", path}, Input: text})
	require.Zero(s, r.Status, "%s: %s", path, r.Errors)
}

// sub is the service for a part of its test.
func (s *service) sub(t *testing.T) *service { return &service{&tester{T: t, machine: s.machine}} }

// winrm runs the client as a user, who gives the rest of the arguments.
func (s *service) winrm(user, input string, arguments ...string) Response {
	s.Helper()
	return s.run(Request{
		Arguments: append([]string{"winrm"}, arguments...), Input: input,
		Environment: []string{"HOME=/root", "WINRM_URL=http://127.0.0.1:5985/wsman", "WINRM_USERNAME=" + user, "WINRM_PASSWORD=" + password},
	})
}

// session is a command shell that stays until it is deleted.
type session struct {
	*service
	user, configuration, id string
}

// open opens a session. A name of its client's, as its ShellId, lets it disconnect.
func (s *service) open(user, configuration string) *session {
	s.Helper()
	x := &session{s, user, configuration, strings.ToUpper(uuid.NewString())}
	r := s.winrm(user, `<r:Shell xmlns:r="`+shellURI+`" ShellId="`+x.id+`"><r:InputStreams>stdin</r:InputStreams>`+
		`<r:OutputStreams>stdout stderr</r:OutputStreams></r:Shell>`, "create", "shell/"+configuration, "--file", "-")
	require.Zero(s, r.Status, "%s%s", r.Output, r.Errors)
	return x
}

// start starts a command and does not wait for its end.
func (x *session) start(line string) {
	x.Helper()
	x.invoke("Command", `<r:CommandLine xmlns:r="`+shellURI+`"><r:Command>`+line+`</r:Command></r:CommandLine>`)
}

func (x *session) invoke(action, body string) {
	x.Helper()
	r := x.winrm(x.user, body, "invoke", shellURI+"/"+action, x.resource(), "--file", "-")
	require.Zero(x, r.Status, "%s%s", r.Output, r.Errors)
}

func (x *session) resource() string { return "shell/" + x.configuration + "?ShellId=" + x.id }

func (x *session) delete() {
	x.Helper()
	r := x.winrm(x.user, "", "delete", x.resource())
	require.Zero(x, r.Status, "%s%s", r.Output, r.Errors)
}

// group is the outermost control group of the session, wherever it lies.
func (x *session) group() string {
	x.Helper()
	var outermost string
	for _, path := range strings.Fields(x.sh("find /sys/fs/cgroup -type d -name 'winrmd-" + x.id + "*'")) {
		if outermost == "" || len(path) < len(outermost) {
			outermost = path
		}
	}
	require.NotEmpty(x, outermost, "the session's control group")
	return outermost
}

// value is what a file of the session's group says.
func (x *session) value(file string) string {
	x.Helper()
	return x.sh("cat " + filepath.Join(x.group(), file))
}

func (x *session) number(file string) int {
	x.Helper()
	n, err := strconv.Atoi(x.value(file))
	require.NoError(x, err)
	return n
}

// processorTime is how long the session's processes have run, in microseconds.
func (x *session) processorTime() (usec int) {
	x.Helper()
	_, err := fmt.Sscanf(x.value("cpu.stat"), "usage_usec %d", &usec)
	require.NoError(x, err)
	return usec
}

// nothingLeft waits until a session has neither a group, nor a process, nor a unit.
func (x *session) nothingLeft() {
	x.Helper()
	x.eventually("find /sys/fs/cgroup -name 'winrmd-"+x.id+"*'; pgrep -af "+x.id+
		" | grep -v pgrep; systemctl list-units --all --plain --no-legend 'winrmd-"+x.id+"*'", func(text string) bool { return text == "" })
}

// eventually waits until a script's output is what it should be. The script may fail.
func (s *service) eventually(script string, is func(string) bool) {
	s.Helper()
	for end := time.Now().Add(patience); ; time.Sleep(500 * time.Millisecond) {
		text := strings.TrimSpace(s.sh("{ " + script + "; } || true"))
		if is(text) {
			return
		}
		if time.Now().After(end) {
			assert.Fail(s, "it does not come to be", "%s\n%s", script, text)
			return
		}
	}
}
