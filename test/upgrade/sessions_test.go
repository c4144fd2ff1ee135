//go:build linux

package upgrade

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/winrmd/winrmd/test/psrpclient"
)

// user is a PowerShell session and what its client does around an upgrade.
type user struct {
	name   string
	before func(ctx context.Context, u *user) error
	after  func(ctx context.Context, u *user) error

	server   *server
	client   *psrpclient.Client
	pool     *psrpclient.Pool
	pipeline *psrpclient.Pipeline
	numbers  numbers
	received chan error
}

// counted is how far the sessions count: for some 10 s.
const counted = 4000

// streaming is a user whose client receives all the time.
func streaming() *user {
	return &user{
		name: "streaming",
		before: func(ctx context.Context, u *user) (err error) {
			if u.pipeline, err = u.pool.Start(ctx, counting(counted), false); err != nil {
				return err
			}
			go func() { u.received <- u.numbers.receiveAll(ctx, u.pipeline, counted) }()
			return nil
		},
		after: func(_ context.Context, u *user) error { return <-u.received },
	}
}

// away is a user whose client has disconnected; another one connects.
func away() *user {
	return &user{
		name: "away",
		before: func(ctx context.Context, u *user) (err error) {
			if u.pipeline, err = u.pool.Start(ctx, counting(counted), false); err != nil {
				return err
			}
			return u.pool.Disconnect(ctx)
		},
		after: func(ctx context.Context, u *user) (err error) {
			u.client = psrpclient.New(u.server.config())
			if u.pool, err = u.client.Connect(ctx, u.pool.ID()); err != nil {
				return err
			}
			if u.pipeline, err = u.pool.ConnectPipeline(ctx, u.pipeline.ID()); err != nil {
				return err
			}
			return u.numbers.receiveAll(ctx, u.pipeline, counted)
		},
	}
}

// waiting is a user with a Receive that waits for what comes only after the
// upgrade.
func waiting() *user {
	return &user{
		name: "waiting",
		before: func(ctx context.Context, u *user) (err error) {
			if u.pipeline, err = u.pool.Start(ctx, `$input | ForEach-Object { $_ }`, true); err != nil {
				return err
			}
			go func() { u.received <- u.numbers.receiveAll(ctx, u.pipeline, 3) }()
			return nil
		},
		after: func(ctx context.Context, u *user) error {
			for n := 1; n <= 3; n++ {
				if err := u.pipeline.Send(ctx, fmt.Sprintf("<I32>%d</I32>", n)); err != nil {
					return err
				}
			}
			return errors.Join(u.pipeline.EndInput(ctx), <-u.received)
		},
	}
}

// openers is how many sessions are opened at the same time: an engine that
// starts takes a second of a processor.
const openers = 3

// users opens as many sessions of each kind.
func users(ctx context.Context, t *testing.T, s *server, each int) []*user {
	t.Helper()
	var all []*user
	for range each {
		all = append(all, streaming(), away(), waiting())
	}
	eachUser(t, all, openers, func(u *user) (err error) {
		u.server, u.client, u.received = s, s.client(t), make(chan error, 1)
		u.pool, err = u.client.Open(ctx)
		return err
	})
	eachUser(t, all, len(all), func(u *user) error { return u.before(ctx, u) })
	return all
}

// goOn lets the users finish what they began.
func goOn(ctx context.Context, t *testing.T, all []*user) {
	t.Helper()
	eachUser(t, all, len(all), func(u *user) error {
		if err := u.after(ctx, u); err != nil {
			return err
		}
		defer u.client.Abandon()
		return u.pool.Close(ctx)
	})
}

func eachUser(t *testing.T, all []*user, limit int, do func(*user) error) {
	t.Helper()
	var group errgroup.Group
	group.SetLimit(limit)
	for i, u := range all {
		group.Go(func() error {
			if err := do(u); err != nil {
				err = fmt.Errorf("%d, %s: %w", i, u.name, err)
				assert.NoError(t, err)
				return err
			}
			return nil
		})
	}
	require.NoError(t, group.Wait())
}

// run runs a script in a session and returns how many objects came.
func run(ctx context.Context, pool *psrpclient.Pool, script string) (objects int, err error) {
	running, err := pool.Run(ctx, script)
	if err != nil {
		return 0, err
	}
	err = running.Wait(ctx, func([]byte) error {
		objects++
		return nil
	})
	return objects, errors.Join(err, running.Release(ctx))
}

// sessionTime is for what a session does, on a busy machine.
const sessionTime = 3 * time.Minute
