package main

import (
	"context"
	"fmt"

	"github.com/winrmd/winrmd/test/psrpclient"
)

// pipelined is a script with a pipeline, which the language of both engines has.
var pipelined = workload{
	name: "50,000 objects through a pipeline", script: "1..50000 | ForEach-Object { $_ }", objects: 50_000, floor: 50_000 * 6,
}

// measureObjects runs objects through a pipeline of an engine in Go and of the real
// one.
func (b *bench) measureObjects(ctx context.Context) error {
	e, err := startEndpoint()
	if err != nil {
		return err
	}
	defer e.Close()
	sides := []*side{
		{name: "the engine's pipe", open: func(ctx context.Context) (psrpclient.Session, error) { return psrpclient.OpenPipe(ctx, b.engine) }},
		winrmdSide("endpoint in Go", psrpclient.Config{URL: e.http}),
	}
	rates := make([]samples, len(sides))
	var want *content
	var sessions []psrpclient.Session
	defer func() {
		for _, s := range sessions {
			s.Close(ctx)
		}
	}()
	for _, one := range sides {
		s, err := one.open(ctx)
		if err != nil {
			return fmt.Errorf("%s: %w", one.name, err)
		}
		sessions = append(sessions, s)
	}
	for round := range b.rounds + 1 {
		for i, s := range sessions {
			got, took, err := receiveAll(ctx, s, pipelined.script)
			if err != nil {
				return fmt.Errorf("%s: %w", sides[i].name, err)
			}
			if want == nil {
				want = &got
			}
			if err := check(pipelined, *want, got); err != nil {
				return fmt.Errorf("%s: %w", sides[i].name, err)
			}
			if round > 0 { // the first warms the engine up
				rates[i] = append(rates[i], float64(got.objects)/took.Seconds())
			}
		}
	}
	b.title(fmt.Sprintf("%s, the same content on every side, objects/s", pipelined.name))
	for i, one := range sides {
		b.line(one.name, "%s", rates[i].text("%.0f"))
	}
	return nil
}
