//go:build linux && machine

package machine

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestService: what winrmd promises of a machine with systemd and cgroup v2.
func TestService(t *testing.T) {
	s := newService(t, "[Shell]\nReclaimMemoryAfterMs = 2000\n", map[string]string{
		"Small": "MaxMemoryPerShellMB = 96\nMaxProcessesPerShell = 5\nProcessorWeight = 300\n",
		"Light": "ProcessorWeight = 100\n",
		"Heavy": "ProcessorWeight = 300\n",
	})

	t.Run("limits", func(t *testing.T) {
		s := s.sub(t)
		x := s.open("ann", "Small")
		assert.Equal(t, 96<<20, x.number("memory.max"))
		assert.Equal(t, 5*32+128, x.number("pids.max"))
		assert.Equal(t, 300, x.number("cpu.weight"))
		x.start("sleep 1000")
		x.eventually("pgrep -u ann -x sleep", func(text string) bool { return text != "" })
		pid := s.sh("pgrep -u ann -x sleep")
		assert.Contains(t, s.sh("cat /proc/"+pid+"/cgroup"), "winrmd-"+x.id, "what it starts is in its group")
		x.delete()
		x.nothingLeft()
		s.eventually("pgrep -u ann", func(text string) bool { return text == "" })
	})
	t.Run("memory", func(t *testing.T) {
		r := s.sub(t).winrm("ann", "", "shell", "--no-stdin", "--configuration", "Small", "head -c 400m /dev/zero | tail | wc -c; exit 3")
		assert.Equal(t, 3, r.Status, "the command goes on: %s", r.Errors)
		assert.Contains(t, r.Errors, "has reached MaxMemoryPerShellMB: its limit is 96 MiB and its use was ")
	})
	t.Run("processes", func(t *testing.T) {
		s := s.sub(t)
		const bomb = "bomb() { bomb | bomb & }; bomb 2>/dev/null; sleep 3; exit 3"
		r := s.winrm("ann", "", "shell", "--no-stdin", "--configuration", "Small", bomb)
		assert.Contains(t, r.Errors, "has reached MaxProcessesPerShell: its limit is 5 processes and its use was ")
		s.eventually("pgrep -u ann", func(text string) bool { return text == "" })
		assert.Equal(t, "bob\n", s.winrm("bob", "", "shell", "--no-stdin", "id -un").Output, "others go on")
	})
	t.Run("weights", func(t *testing.T) {
		s := s.sub(t)
		light, heavy := s.open("ann", "Light"), s.open("ann", "Heavy")
		const busy = "while :; do :; done"
		for _, x := range []*session{light, heavy} {
			x.start(busy)
			x.start(busy)
		}
		// From when all four run, so long that a moment does not count.
		time.Sleep(2 * time.Second)
		before := []int{light.processorTime(), heavy.processorTime()}
		time.Sleep(10 * time.Second)
		after := []int{light.processorTime(), heavy.processorTime()}
		share := float64(after[1]-before[1]) / float64(after[0]-before[0])
		t.Logf("%d and %d µs: 1 to %.2f", after[0]-before[0], after[1]-before[1], share)
		assert.Greater(t, share, 2.0)
		assert.Less(t, share, 4.5)
		for _, x := range []*session{light, heavy} {
			x.delete()
			x.nothingLeft()
		}
	})
	t.Run("memory given back", func(t *testing.T) {
		s := s.sub(t)
		r := s.winrm("ann", "", "session", "new", "--configuration", "winrmd.demo")
		require.Zero(t, r.Status, "%s%s", r.Output, r.Errors)
		x := &session{s, "ann", "winrmd.demo", strings.TrimSpace(r.Output)}
		x.eventually("cat "+x.group()+"/memory.swap.current", func(text string) bool {
			n, err := strconv.Atoi(text)
			// Some is soon used again on a busy machine, by the host's own clocks. In a
			// guest with memory to spare nothing else puts any there.
			return err == nil && n > 256<<10
		})
		t.Logf("%s bytes are left in memory of %s, %s are in swap", x.value("memory.current"), x.value("memory.peak"), x.value("memory.swap.current"))
		r = s.winrm("ann", "", "session", "remove", x.id)
		require.Zero(t, r.Status, "%s%s", r.Output, r.Errors)
		x.nothingLeft()
	})
	t.Run("restart", func(t *testing.T) {
		s := s.sub(t)
		x := s.open("bob", "Small")
		x.start("sleep 1000")
		x.eventually("pgrep -u bob -x sleep", func(text string) bool { return text != "" })
		sleeper, daemon := s.sh("pgrep -u bob -x sleep"), s.sh("systemctl show -p MainPID winrmd")
		s.sh("systemctl restart winrmd")
		assert.Equal(t, "winrmd", s.sh("ps -o user= -p $(systemctl show --value -p MainPID winrmd)"),
			"it gives the superuser's rights up, as at its first start")
		assert.NotEqual(t, daemon, s.sh("systemctl show -p MainPID winrmd"))
		assert.Equal(t, sleeper, s.sh("pgrep -u bob -x sleep"), "the session goes on")
		x.start("echo $PPID; touch after")
		x.eventually("ls ~bob/after", func(text string) bool { return strings.HasSuffix(text, "after") })
		x.delete()
		s.eventually("pgrep -u bob", func(text string) bool { return text == "" })
		x.nothingLeft()
	})
	t.Run("PAM", func(t *testing.T) { testPAM(t, s.sub(t)) })
	t.Run("end", func(t *testing.T) {
		s := s.sub(t)
		s.sh("systemctl stop winrmd")
		s.eventually("pgrep -a winrmd", func(text string) bool { return text == "" })
		assert.Equal(t, "success", s.sh("systemctl show --value -p Result winrmd"))
		assert.Empty(t, s.sh("find /sys/fs/cgroup -name 'winrmd-*-*'"), "no group of a session")
	})
}
