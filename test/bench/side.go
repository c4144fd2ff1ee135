package main

import (
	"context"

	"github.com/winrmd/winrmd/test/daemon"
	"github.com/winrmd/winrmd/test/psrpclient"
)

// maxEnvelopeSize is what PowerShell asks for.
const maxEnvelopeSize = 512000

// side is one way to a runspace pool.
type side struct {
	name string
	open func(context.Context) (psrpclient.Session, error)
	// counts are what the client of the last session has sent and got; nil
	// where there are no requests.
	counts func() psrpclient.Counts
}

// The sides, in the order in which they are printed.
const (
	sidePipe = iota
	sideHTTP
	sideHTTPS
	sideBefore // only with -before
)

// withSides calls f with every side; a server runs meanwhile.
func (b *bench) withSides(f func(sides []*side) error) error {
	server, err := b.start(b.engine)
	if err != nil {
		return err
	}
	defer server.Stop()
	trust, err := server.TLS()
	if err != nil {
		return err
	}
	sides := []*side{
		{name: "pipe", open: func(ctx context.Context) (psrpclient.Session, error) { return psrpclient.OpenPipe(ctx, b.engine) }},
		winrmdSide("winrmd", psrpclient.Config{URL: server.HTTP}),
		winrmdSide("winrmd, HTTPS", psrpclient.Config{URL: server.HTTPS, TLS: trust}),
	}
	if b.before == "" {
		return f(sides)
	}
	before, err := daemon.Start(daemon.Config{Program: b.before, Engine: b.engine})
	if err != nil {
		return err
	}
	defer before.Stop()
	return f(append(sides, winrmdSide("older winrmd", psrpclient.Config{URL: before.HTTP})))
}

func (b *bench) start(engine string, environment ...string) (*daemon.Daemon, error) {
	return daemon.Start(daemon.Config{Program: b.program, Engine: engine, Environment: environment})
}

// winrmdSide opens pools of a server, each with a client of its own. The
// password's hash is met before: it is no part of opening a session.
func winrmdSide(name string, c psrpclient.Config) *side {
	c.User, c.Password, c.MaxEnvelopeSize = daemon.User, daemon.Password, maxEnvelopeSize
	s := &side{name: name}
	s.open = func(ctx context.Context) (psrpclient.Session, error) {
		client := psrpclient.New(c)
		s.counts = client.Counts
		return client.Open(ctx)
	}
	return s
}

// withSessions opens one session on each side and calls f.
func (b *bench) withSessions(ctx context.Context, f func(sides []*side, sessions []psrpclient.Session) error) error {
	return b.withSides(func(sides []*side) error {
		var sessions []psrpclient.Session
		defer func() {
			for _, s := range sessions {
				s.Close(ctx)
			}
		}()
		for _, one := range sides {
			s, err := one.open(ctx)
			if err != nil {
				return err
			}
			sessions = append(sessions, s)
		}
		return f(sides, sessions)
	})
}
