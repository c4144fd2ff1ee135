//go:build unix

package winrs

import (
	"context"
	"crypto/sha256"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/shell"
)

// TestEcho sends 5 MB through cat while it receives.
func TestEcho(t *testing.T) {
	sh := openDefault(t)
	cmd := run(t, sh, line("cat"))
	sent := make([]byte, 5<<20)
	_, _ = rand.NewChaCha8([32]byte{1}).Read(sent)
	errs := make(chan error)
	go func() {
		var err error
		for b := sent; len(b) > 0 && err == nil; {
			n := min(len(b), 100_000)
			err = sh.Send(context.Background(), alice, cmd.ID(), shell.Input{
				Stream: streamStdin, Data: shell.BytesData(b[:n]), End: n == len(b),
			})
			b = b[n:]
		}
		errs <- err
	}()
	out := finish(t, sh, cmd)
	require.NoError(t, <-errs)
	assert.Len(t, out.stdout, len(sent))
	assert.Equal(t, sha256.Sum256(sent), sha256.Sum256([]byte(out.stdout)))
	assert.Zero(t, out.exitCode)
}

func TestSendBase64(t *testing.T) {
	sh := openDefault(t)
	cmd := run(t, sh, line("cat"))
	in := shell.Input{Stream: streamStdin, Data: shell.Base64Data([]byte("aGk=")), End: true}
	require.NoError(t, sh.Send(t.Context(), alice, cmd.ID(), in))
	assert.Equal(t, "hi", finish(t, sh, cmd).stdout)
}

func TestSendRefused(t *testing.T) {
	sh := openDefault(t)
	cmd := run(t, sh, line("cat"))
	err := sh.Send(t.Context(), alice, cmd.ID(), shell.Input{Stream: "pr"})
	assertCode(t, 87, err)
	err = sh.Send(t.Context(), alice, "", shell.Input{Stream: streamStdin})
	assertCode(t, 87, err)
	err = sh.Send(t.Context(), alice, cmd.ID(), shell.Input{Stream: streamStdin, Data: shell.Base64Data([]byte("!"))})
	assertCode(t, 87, err)
}

func TestSendAfterEnd(t *testing.T) {
	sh := openDefault(t)
	cmd := run(t, sh, line("cat; sleep 0.2"))
	require.NoError(t, send(t, sh, cmd, "a", true))
	require.NoError(t, send(t, sh, cmd, "b", false))
	assert.Equal(t, result{stdout: "a"}, finish(t, sh, cmd))
	require.NoError(t, send(t, sh, cmd, "c", true))
}

// TestSendToDeafCommand: a program that closed its stdin takes what comes.
func TestSendToDeafCommand(t *testing.T) {
	sh := openDefault(t)
	cmd := run(t, sh, line("exec 0<&-; echo ready; sleep 1; echo end"))
	require.Equal(t, "ready", firstLine(t, sh, cmd))
	for range 10 {
		require.NoError(t, send(t, sh, cmd, strings.Repeat("x", 1<<20), false))
	}
	assert.Equal(t, "end\n", finish(t, sh, cmd).stdout)
}

// TestSendFull: a program that does not read stops the client, not the server,
// and what was refused was not half taken.
func TestSendFull(t *testing.T) {
	sh := openDefault(t)
	gate := filepath.Join(t.TempDir(), "gate")
	require.NoError(t, syscall.Mkfifo(gate, 0o600))
	cmd := run(t, sh, line("cat <"+gate+" >/dev/null; wc -c"))
	block := strings.Repeat("x", 1<<20)
	taken := 0
	for ; taken < 10; taken++ {
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		err := sh.Send(ctx, alice, cmd.ID(), shell.Input{Stream: streamStdin, Data: shell.BytesData([]byte(block))})
		cancel()
		if err != nil {
			require.ErrorIs(t, err, shell.ErrTimedOut)
			break
		}
	}
	assert.Equal(t, maxInput>>20, taken, "MiB taken")
	require.NoError(t, os.WriteFile(gate, []byte("go"), 0))
	require.NoError(t, send(t, sh, cmd, "", true))
	assert.Equal(t, strconv.Itoa(taken<<20), strings.TrimSpace(finish(t, sh, cmd).stdout))
}
