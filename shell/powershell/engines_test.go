package powershell

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// fake is an engine that is a shell script.
func fake(t *testing.T, script string) func(*world) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "engine")
	require.NoError(t, os.WriteFile(path, []byte("#!/bin/sh\n"+script+"\n"), 0o755))
	return func(w *world) { w.config.Engine = path }
}

// acknowledge is shell code that acknowledges every packet until the input
// ends or a session is closed, as an engine does.
const acknowledge = `
acknowledge() {
  while read -r line; do
    kind=${line#<}; kind=${kind%% *}
    id=${line#*PSGuid=\'}; id=${id%%\'*}
    echo "<${kind}Ack PSGuid='$id' />"
    case $line in "<Close PSGuid='00000000-"*) exit 0 ;; esac
  done
}
`

// arguments changes the engine's arguments.
func arguments(list ...string) func(*world) {
	return func(w *world) { w.config.Arguments = list }
}

// buffers sets how much a shell may hold.
func buffers(size int) func(*world) {
	return func(w *world) { w.cfg.BufferSize = size }
}
