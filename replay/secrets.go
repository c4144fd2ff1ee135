package replay

import (
	"bytes"
	"regexp"
	"strings"

	"github.com/winrmd/winrmd/psrp"
	"github.com/winrmd/winrmd/wsman/capture"
)

// Secrets is the capture.Filter that takes out what is secret in PowerShell's
// messages: keys and SecureStrings, properties with such names, what looks so
// in scripts, and known texts. It covers them, so that every message stays as
// long as it is. It also names the messages of each envelope.
//
// An exchange is held back while an object that begins in it has not ended.
type Secrets struct {
	// Known are texts that must not get into a file.
	Known []string
	// Keep leaves everything as it is, and names the messages only.
	Keep bool

	sent, received assembly
	held           []*heldExchange
	size           int
}

// Limits of what is held back: more than any message has. An object whose end
// does not come must not keep everything after it.
const (
	maxHeld          = 128 << 20 // bytes of bodies
	maxHeldExchanges = 4096
)

// heldExchange is an exchange with its envelopes.
type heldExchange struct {
	x         *capture.Exchange
	envelopes [2]*envelope
}

// Add implements capture.Filter.
func (s *Secrets) Add(x *capture.Exchange) []*capture.Exchange {
	h := &heldExchange{x: x}
	about := capture.Describe(x.Request.Body)
	powershell := isPowerShell(about.ResourceURI)
	for i, side := range []struct {
		m *capture.Message
		a *assembly
	}{{&x.Request, &s.sent}, {&x.Response, &s.received}} {
		h.envelopes[i] = open(side.m.Body, powershell)
		for _, o := range side.a.add(strings.ToUpper(about.ShellID), h.envelopes[i]) {
			s.object(o)
		}
	}
	s.held = append(s.held, h)
	s.size += len(x.Request.Body) + len(x.Response.Body)
	return s.release(s.size > maxHeld || len(s.held) > maxHeldExchanges)
}

// Flush implements capture.Filter.
func (s *Secrets) Flush() []*capture.Exchange { return s.release(true) }

// release returns the exchanges that wait for nothing, or all of them.
func (s *Secrets) release(all bool) (ready []*capture.Exchange) {
	for len(s.held) > 0 && (all || !s.held[0].waits()) {
		h := s.held[0]
		s.held = s.held[1:]
		s.size -= len(h.x.Request.Body) + len(h.x.Response.Body)
		s.write(h)
		ready = append(ready, h.x)
	}
	return ready
}

// waits reports whether an object that begins here has not ended.
func (h *heldExchange) waits() bool {
	for _, e := range h.envelopes {
		for _, p := range e.parcels {
			for _, f := range p.fragments {
				o := f.object
				if last := o.fragments[len(o.fragments)-1]; !last.header.End && !o.abandoned {
					return true
				}
			}
		}
	}
	return false
}

// write puts what was changed back into the exchange.
func (s *Secrets) write(h *heldExchange) {
	for i, m := range []*capture.Message{&h.x.Request, &h.x.Response} {
		e := h.envelopes[i]
		m.Messages = messageNames(e)
		if s.Keep {
			continue
		}
		for _, p := range e.parcels {
			for _, f := range p.fragments {
				if !f.object.complete { // half a message can hold anything
					s.cover(f)
				}
			}
		}
		m.Body = e.render()
	}
}

// cover covers what can be seen in a piece of an object that has no end.
func (s *Secrets) cover(f *fragment) {
	masked := s.data(f.blob)
	if !bytes.Equal(masked, f.blob) {
		f.blob, f.parcel.changed = masked, true
	}
}

// object takes the secrets out of an object.
func (s *Secrets) object(o *object) {
	m, ok := o.message()
	if !ok || s.Keep {
		return
	}
	masked := s.data(m.Data)
	if m.Type == psrp.MessagePublicKey || m.Type == psrp.MessageEncryptedSessionKey {
		masked = fill(anyText, masked, 'A')
	}
	if !bytes.Equal(masked, m.Data) {
		m.Data = masked
		o.replace(m.Append(nil))
	}
}

var (
	anyText      = regexp.MustCompile(`(<S(?: [^>]*)?>)([^<]*)(</S>)`)
	securePart   = regexp.MustCompile(`(<SS(?: [^>]*)?>)([^<]*)(</SS>|$)`)
	namedText    = regexp.MustCompile(`(<S N="([^"]*)">)([^<]*)(</S>|$)`)
	namedArgText = regexp.MustCompile(`(<S N="N">([^<]*)</S>\s*<S N="V">)([^<]*)(</S>)`)
	namedEntry   = regexp.MustCompile(`(<S N="Key">([^<]*)</S>\s*<S N="Value">)([^<]*)(</S>)`)
)

// data takes the secrets out of CLIXML.
func (s *Secrets) data(data []byte) []byte {
	data = capture.Mask(data, s.Known)
	data = fill(securePart, data, 'A')
	for _, pattern := range []*regexp.Regexp{namedText, namedArgText, namedEntry} {
		for _, m := range pattern.FindAllSubmatchIndex(data, -1) {
			if capture.SecretName(string(data[m[4]:m[5]])) {
				paint(data[m[6]:m[7]], '*')
			}
		}
	}
	return data
}

// fill writes a character over the second group of a pattern.
func fill(pattern *regexp.Regexp, data []byte, c byte) []byte {
	data = bytes.Clone(data)
	for _, m := range pattern.FindAllSubmatchIndex(data, -1) {
		paint(data[m[4]:m[5]], c)
	}
	return data
}

// paint covers a text; what ends base64 stays, so that it is base64 still.
func paint(b []byte, c byte) {
	for i := range b {
		if b[i] != '=' {
			b[i] = c
		}
	}
}

// messageNames are the names of the messages that end in an envelope.
func messageNames(e *envelope) (names []string) {
	for _, o := range objectsOf(e) {
		if m, ok := o.message(); ok {
			names = append(names, m.Type.String())
		}
	}
	return names
}
