package main

import (
	"context"
	"fmt"
	"time"

	"github.com/winrmd/winrmd/test/psrpclient"
)

const (
	// roundTrips is how many are measured on each side in all.
	roundTrips = 300
	// maxRoundTripAbove is the aim, in milliseconds above the pipe.
	maxRoundTripAbove = 0.5
	// maxHostAbove is the aim for what a host of its own costs, in milliseconds.
	maxHostAbove = 0.2
)

// measureRoundTrip runs the script `1` in warm sessions: the time to its end,
// and that with its release.
func (b *bench) measureRoundTrip(ctx context.Context) error {
	return b.withSessions(ctx, func(sides []*side, sessions []psrpclient.Session) error {
		ends, releases := make([]samples, len(sides)), make([]samples, len(sides))
		medians := make([]samples, len(sides))
		requests := make([]int64, len(sides))
		for range 30 { // warms the engines up
			for _, s := range sessions {
				if _, _, err := roundTrip(ctx, s); err != nil {
					return err
				}
			}
		}
		for range b.rounds {
			for i, s := range sessions {
				var one samples
				before := countsOf(sides[i]).Requests
				for range max(roundTrips/b.rounds, 1) {
					end, release, err := roundTrip(ctx, s)
					if err != nil {
						return err
					}
					one = append(one, milliseconds(end))
					releases[i] = append(releases[i], milliseconds(release))
				}
				requests[i] += countsOf(sides[i]).Requests - before
				ends[i] = append(ends[i], one...)
				medians[i] = append(medians[i], one.median())
			}
		}
		b.title(fmt.Sprintf("warm round trip of the script 1, %d each, ms", len(ends[0])))
		for i, one := range sides {
			b.line(one.name, "median %.3f  p99 %.3f  %+.3f   medians of the rounds %s; with release %.3f%s",
				ends[i].median(), ends[i].quantile(0.99), ends[i].median()-ends[sidePipe].median(),
				medians[i].text("%.3f"), releases[i].median(), requestsText(requests[i], len(ends[i])))
		}
		above := ends[sideHTTP].median() - ends[sidePipe].median()
		b.aim(above <= maxRoundTripAbove, "warm round trip at most 0.5 ms above the pipe", "%+.3f ms", above)
		if len(sides) > sideBefore {
			above := ends[sideHTTP].median() - ends[sideBefore].median()
			b.aim(above <= maxHostAbove, "warm round trip at most 0.2 ms above the older winrmd", "%+.3f ms", above)
		}
		return nil
	})
}

// requestsText says how many requests a round trip has.
func requestsText(requests int64, roundTrips int) string {
	if requests == 0 {
		return ""
	}
	return fmt.Sprintf(" and %.2f requests", float64(requests)/float64(roundTrips))
}

// roundTrip runs one script and checks its one output.
func roundTrip(ctx context.Context, s psrpclient.Session) (end, release time.Duration, err error) {
	began := time.Now()
	running, err := s.Run(ctx, "1")
	if err != nil {
		return 0, 0, err
	}
	outputs := 0
	err = running.Wait(ctx, func([]byte) error {
		outputs++
		return nil
	})
	if err == nil && outputs != 1 {
		err = fmt.Errorf("%d outputs", outputs)
	}
	if err != nil {
		return 0, 0, err
	}
	end = time.Since(began)
	err = running.Release(ctx)
	return end, time.Since(began), err
}
