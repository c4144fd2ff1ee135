package process

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestFindScopes(t *testing.T) {
	const (
		unified   = "30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n"
		hybrid    = "31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw\n32 31 0:29 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n"
		container = "30 23 0:26 /docker/abc /sys/fs/cgroup ro - cgroup2 cgroup ro\n"
		blank     = `30 23 0:26 / /my\040groups rw - cgroup2 cgroup2 rw` + "\n"
		service   = "/system.slice/winrmd.service"
	)
	tests := []struct{ name, mounts, groups, want string }{
		{"root", unified, "0::/\n", "/sys/fs/cgroup"},
		{"service", unified, "0::" + service + "\n", "/sys/fs/cgroup" + service},
		{"hybrid", hybrid, "8:pids:/x\n1:name=systemd:/y\n0::/z\n", "/sys/fs/cgroup/unified/z"},
		{"colon", unified, "0::/a:b\n", "/sys/fs/cgroup/a:b"},
		{"in a scope", unified, "0::" + service + "/winrmd-1\n", "/sys/fs/cgroup" + service},
		{"below a scope", unified, "0::/winrmd-1/x/winrmd-2/y\n", "/sys/fs/cgroup"},
		{"a unit with our name", unified, "0::/system.slice/winrmd-x.service\n", "/sys/fs/cgroup/system.slice/winrmd-x.service"},
		{"part of it mounted", container, "0::/docker/abc/d\n", "/sys/fs/cgroup/d"},
		{"another part mounted", container, "0::/docker/abcd\n", ""},
		{"second mount", container + hybrid, "0::/x\n", "/sys/fs/cgroup/unified/x"},
		{"blank in the path", blank, "0::/x y\n", "/my groups/x y"},
		{"above the namespace", unified, "0::/../x\n", ""},
		{"root above the namespace", strings.Replace(container, "/docker/abc", "/../x", 1), "0::/x\n", ""},
		{"no cgroup v2", "32 31 0:29 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n", "1:cpu:/\n0::/\n", ""},
		{"not in cgroup v2", unified, "1:cpu:/\n", ""},
		{"rubbish", "x\n - cgroup2 \n\n", "0::\n", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := findScopes(test.mounts, test.groups)
			if test.want == "" {
				assert.ErrorIs(t, err, ErrNoCgroup)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, test.want, got)
		})
	}
}
