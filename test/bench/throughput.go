package main

import (
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"time"

	"github.com/winrmd/winrmd/test/psrpclient"
)

// minThroughput is the aim, as a part of the pipe's.
const minThroughput = 0.9

// workload is a script and what it must put out.
type workload struct {
	name, script string
	objects      int
	floor        int64 // bytes of content at least
}

var workloads = []workload{
	{"200,000 small objects", "1..200000", 200000, 200000 * 6},
	{"200 strings of 1 MB", "1..200 | ForEach-Object { [string]::new([char](65 + $_ % 26), 1MB) }", 200, 200 << 20},
}

// content is what was decoded.
type content struct {
	objects  int
	bytes    int64
	checksum uint32 // CRC-32C over every object's CLIXML in order
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func (c *content) add(clixml []byte) error {
	c.objects++
	c.bytes += int64(len(clixml))
	c.checksum = crc32.Update(c.checksum, castagnoli, clixml)
	return nil
}

// measureThroughput runs scripts with much output.
func (b *bench) measureThroughput(ctx context.Context) error {
	return b.withSessions(ctx, func(sides []*side, sessions []psrpclient.Session) error {
		for _, w := range workloads {
			if err := b.throughput(ctx, w, sides, sessions); err != nil {
				return err
			}
		}
		return nil
	})
}

// throughput is measured in rounds. The ratio is that of each round's own
// pipe: what disturbs the machine then disturbs both.
func (b *bench) throughput(ctx context.Context, w workload, sides []*side, sessions []psrpclient.Session) error {
	rates, ratios := make([]samples, len(sides)), make([]samples, len(sides))
	var want *content
	traffic := make([]psrpclient.Counts, len(sides))
	for round := range b.rounds + 1 {
		for i := range sides {
			before := countsOf(sides[i])
			got, took, err := receiveAll(ctx, sessions[i], w.script)
			if err != nil {
				return err
			}
			if want == nil {
				want = &got
			}
			if err := check(w, *want, got); err != nil {
				return fmt.Errorf("%s: %w", sides[i].name, err)
			}
			traffic[i] = difference(countsOf(sides[i]), before)
			if round > 0 { // the first warms the engine up
				rates[i] = append(rates[i], float64(got.bytes)/took.Seconds()/1e6)
				ratios[i] = append(ratios[i], rates[i][round-1]/rates[sidePipe][round-1])
			}
		}
	}
	b.title(fmt.Sprintf("throughput, %s: %d bytes of CLIXML, CRC-32C %08x on every side, MB/s", w.name, want.bytes, want.checksum))
	for i, one := range sides {
		b.line(one.name, "%s   %.2f of the pipe%s", rates[i].text("%.1f"), ratios[i].median(), trafficText(traffic[i]))
	}
	b.aim(ratios[sideHTTP].median() >= minThroughput, "throughput at least 0.9 of the pipe's: "+w.name, "%s", ratios[sideHTTP].text("%.2f"))
	if len(sides) > sideBefore {
		var kept samples
		for i := range rates[sideHTTP] {
			kept = append(kept, rates[sideHTTP][i]/rates[sideBefore][i])
		}
		b.aim(kept.median() >= minThroughput, "throughput at least 0.9 of the older winrmd's: "+w.name, "%s", kept.text("%.2f"))
	}
	return nil
}

// errChecksum says that the sides have not the same content.
var errChecksum = errors.New("the decoded content differs")

func check(w workload, want, got content) error {
	if got != want || got.objects != w.objects || got.bytes < w.floor {
		return fmt.Errorf("%w: %+v, the pipe had %+v", errChecksum, got, want)
	}
	return nil
}

// receiveAll runs a script to its end.
func receiveAll(ctx context.Context, s psrpclient.Session, script string) (got content, took time.Duration, err error) {
	began := time.Now()
	running, err := s.Run(ctx, script)
	if err != nil {
		return got, 0, err
	}
	if err := running.Wait(ctx, got.add); err != nil {
		return got, 0, err
	}
	took = time.Since(began)
	return got, took, running.Release(ctx)
}

func countsOf(s *side) psrpclient.Counts {
	if s.counts == nil {
		return psrpclient.Counts{}
	}
	return s.counts()
}

func difference(a, b psrpclient.Counts) psrpclient.Counts {
	return psrpclient.Counts{
		Requests: a.Requests - b.Requests, Receives: a.Receives - b.Receives, BytesIn: a.BytesIn - b.BytesIn,
		Streams: a.Streams - b.Streams, StreamText: a.StreamText - b.StreamText,
	}
}

// trafficText says what the requests of one run were.
func trafficText(c psrpclient.Counts) string {
	if c.Receives == 0 {
		return ""
	}
	return fmt.Sprintf("; %d Receives, %.0f bytes each, Stream size %.0f characters, %.1f Streams an answer",
		c.Receives, float64(c.BytesIn)/float64(c.Receives), float64(c.StreamText)/float64(max(c.Streams, 1)),
		float64(c.Streams)/float64(c.Receives))
}
