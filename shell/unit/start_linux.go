package unit

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"time"

	"github.com/coreos/go-systemd/v22/dbus"
	godbus "github.com/godbus/dbus/v5"
	"golang.org/x/sys/unix"
)

// stopTimeout is how long the session has to end itself when the unit is stopped.
const stopTimeout = 10 * time.Second

// ordinaryWeight is that of a group of which nothing is said (cgroup v2, cpu.weight).
const ordinaryWeight = 100

// Usable reports whether systemd runs this machine (sd_booted(3)) with all
// controllers in cgroup v2, and this process may ask it for units.
func Usable() bool {
	booted, err := os.Lstat("/run/systemd/system")
	if err != nil || !booted.IsDir() || os.Geteuid() != 0 {
		return false
	}
	var system unix.Statfs_t
	return unix.Statfs("/sys/fs/cgroup", &system) == nil && system.Type == unix.CGROUP2_SUPER_MAGIC
}

// Start has systemd make the unit of a session and put its host there, under its
// limits. It returns when that is done, or ctx ends; then the unit may be there or
// not.
func Start(ctx context.Context, s Scope) error {
	// Over systemd's own socket, for which no bus has to run.
	c, err := dbus.NewSystemdConnectionContext(ctx)
	if err != nil {
		return fmt.Errorf("systemd: %w", err)
	}
	defer c.Close()
	return start(ctx, c, s)
}

// manager is what start needs of a connection.
type manager interface {
	StartTransientUnitContext(ctx context.Context, name, mode string, properties []dbus.Property, ch chan<- string) (int, error)
}

func start(ctx context.Context, m manager, s Scope) error {
	done := make(chan string, 1)
	properties := s.properties()
	_, err := m.StartTransientUnitContext(ctx, s.Name(), "fail", append(properties, policy()), done)
	if unknownProperty(err) { // before systemd 253, which ends no scope for it
		_, err = m.StartTransientUnitContext(ctx, s.Name(), "fail", properties, done)
	}
	if err != nil {
		return fmt.Errorf("systemd: unit %s: %w", s.Name(), err)
	}
	select {
	case result := <-done:
		if result != "done" {
			return fmt.Errorf("systemd: unit %s: the job's result is %s", s.Name(), result)
		}
		return nil
	case <-ctx.Done():
		return fmt.Errorf("systemd: unit %s: %w", s.Name(), ctx.Err())
	}
}

// unknownProperty reports whether systemd is too old for a property.
func unknownProperty(err error) bool {
	refused, ok := errors.AsType[godbus.Error](err)
	return ok && (refused.Name == "org.freedesktop.DBus.Error.PropertyReadOnly" || refused.Name == "org.freedesktop.DBus.Error.UnknownProperty")
}

// policy has a session go on of which the kernel has ended a process for its memory.
func policy() dbus.Property { return property("OOMPolicy", "continue") }

// properties are those of systemd.resource-control(5), systemd.scope(5) and
// systemd.unit(5). Limits are said here and not written into the group's files,
// where systemd would write its own once more.
func (s *Scope) properties() []dbus.Property {
	unlimited := func(n int, unit uint64) uint64 {
		if n <= 0 {
			return math.MaxUint64
		}
		return uint64(n) * unit
	}
	weight := uint64(ordinaryWeight)
	if s.Limits.ProcessorWeight > 0 {
		weight = uint64(s.Limits.ProcessorWeight)
	}
	memory := unlimited(s.Limits.MemoryMB, 1<<20)
	return []dbus.Property{
		dbus.PropDescription(fmt.Sprintf("winrmd session %s of %s", s.ShellID, s.Account)),
		dbus.PropSlice(s.Slice()),
		dbus.PropPids(uint32(s.PID)),
		property("Delegate", true), // the host makes a group for what it starts
		property("CollectMode", "inactive-or-failed"),
		property("TimeoutStopUSec", uint64(stopTimeout.Microseconds())),
		property("MemoryAccounting", true),
		property("TasksAccounting", true),
		// Memory and swap are limited each by itself.
		property("MemoryMax", memory),
		property("MemorySwapMax", memory),
		property("TasksMax", unlimited(s.Limits.Tasks(), 1)),
		property("CPUWeight", weight),
	}
}

func property(name string, value any) dbus.Property {
	return dbus.Property{Name: name, Value: godbus.MakeVariant(value)}
}
