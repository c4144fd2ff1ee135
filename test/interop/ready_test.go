package interop

import (
	"bytes"
	"strings"
)

// readyWriter takes a server's standard output: it passes the addresses of the
// ready line on and everything to the log.
type readyWriter struct {
	log     *serverLog
	ready   chan<- map[string]string // nil once the line has come
	partial []byte
}

// Write takes p, which need not end with a line.
func (w *readyWriter) Write(p []byte) (int, error) {
	if w.ready != nil {
		w.partial = append(w.partial, p...)
		w.lines()
	}
	return w.log.Write(p)
}

// lines looks for the ready line among the whole lines.
func (w *readyWriter) lines() {
	for {
		line, rest, whole := bytes.Cut(w.partial, []byte{'\n'})
		if !whole {
			return
		}
		w.partial = rest
		if addresses, ok := parseReady(string(line)); ok {
			w.ready <- addresses
			w.ready = nil
			return
		}
	}
}

// parseReady reads "winrmd ready http=ADDR https=ADDR".
func parseReady(line string) (addresses map[string]string, ok bool) {
	rest, ok := strings.CutPrefix(strings.TrimSpace(line), "winrmd ready ")
	if !ok {
		return nil, false
	}
	addresses = map[string]string{}
	for _, field := range strings.Fields(rest) {
		scheme, address, found := strings.Cut(field, "=")
		if !found {
			return nil, false
		}
		addresses[scheme] = address
	}
	return addresses, true
}
