package main

import (
	"context"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// http.Server.Shutdown is for a server that nobody comes after: it closes every
// connection on which no request has been seen yet, also one whose request is
// on its way. Where another daemon serves on, no client may notice. So the
// answers say that the connection closes, after which a client makes a new one,
// and a connection on which nothing comes is left open for a while.

// connections are those of one server.
type connections struct {
	mu   sync.Mutex
	open map[net.Conn]connectionState
}

type connectionState struct {
	state http.ConnState
	since time.Time
}

// changed is the server's ConnState.
func (cs *connections) changed(c net.Conn, state http.ConnState) {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	switch state {
	case http.StateClosed, http.StateHijacked:
		delete(cs.open, c)
	default:
		if cs.open == nil {
			cs.open = map[net.Conn]connectionState{}
		}
		cs.open[c] = connectionState{state, time.Now()}
	}
}

// expire ends the connections on which nothing has come since a time, and
// returns how many there still are of all. It does not close them: their own
// goroutines do when they find the time for the next request over. What one of
// them has read by then, it serves, and gives itself time for the rest.
func (cs *connections) expire(since time.Time) int {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	for c, s := range cs.open {
		if s.state != http.StateActive && !s.since.After(since) {
			_ = c.SetReadDeadline(time.Unix(1, 0)) // one that fails is about to close
		}
	}
	return len(cs.open)
}

// closing is a Handler whose answers say that the connection closes, once
// leaving is set.
func closing(h http.Handler, leaving *atomic.Bool) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.ServeHTTP(&closingWriter{ResponseWriter: w, leaving: leaving}, r)
	})
}

type closingWriter struct {
	http.ResponseWriter
	leaving *atomic.Bool
}

// WriteHeader implements http.ResponseWriter. An answer that asks the client to
// authenticate leaves the connection open: the next step of a handshake must
// come on the same one.
func (w *closingWriter) WriteHeader(status int) {
	if w.leaving.Load() && status != http.StatusUnauthorized {
		w.Header().Set("Connection", "close")
	}
	w.ResponseWriter.WriteHeader(status)
}

// Unwrap is for http.ResponseController.
func (w *closingWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// patience is how a daemon leaves its clients.
type patience struct {
	idle     time.Duration // for a connection on which nothing comes
	requests time.Duration // for the requests under way, before they are cancelled
}

// toSuccessor: nobody waits for the older daemon's end. Clients ask for 3
// minutes at most (PowerShell's OperationTimeout), which what is no Receive may
// take.
func toSuccessor() patience { return patience{idle: 5 * time.Second, requests: 5 * time.Minute} }

// toNobody: who connects again is refused in any case.
func toNobody() patience { return patience{idle: 100 * time.Millisecond, requests: 5 * time.Second} }

// drainPause is how often is looked what is still open.
const drainPause = 20 * time.Millisecond

// drain lets the requests under way end, and then their connections.
func (d *daemon) drain(ctx context.Context, listeners *listeners, p patience) {
	ticker := time.NewTicker(drainPause)
	defer ticker.Stop()
	ctx, cancel := context.WithTimeout(ctx, p.requests)
	defer cancel()
	began := time.Now()
	again := began.Add(receiveRaceTime)
	for {
		var expired time.Time // nobody yet
		if now := time.Now(); now.Sub(began) >= p.idle {
			expired = now.Add(-p.idle)
		}
		open := 0
		for _, l := range listeners.all() {
			open += l.connections.expire(expired)
		}
		if open == 0 {
			return
		}
		select {
		case now := <-ticker.C:
			if now.After(again) {
				d.router.Drain()
				again = now.Add(receiveRaceTime)
			}
		case <-ctx.Done():
			d.log.Warn("requests are cancelled", "connections", open)
			return
		}
	}
}

// receiveRaceTime is when the Receives that wait are ended again: one may have
// been on its way to its host when they were for the first time.
const receiveRaceTime = time.Second
