//go:build linux

package fault

import (
	"errors"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

// fewClients have a session each in the test of the network: a cut costs a
// client little, so that it is the number of requests that counts.
const fewClients = 8

// TestNetworkCut cuts connections at random bytes. A client whose request or
// answer was cut sends the same again, and notices no more than that.
func TestNetworkCut(t *testing.T) {
	cuts := rounds(t, "WINRMD_FAULT_CUTS", 1000, 100)
	chance := seed(t)
	s := start(t, robustSettings)
	w := newWorld(t, s)
	address := strings.TrimSuffix(strings.TrimPrefix(s.HTTP, "http://"), "/wsman")
	p := newProxy(t, address, rand.New(rand.NewPCG(chance, fewClients)), cuts)
	w.config.URL = "http://" + p.listener.Addr().String() + "/wsman"
	w.play(t, fewClients, chance, func() error {
		select {
		case <-p.done:
			t.Logf("%d connections cut", cuts)
			return nil
		case <-w.failed:
			return nil // its clients have said why
		case <-time.After(worldTimeout):
			return errors.New("there were too few requests")
		}
	})
}
