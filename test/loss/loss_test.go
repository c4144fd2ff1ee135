package loss

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/test/psrpclient"
)

// robust is the shortest time after which a silent client counts as lost.
const (
	robust         = time.Second
	robustSettings = "[Shell]\nRobustConnectionTimeoutMs = 1000\n"
)

// workers play their rounds at the same time, each with a pool of its own: a
// round waits for a second, and an engine has a processor for itself.
const workers = 2

// roundTimeout is for one round on a busy machine.
const roundTimeout = 2 * time.Minute

// TestNothingLost plays rounds. In each a script's output is received by a
// client that something happens to.
func TestNothingLost(t *testing.T) {
	t.Parallel()
	server := start(t, robustSettings)
	rounds, seed := rounds(t), seed(t)
	t.Logf("%d rounds, WINRMD_LOSS_SEED=%d", rounds, seed)
	for w := range workers {
		t.Run(strconv.Itoa(w), func(t *testing.T) {
			t.Parallel()
			random := rand.New(rand.NewPCG(seed, uint64(w)))
			c := newHolder(config(server), random)
			pool, err := c.client.Open(within(t, time.Minute))
			require.NoError(t, err)
			c.pool = pool
			for n := w; n < rounds; n += workers {
				one := choose(random, n)
				began := time.Now()
				c, err = one.play(t, c)
				require.NoError(t, err, "round %d: %s", n, one)
				t.Logf("round %d: %s: %v", n, one, time.Since(began).Round(time.Millisecond))
			}
			require.NoError(t, c.pool.Close(within(t, 10*time.Second)))
		})
	}
}

// rounds is how many there are.
func rounds(t *testing.T) int {
	t.Helper()
	if text := os.Getenv("WINRMD_LOSS_ROUNDS"); text != "" {
		n, err := strconv.Atoi(text)
		require.NoError(t, err, "WINRMD_LOSS_ROUNDS")
		return n
	}
	if os.Getenv("CI") == "true" {
		return 100
	}
	return 5
}

func seed(t *testing.T) uint64 {
	t.Helper()
	if text := os.Getenv("WINRMD_LOSS_SEED"); text != "" {
		n, err := strconv.ParseUint(text, 10, 64)
		require.NoError(t, err, "WINRMD_LOSS_SEED")
		return n
	}
	return rand.Uint64()
}

// mishap is what happens to a client.
type mishap string

const (
	// All connections of the client end, at a random moment; another connects.
	killed mishap = "killed, another connects"
	// A connection ends at a random byte of an answer; then as above.
	cutAndKilled mishap = "cut, another connects"
	// The connection ends so, and the same client asks the same again.
	cutAndRepeated mishap = "cut, the same request again"
	// The connection ends so, and the same client reconnects. At once it asks
	// the same again; once it counts as lost, it gets the same unasked.
	cutAndReconnected     mishap = "cut, reconnects at once"
	cutAndReconnectedLate mishap = "cut, reconnects late"
)

// round is one round's choices.
type round struct {
	mishap mishap
	series series
	at     int           // after this number
	bytes  int           // of answers that still come then
	delay  time.Duration // for killed
}

// choose makes the choices of round n: what happens goes round, the rest is
// chance.
func choose(random *rand.Rand, n int) round {
	mishaps := []mishap{killed, cutAndKilled, cutAndRepeated, cutAndReconnected, cutAndReconnectedLate}
	one := round{mishap: mishaps[n%len(mishaps)], series: numbers}
	if random.IntN(4) == 0 {
		one.series = longStrings
	}
	one.at = random.IntN(one.series.last)
	one.bytes = 1 + random.IntN(100000)
	one.delay = time.Duration(random.IntN(int(20 * time.Millisecond)))
	return one
}

// String describes the round.
func (r round) String() string {
	return fmt.Sprintf("%s, %s, after %d and %d bytes or %v", r.mishap, r.series.name, r.at, r.bytes, r.delay)
}

// play plays the round and returns who has the pool at its end.
func (r round) play(t *testing.T, c *holder) (*holder, error) {
	ctx, cancel := context.WithTimeout(t.Context(), roundTimeout)
	defer cancel()
	defer c.fuse.disarm()
	pipeline, err := c.pool.Start(ctx, r.series.script, false)
	if err != nil {
		return c, err
	}
	seen := &tally{series: r.series}
	ended, err := r.receiveUntilMishap(ctx, c, pipeline, seen)
	if err != nil {
		return c, err
	}
	if c.gone() || r.mishap == cutAndKilled && !ended {
		return r.another(ctx, c, pipeline.ID(), *seen)
	}
	if !ended {
		ended, err = r.goOn(ctx, c, pipeline, seen)
	}
	if err == nil && !ended {
		err = pipeline.Wait(ctx, seen.add)
	}
	if err != nil {
		return c, fmt.Errorf("after %d of the same client: %w", seen.last, err)
	}
	return c, errors.Join(pipeline.Release(ctx), checkUnion(*seen, tally{series: r.series}))
}

// receiveUntilMishap receives until an answer does not come, or the pipeline's
// end. Which answer it is, is chance: the fuse and the delay begin at a random
// number.
func (r round) receiveUntilMishap(ctx context.Context, c *holder, p *psrpclient.Pipeline, seen *tally) (ended bool, err error) {
	begun := false
	for !ended {
		if !begun && seen.last >= r.at {
			begun = true
			r.begin(c)
		}
		seen.ask()
		ended, err = p.Receive(ctx, seen.add)
		switch {
		case err == nil:
		case c.gone() || c.fuse.blown():
			return false, happened(err)
		default:
			return false, fmt.Errorf("before anything happened, after %d: %w", seen.last, err)
		}
	}
	c.stopTimer()
	return true, nil
}

// begin lets the mishap happen soon.
func (r round) begin(c *holder) {
	if r.mishap == killed {
		c.abandonAfter(r.delay)
		return
	}
	c.fuse.arm(r.bytes)
}

// happened lets pass the errors that a lost connection makes, and no other.
func happened(err error) error {
	var fault *psrpclient.Fault
	var wrong *seriesError
	if errors.As(err, &fault) || errors.As(err, &wrong) {
		return err
	}
	return nil
}

// goOn does what the same client does after its connection was cut.
func (r round) goOn(ctx context.Context, c *holder, p *psrpclient.Pipeline, seen *tally) (ended bool, err error) {
	if r.mishap == cutAndReconnectedLate {
		time.Sleep(robust + robust/2)
	}
	if r.mishap != cutAndRepeated {
		if err := errors.Join(c.pool.Reconnect(ctx), p.Reconnect(ctx)); err != nil {
			return false, err
		}
	}
	if r.mishap == cutAndReconnectedLate {
		return false, nil
	}
	return p.Repeat(ctx, seen.add)
}

// another connects to the pool once its client counts as lost, and receives
// the rest.
func (r round) another(ctx context.Context, c *holder, pipelineID string, seen tally) (*holder, error) {
	c.abandon()
	next := newHolder(c.base, c.random)
	if err := next.connect(ctx, c.pool.ID()); err != nil {
		return next, err
	}
	pipeline, err := next.pool.ConnectPipeline(ctx, pipelineID)
	if err != nil {
		return next, err
	}
	rest := tally{series: r.series}
	if err := pipeline.Wait(ctx, rest.add); err != nil {
		return next, fmt.Errorf("the other client, after %d and %d: %w", seen.last, rest.last, err)
	}
	return next, errors.Join(pipeline.Release(ctx), checkUnion(seen, rest))
}
