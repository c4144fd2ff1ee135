package process

import (
	"io"
	"io/fs"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/windows"
)

// everyone is a security descriptor by which all may do all: whom tests run as is
// not theirs to say.
const everyone = "D:(A;;GA;;;WD)"

// confined starts a process that ends with its input.
func confined(t *testing.T, name string, l Limits) (*exec.Cmd, io.Closer, *Job) {
	t.Helper()
	c := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestRead$")
	c.Env = append(os.Environ(), readVariable+"=1")
	stdin, err := c.StdinPipe()
	require.NoError(t, err)
	job, warning, err := StartConfined(c, name, everyone, l)
	require.NoError(t, err)
	require.NoError(t, warning)
	return c, stdin, job
}

func newName() string { return strings.ToUpper(uuid.NewString()) }

// TestStartConfined: neither the job's name nor what is in it goes when who made it
// lets go.
func TestStartConfined(t *testing.T) {
	name := newName()
	c, stdin, job := confined(t, name, Limits{MemoryMB: 512, Processes: 7})
	require.NoError(t, job.Close())
	use, err := UseOf(name)
	require.NoError(t, err, "the process holds it")
	assert.Equal(t, 1, use.Processes)
	_, _, err = StartConfined(exec.CommandContext(t.Context(), os.Args[0]), name, everyone, Limits{})
	require.ErrorIs(t, err, fs.ErrExist)
	require.NoError(t, stdin.Close())
	require.NoError(t, c.Wait(), "it was let go")
	assert.Eventually(t, func() bool { _, err := UseOf(name); return err != nil }, time.Minute, 10*time.Millisecond)
	_, err = UseOf(name)
	require.ErrorIs(t, err, ErrNoLimit)
}

func TestKillConfined(t *testing.T) {
	name := newName()
	require.NoError(t, KillConfined(name), "there is none")
	c, _, job := confined(t, name, Limits{})
	require.NoError(t, KillMarked(t.Context(), "", name))
	require.Error(t, c.Wait())
	assert.Equal(t, uint32(killedExitCode), uint32(c.ProcessState.ExitCode()))
	require.NoError(t, job.Close())

	c, _, job = confined(t, newName(), Limits{})
	require.NoError(t, job.Kill())
	require.Error(t, c.Wait())
	require.NoError(t, job.Close())
}

// TestConfine puts a process that runs into a job.
func TestConfine(t *testing.T) {
	c := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestRead$")
	c.Env = append(os.Environ(), readVariable+"=1")
	stdin, err := c.StdinPipe()
	require.NoError(t, err)
	require.NoError(t, c.Start())
	name := newName()
	require.NoError(t, Confine(name, c.Process.Pid, Limits{Processes: 3}))
	use, err := UseOf(name)
	require.NoError(t, err)
	assert.Equal(t, 1, use.Processes)
	err = Confine(newName(), c.Process.Pid, Limits{OpenFiles: 5})
	require.ErrorIs(t, err, ErrNoLimit)
	require.ErrorContains(t, err, limitOpenFiles)
	require.NoError(t, stdin.Close())
	require.NoError(t, c.Wait())
}

// TestStartIntoNoJob: what cannot be put into its job does not run.
func TestStartIntoNoJob(t *testing.T) {
	c := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestRead$")
	c.SysProcAttr = &syscall.SysProcAttr{HideWindow: true}
	require.Error(t, startInto(windows.InvalidHandle, c, false))
	assert.NotNil(t, c.ProcessState, "it was waited for")
	for _, name := range []string{"", `a\b`, "a b"} {
		_, err := createJob(name, nil)
		assert.Error(t, err, "%q", name)
	}
}

func TestJobLimits(t *testing.T) {
	limits := jobLimits(Limits{MemoryMB: 512, Processes: 7})
	assert.EqualValues(t, windows.JOB_OBJECT_LIMIT_JOB_MEMORY|windows.JOB_OBJECT_LIMIT_ACTIVE_PROCESS, limits.BasicLimitInformation.LimitFlags,
		"and not the one that ends everything when the job is closed")
	assert.EqualValues(t, 512<<20, limits.JobMemoryLimit)
	assert.EqualValues(t, 8, limits.BasicLimitInformation.ActiveProcessLimit, "and the host")
	assert.Zero(t, jobLimits(Limits{}).BasicLimitInformation.LimitFlags)
}

func TestJobWeight(t *testing.T) {
	for weight, want := range map[int]uint32{1: 1, 9: 1, 10: 2, 100: 5, 10000: 9} {
		assert.Equal(t, want, jobWeight(weight), weight)
	}
}
