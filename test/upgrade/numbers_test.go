//go:build linux

package upgrade

import (
	"bytes"
	"context"
	"fmt"
	"strconv"

	"github.com/winrmd/winrmd/test/psrpclient"
)

// counting puts out the numbers to last, some each 20 ms.
func counting(last int) string {
	return fmt.Sprintf(`1..%d | ForEach-Object { $_; if ($_ %% 10 -eq 0) { Start-Sleep -Milliseconds 20 } }`, last)
}

// numbers checks that output is 1, 2, 3 and so on.
type numbers struct{ last int }

func (n *numbers) add(clixml []byte) error {
	text, begun := bytes.CutPrefix(bytes.TrimPrefix(clixml, []byte("\xEF\xBB\xBF")), []byte("<I32>"))
	text, ended := bytes.CutSuffix(text, []byte("</I32>"))
	next, err := strconv.Atoi(string(text))
	if !begun || !ended || err != nil {
		return fmt.Errorf("after %d came %.100q", n.last, clixml)
	}
	if next != n.last+1 {
		return fmt.Errorf("after %d came %d", n.last, next)
	}
	n.last = next
	return nil
}

// receiveAll receives the rest of a pipeline's numbers, to last.
func (n *numbers) receiveAll(ctx context.Context, pipeline *psrpclient.Pipeline, last int) error {
	if err := pipeline.Wait(ctx, n.add); err != nil {
		return fmt.Errorf("after %d: %w", n.last, err)
	}
	if n.last != last {
		return fmt.Errorf("it ended with %d, not %d", n.last, last)
	}
	return pipeline.Release(ctx)
}
