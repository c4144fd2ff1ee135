//go:build linux

package fault

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// manyClients have a session each.
const manyClients = 20

// TestDaemonKilled kills the daemon again and again while clients come and go.
// The sessions do not notice, and the clients only by a broken connection. It
// runs alone, as TestNetworkCut does: so many engines leave the processors to
// nobody who must be prompt.
func TestDaemonKilled(t *testing.T) {
	kills := rounds(t, "WINRMD_FAULT_KILLS", 100, 10)
	chance := seed(t)
	s := start(t, robustSettings)
	w := newWorld(t, s)
	w.forgetful = true
	w.play(t, manyClients, chance, func() error {
		random := rand.New(rand.NewPCG(chance, manyClients))
		var down time.Duration
		refused := 0
		for range kills {
			if t.Failed() {
				return nil // the clients have said why
			}
			pause(random, 100*time.Millisecond, 1200*time.Millisecond)
			if err := s.Crash(); err != nil {
				return err
			}
			began := time.Now()
			if random.IntN(10) == 0 { // so long that clients count as lost
				pause(random, time.Second, 2*time.Second)
			}
			tries, err := s.restart()
			if err != nil {
				return err
			}
			refused += tries - 1
			down += time.Since(began)
		}
		t.Logf("killed %d times, and down for %v each time; %d starts refused", kills,
			(down / time.Duration(kills)).Round(time.Millisecond), refused)
		return nil
	})
	require.True(t, s.Running())
}

// restart starts the daemon as a service manager does, again if it ends at once:
// where the one before was killed as it started a host, that process has the
// lock of the state directory for a moment, until it runs its program.
func (s *server) restart() (tries int, err error) {
	const most = 3
	for tries = 1; tries <= most; tries++ {
		if err = s.Restart(); err == nil {
			return tries, nil
		}
		time.Sleep(100 * time.Millisecond)
	}
	return tries, err
}

// pause waits for a time by chance.
func pause(random *rand.Rand, low, high time.Duration) {
	time.Sleep(low + time.Duration(random.Int64N(int64(high-low))))
}
