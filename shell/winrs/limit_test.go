package winrs

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/shell"
)

// atLimit are bounds that have, or have not, reached a limit just now.
type atLimit struct{ reached *shell.LimitError }

func (b atLimit) Look(starved bool) *shell.LimitError {
	if starved {
		panic("no engine is asked here")
	}
	return b.reached
}

func (atLimit) Tell(func(*shell.LimitError)) (stop func()) { return func() {} }

// TestLimitRefusal: a command that the system does not start for want of room is
// refused with ERROR_NOT_ENOUGH_QUOTA where the session is at a limit, and with
// what the system says otherwise.
func TestLimitRefusal(t *testing.T) {
	t.Parallel()
	processes := &shell.LimitError{Setting: "MaxProcessesPerShell", Limit: 3, Use: 4, Unit: "processes", Effect: "no more"}
	noRoom := &os.PathError{Op: "fork/exec", Path: "/bin/true", Err: syscall.EAGAIN}
	if runtime.GOOS == "windows" {
		noRoom.Err = syscall.Errno(8) // ERROR_NOT_ENOUGH_MEMORY
	}
	for name, test := range map[string]struct {
		bounds shell.Bounds
		cause  error
		want   bool
	}{
		"at the limit":                {atLimit{processes}, noRoom, true},
		"at none":                     {atLimit{}, noRoom, false},
		"without limits":              {nil, noRoom, false},
		"no such program":             {atLimit{processes}, fs.ErrNotExist, false},
		"no such program in the path": {atLimit{processes}, exec.ErrNotFound, false},
		"something else":              {atLimit{processes}, errors.New("the pipe is broken"), false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := (&instance{bounds: test.bounds}).limitRefusal(test.cause)
			if !test.want {
				require.NoError(t, err)
				return
			}
			var refusal *shell.PluginError
			require.ErrorAs(t, err, &refusal)
			assert.EqualValues(t, 0x80070718, refusal.Code)
			assert.Equal(t, "Not enough quota is available to process this command: the session has reached MaxProcessesPerShell: "+
				"its limit is 3 processes and its use was 4 processes; no more.", refusal.Message)
			assert.ErrorIs(t, err, test.cause)
		})
	}
}
