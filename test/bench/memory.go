package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"
	"time"

	"github.com/winrmd/winrmd/test/daemon"
	"github.com/winrmd/winrmd/test/psrpclient"
)

// maxSessionMiB is the aim for one idle session.
const maxSessionMiB = 0.5

// measureMemory opens sessions that then do nothing, and looks at how winrmd
// has grown by them.
func (b *bench) measureMemory(ctx context.Context) error {
	if _, err := residentMiB(os.Getpid()); errors.Is(err, fs.ErrNotExist) {
		b.title("memory of winrmd for an idle session: not measured, there is no /proc")
		return nil
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	b.title("memory of winrmd for an idle session")
	worst := 0.0
	for _, m := range []struct {
		name, engine string
		environment  []string
		count        int
		attached     bool
	}{
		{"attached, Receive waiting", self, []string{asRole(roleEngine)}, b.sessions, true},
		{"disconnected", self, []string{asRole(roleEngine)}, b.sessions, false},
		{"attached, real engine", b.engine, nil, b.engines, true},
	} {
		each, err := b.idle(ctx, m.name, m.engine, m.environment, m.count, m.attached)
		if err != nil {
			return err
		}
		if m.engine == self {
			worst = max(worst, each)
		}
	}
	b.aim(worst <= maxSessionMiB, "at most 0.5 MiB of winrmd's memory for an idle session", "%.3f MiB", worst)
	return nil
}

// idle measures count sessions on a server of their own and returns the MiB of
// each.
func (b *bench) idle(ctx context.Context, name, engine string, environment []string, count int, attached bool) (float64, error) {
	var trace gcTrace
	server, err := daemon.Start(daemon.Config{
		Program: b.program, Engine: engine, Environment: append(environment, "GODEBUG=gctrace=1"), Log: &trace,
	})
	if err != nil {
		return 0, err
	}
	defer server.Stop()
	idlers := &idlers{url: server.HTTP}
	defer idlers.abandon()
	// The first sessions bring what all share: code, caches, the server's pools.
	if err := idlers.add(ctx, 3, attached); err != nil {
		return 0, err
	}
	if err := idlers.collect(ctx, &trace); err != nil {
		return 0, err
	}
	before, err := settledMiB(server.PID())
	if err != nil {
		return 0, err
	}
	heap := trace.live()
	if err := idlers.add(ctx, count, attached); err != nil {
		return 0, err
	}
	if err := idlers.collect(ctx, &trace); err != nil {
		return 0, err
	}
	after, err := settledMiB(server.PID())
	if err != nil {
		return 0, err
	}
	live := float64(trace.live()-heap) / float64(count)
	// What the first sessions left behind is used again by the later ones, so
	// the RSS alone can say too little.
	each := max((after-before)/float64(count), live)
	b.line(name, "%4d sessions: RSS %.1f to %.1f MiB, %.3f MiB each; live Go heap %d to %d MiB, %.3f MiB each",
		count, before, after, (after-before)/float64(count), heap, trace.live(), live)
	return each, nil
}

// idlers are clients that do nothing with their sessions.
type idlers struct {
	url     string
	clients []*psrpclient.Client
	waiting sync.WaitGroup
	stop    []context.CancelFunc
}

// add opens sessions, each with a client of its own. An attached client has a
// Receive waiting, as PowerShell has; the others disconnect and go.
func (s *idlers) add(ctx context.Context, count int, attached bool) error {
	for range count {
		client := psrpclient.New(psrpclient.Config{
			URL: s.url, User: daemon.User, Password: daemon.Password, OperationTimeout: time.Minute,
		})
		s.clients = append(s.clients, client)
		pool, err := client.Open(ctx)
		if err != nil {
			return err
		}
		if !attached {
			if err := pool.Disconnect(ctx); err != nil {
				return err
			}
			client.Abandon()
			continue
		}
		ctx, cancel := context.WithCancel(ctx)
		s.stop = append(s.stop, cancel)
		s.waiting.Go(func() {
			for pool.Receive(ctx) == nil { // until it is abandoned
			}
		})
	}
	return nil
}

// maxQuestions is how many requests may be needed until a server has collected
// its garbage twice.
const maxQuestions = 100000

// collect gives the server so much to do that it collects its garbage: the
// second time, of what was garbage at the first.
func (s *idlers) collect(ctx context.Context, trace *gcTrace) error {
	client := psrpclient.New(psrpclient.Config{URL: s.url, User: daemon.User, Password: daemon.Password})
	defer client.Abandon()
	want := trace.count() + 2
	for tries := 0; trace.count() < want; tries++ {
		if tries == maxQuestions {
			return fmt.Errorf("winrmd has not collected garbage twice in %d requests", tries)
		}
		if _, err := client.Identify(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (s *idlers) abandon() {
	for _, c := range s.clients {
		c.Abandon()
	}
	for _, stop := range s.stop {
		stop()
	}
	s.waiting.Wait()
}
