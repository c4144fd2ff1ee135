package shell_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"testing"

	"github.com/winrmd/winrmd/shell"
	"github.com/winrmd/winrmd/shell/shelltest"
)

// benchShell has one command, and buffers as the server has by default.
func benchShell(b *testing.B) (*shell.Shell, *shell.Command) {
	cfg := newConfiguration(&shelltest.Plugin{})
	cfg.BufferSize, cfg.SpoolSize = 10<<20, 64<<20
	dir := shell.NewDirectory()
	b.Cleanup(dir.Close)
	sh, err := dir.Create(b.Context(), shell.Spec{
		OpenRequest: shell.OpenRequest{ShellID: shape}, Client: owner, Configuration: cfg, ClientNamed: true,
	})
	if err != nil {
		b.Fatal(err)
	}
	cmd, err := sh.Command(b.Context(), owner, "", &shell.CommandRequest{})
	if err != nil {
		b.Fatal(err)
	}
	return sh, cmd
}

// BenchmarkDelivery is the way of a piece from Put to an answer, an engine and
// a client running side by side; one op is one piece. Run with
// -benchtime=200000x.
func BenchmarkDelivery(b *testing.B) {
	for _, size := range []int{300, 32 << 10} {
		for name, class := range map[string]shell.Class{"output": shell.ClassDrop, "urgent": shell.ClassKeep} {
			b.Run(fmt.Sprintf("%s/%d", name, size), func(b *testing.B) {
				sh, cmd := benchShell(b)
				data := shell.Base64Data(make([]byte, size))
				b.SetBytes(int64(size))
				b.ReportAllocs()
				b.ResetTimer()
				go func() {
					for i := range b.N {
						sh.WaitRoom()
						cmd.Stream("stdout").Put(shell.Piece{Data: data, Object: uint64(i + 1), End: true, Class: class})
					}
					cmd.Finish(0)
				}()
				answers, pieces := drain(b, sh, cmd)
				if pieces != b.N {
					b.Fatalf("%d of %d pieces came", pieces, b.N)
				}
				b.ReportMetric(float64(pieces)/float64(answers), "pieces/answer")
			})
		}
	}
}

// drain receives until the command is done.
func drain(b *testing.B, sh *shell.Shell, cmd *shell.Command) (answers, pieces int) {
	for {
		answers++
		a, err := sh.Receive(b.Context(), owner, shell.ReceiveRequest{
			CommandID: cmd.ID(), Streams: []string{"stdout"}, Room: 500 << 10, Overhead: 120,
			Key: shell.Key{MessageID: fmt.Sprint(answers)},
		})
		if err != nil {
			b.Fatal(err)
		}
		pieces += len(a.Parts)
		if a.State == shell.CommandDone {
			return answers, pieces
		}
	}
}

// BenchmarkRoundTrip is one small piece to a Receive that waits.
func BenchmarkRoundTrip(b *testing.B) {
	sh, cmd := benchShell(b)
	ready := make(chan struct{})
	go func() {
		for range ready {
			cmd.Stream("stdout").Put(whole("x"))
		}
	}()
	defer close(ready)
	i := 0
	for b.Loop() {
		i++
		ready <- struct{}{}
		_, err := sh.Receive(b.Context(), owner, shell.ReceiveRequest{
			CommandID: cmd.ID(), Streams: []string{"stdout"}, Room: 1 << 10, Key: shell.Key{MessageID: fmt.Sprint(i)},
		})
		if err != nil && !errors.Is(err, context.Canceled) {
			b.Fatal(err)
		}
	}
}

// BenchmarkDropping is a piece that nobody fetches, in mode Drop.
func BenchmarkDropping(b *testing.B) {
	sh, cmd := benchShell(b)
	mode := shell.Drop
	if err := sh.Disconnect(b.Context(), owner, shell.DisconnectRequest{BufferMode: &mode}); err != nil {
		b.Fatal(err)
	}
	data := shell.Base64Data(make([]byte, 300))
	b.ReportAllocs()
	for b.Loop() {
		cmd.Stream("stdout").Put(shell.Piece{Data: data, Class: shell.ClassDrop})
	}
}

// BenchmarkIdleShell is the memory of a shell with one command that ended.
func BenchmarkIdleShell(b *testing.B) {
	const n = 5000
	for b.Loop() {
		cfg := newConfiguration(&shelltest.Plugin{})
		dir := shell.NewDirectory()
		before := heap()
		for range n {
			sh, err := dir.Create(b.Context(), shell.Spec{Client: owner, Configuration: cfg, ClientNamed: true})
			if err != nil {
				b.Fatal(err)
			}
			if _, err := sh.Command(b.Context(), owner, "", &shell.CommandRequest{}); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(heap()-before)/n, "B/shell")
		dir.Close()
	}
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
