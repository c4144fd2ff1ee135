package conformance

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"sync"
	"time"

	"github.com/winrmd/winrmd/wsman"
)

// Server is who is checked, by somebody who may log on. *wsmanclient.Client is
// one.
type Server interface {
	RoundTrip(ctx context.Context, envelope []byte, timeout time.Duration) (answer []byte, status int, err error)
}

// Config says what is checked.
type Config struct {
	Server Server
	// URL is what requests call the server (a:To).
	URL string
	// HTTP, if not nil, sends requests without logging on, for the checks of
	// HTTP and of refusals.
	HTTP http.RoundTripper
	// Other, if not nil, is a client of a second user, for the checks of what users
	// may do to each other's shells. Neither may be an administrator.
	Other Server
	// Administrator, if not nil, is a client of a user who may read and change the
	// configuration, for the checks of what is refused even to him, and for the quotas
	// that session configurations have. Nil means that Server is asked.
	Administrator Server
	// Tickets, if not nil, are what a user of the server gets from the KDC, for the
	// checks of wrong tickets. A *kerberos.Login gives some.
	Tickets Tickets
	// Service is the name that the KDC knows the server by, for example
	// "HTTP/server.example.org".
	Service string
	// Wrong, if not nil, is a client that logs on with a wrong password. Its errors
	// are those of a *wsmanclient.Client.
	Wrong Server
	// PowerShell is the session configuration to use; "" means
	// Microsoft.PowerShell.
	PowerShell string
	// Run chooses checks by their names; nil means all.
	Run *regexp.Regexp
	// Quick leaves out the checks that are Slow.
	Quick bool
	// Timeout is how long one check may take beside what it waits for; 0 means
	// DefaultTimeout.
	Timeout time.Duration
	// Progress, if not nil, is told about each check that is over, one at a time.
	Progress func(Result)
}

// DefaultTimeout is the Timeout where a Config has none. An engine takes its time
// to start.
const DefaultTimeout = 2 * time.Minute

// slowTimeout is what a slow check may take in addition.
const slowTimeout = 3 * time.Minute

// cleanTimeout bounds the deletion of a check's shells.
const cleanTimeout = 20 * time.Second

// Run checks a server: one check after the other, and beside them those that are
// Slow, which for the most part wait. When the context ends the checks that are
// left are skipped.
func Run(ctx context.Context, c Config) *Report {
	if c.PowerShell == "" {
		c.PowerShell = "Microsoft.PowerShell"
	}
	if c.Timeout == 0 {
		c.Timeout = DefaultTimeout
	}
	checks := Select(c.Run)
	report := &Report{URL: c.URL, Results: make([]Result, len(checks))}
	var progress sync.Mutex
	one := func(i int) {
		report.Results[i] = runCheck(ctx, &c, checks[i])
		if c.Progress != nil {
			progress.Lock()
			defer progress.Unlock()
			c.Progress(report.Results[i])
		}
	}
	var group sync.WaitGroup
	defer group.Wait()
	for i, check := range checks {
		if check.Slow {
			group.Go(func() { one(i) })
		}
	}
	for i, check := range checks {
		if !check.Slow {
			one(i)
		}
	}
	return report
}

func runCheck(ctx context.Context, c *Config, check Check) Result {
	began := time.Now()
	result := Result{Name: check.Name, Section: check.Section, Inferred: check.Inferred, Outcome: Passed}
	switch {
	case ctx.Err() != nil:
		result.Outcome, result.Problems = Skipped, []string{context.Cause(ctx).Error()}
		return result
	case check.Slow && c.Quick:
		result.Outcome, result.Problems = Skipped, []string{"it is slow"}
		return result
	}
	timeout := c.Timeout
	if check.Slow {
		timeout += slowTimeout
	}
	limited, cancel := context.WithTimeoutCause(ctx, timeout, fmt.Errorf("the check took longer than %v", timeout))
	defer cancel()
	t := &T{ctx: limited, config: c, session: newID(), numbers: map[string]string{}}
	t.do(check.run)
	t.clean(context.WithoutCancel(ctx))
	result.Took, result.Faults = time.Since(began), t.faults
	switch {
	case len(t.problems) > 0:
		result.Outcome, result.Problems = Failed, t.problems
	case t.skipped != "":
		result.Outcome, result.Problems = Skipped, []string{t.skipped}
	}
	return result
}

// T is a check that runs.
type T struct {
	ctx      context.Context
	config   *Config
	session  string // the SessionId of its requests
	problems []string
	skipped  string
	shells   []*remote
	faults   []wsman.FaultCode // see Result
	numbers  map[string]string // MessageIDs of answers, and of which operation
}

// stopped is what ends a check early.
type stopped struct{}

// do runs a check to its end or to where it cannot go on.
func (t *T) do(run func(*T)) {
	defer func() {
		if r := recover(); r != nil {
			if _, ok := r.(stopped); !ok {
				panic(r)
			}
		}
	}()
	run(t)
}

// problem notes what is wrong.
func (t *T) problem(format string, a ...any) {
	t.problems = append(t.problems, fmt.Sprintf(format, a...))
}

// stop notes what is wrong and ends the check.
func (t *T) stop(format string, a ...any) {
	t.problem(format, a...)
	panic(stopped{})
}

// skip ends a check that cannot be made.
func (t *T) skip(format string, a ...any) {
	t.skipped = fmt.Sprintf(format, a...)
	panic(stopped{})
}

// equal notes a value that is another.
func (t *T) equal(what, want, got string) {
	if want != got {
		t.problem("%s is %q, not %q", what, got, want)
	}
}

// clean deletes the shells that are left. One that is gone is what is wanted.
func (t *T) clean(ctx context.Context) {
	ctx, cancel := context.WithTimeoutCause(ctx, cleanTimeout, errors.New("the shell was not deleted in time"))
	defer cancel()
	// What a check has begun beside itself may still look at t.
	cleaner := *t
	cleaner.ctx = ctx
	defer func() { t.problems = cleaner.problems }()
	cleaner.do((*T).deleteAll)
}

func (t *T) deleteAll() {
	for _, sh := range t.shells {
		if sh.gone {
			continue
		}
		a, err := t.try(request{action: wsman.ActionDelete, resource: sh.resource, shell: sh.id})
		switch {
		case err != nil:
			t.problem("the shell %s could not be deleted: %v", sh.id, err)
		case a.fault != nil && a.fault.WSMan.Code != wsman.CodeUnexpectedSelectors:
			t.problem("the shell %s could not be deleted: %s", sh.id, said(a.fault))
		}
	}
}
