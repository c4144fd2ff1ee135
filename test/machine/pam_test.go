//go:build linux && machine

package machine

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// testPAM: where PAM's service has pam_systemd, a session is one of logind's too,
// from its beginning to its end.
func testPAM(t *testing.T, s *service) {
	s.write("/etc/pam.d/winrmd", "auth required pam_unix.so\naccount required pam_unix.so\nsession required pam_systemd.so\n")
	s.write(state+"/winrmd.toml", "[Auth]\nPAMService = 'winrmd'\n")
	s.sh("install -m 755 " + Share + "/winrmd-pam /usr/bin; systemctl restart winrmd")
	x := s.open("bob", "Small")
	assert.Contains(t, s.sh("loginctl --no-legend list-sessions"), " bob")
	assert.Equal(t, 96<<20, x.number("memory.max"), "its limits are the same")
	x.delete()
	x.nothingLeft()
	s.eventually("loginctl --no-legend list-sessions", func(text string) bool { return !strings.Contains(text, "bob") })
}
