package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/spf13/pflag"

	"github.com/winrmd/winrmd/replay"
	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/capture"
)

// captureOptions say what of the conversations with clients is recorded.
type captureOptions struct {
	directory string
	users     []string
	sources   []string
}

func (o *captureOptions) flags(f *pflag.FlagSet) {
	f.StringVar(&o.directory, "capture", "", "directory to record conversations in, in clear, without what is secret (see docs/captures.md)")
	f.StringSliceVar(&o.users, "capture-user", nil, "record those of these users only")
	f.StringSliceVar(&o.sources, "capture-from", nil, "record those from these addresses or networks only")
}

// Limits of recordings, which clients fill.
const (
	maxCaptures    = 256               // files that are open
	maxCaptureSize = 256 << 20         // bytes of one file
	captureIdle    = 30 * time.Minute  // after which a file is closed
	maxCaptureName = 40                // characters of a user's name in a file's name
	captureTime    = "20060102-150405" // in a file's name
)

// capturer records what is asked of a handler, a file for each client session.
type capturer struct {
	options captureOptions
	sources []netip.Prefix
	next    wsman.Handler
	machine string
	log     *slog.Logger

	mu     sync.Mutex
	open   map[string]*captured // by user and SessionId
	closed bool
}

// captured is a file.
type captured struct {
	*capture.Writer
	file *os.File
	size int64
	used time.Time
	full bool
}

// newCapturer prepares the directory; a nil capturer records nothing.
func newCapturer(o captureOptions, next wsman.Handler, log *slog.Logger) (*capturer, error) {
	if o.directory == "" {
		return nil, nil
	}
	c := &capturer{options: o, next: next, machine: machine(), log: log, open: map[string]*captured{}}
	for _, text := range o.sources {
		prefix, err := parsePrefix(text)
		if err != nil {
			return nil, fmt.Errorf("--capture-from %s is neither an address nor a network, such as 10.1.2.0/24", text)
		}
		c.sources = append(c.sources, prefix)
	}
	if err := os.MkdirAll(o.directory, 0o700); err != nil {
		return nil, err
	}
	return c, nil
}

func parsePrefix(text string) (netip.Prefix, error) {
	if a, err := netip.ParseAddr(text); err == nil {
		return a.Prefix(a.BitLen())
	}
	return netip.ParsePrefix(text)
}

// wanted reports whether a client's conversation is recorded. What administers
// the server on its own machine is none.
func (c *capturer) wanted(p *wsman.Principal) bool {
	if p.Scheme == localPrincipal.Scheme {
		return false
	}
	if len(c.options.users) > 0 && !slices.ContainsFunc(c.options.users, func(u string) bool { return strings.EqualFold(u, p.User) }) {
		return false
	}
	return len(c.sources) == 0 || slices.ContainsFunc(c.sources, func(s netip.Prefix) bool { return s.Contains(p.Source.Unmap()) })
}

// ServeWSMan implements wsman.Handler.
func (c *capturer) ServeWSMan(ctx context.Context, r *wsman.Request) (*wsman.Response, error) {
	if !c.wanted(&r.Principal) {
		return c.next.ServeWSMan(ctx, r)
	}
	x := capture.Exchange{
		Time: time.Now(), User: r.Principal.User, Source: r.Principal.Source.String(),
		Request: capture.Message{Body: string(r.Raw)},
	}
	response, err := c.next.ServeWSMan(ctx, r)
	x.Took = time.Since(x.Time)
	switch {
	case err != nil && errors.Is(ctx.Err(), context.Canceled): // no answer was read
		x.Error = "the client went away"
	case errors.Is(err, wsman.ErrNoAnswer):
		x.Error = err.Error()
	case err != nil:
		f := wsman.AsFault(err)
		x.Response = capture.Message{Status: 500, Body: string(f.AppendEnvelope(nil, r, c.machine))}
		if f.Status != 0 {
			x.Response.Status = f.Status
		}
	default:
		x.Response = capture.Message{Status: 200, Body: string(response.AppendEnvelope(nil, r))}
	}
	c.add(r, x)
	return response, err
}

// add writes an exchange into its file. What cannot be written is logged: the
// client is served all the same.
func (c *capturer) add(r *wsman.Request, x capture.Exchange) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f, err := c.fileOf(r)
	if err != nil || f.full {
		if err != nil {
			c.log.Warn("conversation not recorded", "error", err)
		}
		return
	}
	if err := f.Add(x); err != nil {
		c.log.Warn("conversation not recorded", "file", f.file.Name(), "error", err)
		f.full = true
	}
	if f.size += int64(len(x.Request.Body) + len(x.Response.Body)); f.size > maxCaptureSize {
		c.log.Warn("no more is recorded: the file is as long as it may be", "file", f.file.Name(), "bytes", maxCaptureSize)
		f.full = true
	}
}

// fileOf is the file of a client session. The lock is held.
func (c *capturer) fileOf(r *wsman.Request) (*captured, error) {
	if c.closed {
		return nil, errors.New("the server ends")
	}
	now := time.Now()
	key := r.Principal.User + "\n" + strings.ToUpper(r.Header.SessionID)
	if r.Header.SessionID == "" {
		key += r.Principal.Source.String()
	}
	if f := c.open[key]; f != nil {
		f.used = now
		return f, nil
	}
	c.sweep(now)
	session := strings.TrimPrefix(strings.ToLower(r.Header.SessionID), "uuid:")
	name := strings.Join([]string{now.UTC().Format(captureTime), fileName(r.Principal.User, maxCaptureName), fileName(session, 8)}, "-")
	f := &captured{used: now}
	var err error
	for n := 0; ; n++ {
		suffix := ""
		if n > 0 {
			suffix = fmt.Sprintf("-%d", n)
		}
		path := filepath.Join(c.options.directory, name+suffix+".yaml")
		if f.file, err = os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600); !errors.Is(err, os.ErrExist) || n == maxCaptures {
			break
		}
	}
	if err != nil {
		return nil, err
	}
	head := &capture.Conversation{Server: "winrmd " + release, Title: "Session of " + r.Principal.User}
	if f.Writer, err = capture.NewWriter(f.file, head, &replay.Secrets{}, &capture.Secrets{}); err != nil {
		return nil, errors.Join(err, f.file.Close())
	}
	c.open[key] = f
	return f, nil
}

// fileName is as much of a text as may be in a file's name.
func fileName(text string, most int) string {
	clean := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			return r
		}
		return '_'
	}, text)
	return clean[:min(len(clean), most)]
}

// sweep closes files that are not used, and the one that was used longest ago
// where there are too many. The lock is held.
func (c *capturer) sweep(now time.Time) {
	oldest := ""
	for key, f := range c.open {
		if now.Sub(f.used) > captureIdle {
			c.closeFile(key)
		} else if oldest == "" || f.used.Before(c.open[oldest].used) {
			oldest = key
		}
	}
	if len(c.open) >= maxCaptures {
		c.closeFile(oldest)
	}
}

func (c *capturer) closeFile(key string) {
	f := c.open[key]
	delete(c.open, key)
	if err := errors.Join(f.Writer.Close(), f.file.Close()); err != nil {
		c.log.Warn("conversation not recorded to its end", "file", f.file.Name(), "error", err)
	}
}

// close writes all that was held back. A nil capturer has nothing.
func (c *capturer) close() {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
	for key := range c.open {
		c.closeFile(key)
	}
}
