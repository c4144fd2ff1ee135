package pam

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/winrmd/winrmd/wsman/auth"
)

// Config is what a Verifier is made of. Program and Service are needed.
type Config struct {
	// Program is the path of winrmd-pam.
	Program string
	// Service is the PAM service.
	Service string
	// Run, if not nil, runs the program in this package's place: it gives a line to
	// its standard input and returns what it writes. It is for a server that is not
	// the superuser, whom alone PAM tells about everybody.
	Run func(ctx context.Context, line []byte) ([]byte, error)
	// Identify makes the identity of a user that PAM has let in; its Generation
	// is overwritten. Nil means one with the name that PAM gave.
	Identify func(ctx context.Context, user string) (auth.Identity, error)
	// Processes is how many passwords may be checked at the same time; others
	// wait. PAM waits for seconds after a wrong one. 0 means 8.
	Processes int
	// Timeout is how long one check may take; 0 means 30 s.
	Timeout time.Duration
	// Recheck is after how long a password that was right is checked again. PAM
	// does not tell when an account changes. 0 means 10 min.
	Recheck time.Duration
}

// Verifier asks winrmd-pam. It implements auth.Verifier.
type Verifier struct {
	config Config
	slots  chan struct{}
	began  time.Time
}

// New makes a Verifier.
func New(c Config) *Verifier {
	c.Processes = cmp.Or(c.Processes, 8)
	c.Timeout = cmp.Or(c.Timeout, 30*time.Second)
	c.Recheck = cmp.Or(c.Recheck, 10*time.Minute)
	return &Verifier{config: c, slots: make(chan struct{}, c.Processes), began: time.Now()}
}

var (
	// ErrUnavailable is in the error where PAM could not be asked.
	ErrUnavailable = errors.New("pam: cannot check the password")
	// ErrUnusable is in the error of a user whose password is right and whose
	// account or password has expired. It is auth.ErrWrongCredentials, too.
	ErrUnusable = errors.New("pam: account or password expired")
)

// Limits of what a client may send.
const (
	maxUser     = 256  // bytes
	maxPassword = 1024 // bytes
)

// Verify implements auth.Verifier.
func (v *Verifier) Verify(ctx context.Context, user, password string) (auth.Identity, error) {
	// A NUL would end the text early in C.
	if user == "" || len(user) > maxUser || len(password) > maxPassword || hasNUL(user) || hasNUL(password) || !utf8.ValidString(user) {
		return auth.Identity{}, auth.ErrWrongCredentials
	}
	ctx, cancel := context.WithTimeout(ctx, v.config.Timeout)
	defer cancel()
	select {
	case v.slots <- struct{}{}:
		defer func() { <-v.slots }()
	case <-ctx.Done():
		return auth.Identity{}, fmt.Errorf("%w: %w", ErrUnavailable, context.Cause(ctx))
	}
	r := Request{Service: v.config.Service, User: user, Password: []byte(password)}
	defer clear(r.Password)
	if source := auth.SourceOf(ctx); source.IsValid() {
		r.RemoteHost = source.String()
	}
	a, err := v.ask(ctx, &r)
	if err != nil {
		return auth.Identity{}, err
	}
	return v.judge(ctx, a)
}

func hasNUL(s string) bool {
	for i := range len(s) {
		if s[i] == 0 {
			return true
		}
	}
	return false
}

func (v *Verifier) judge(ctx context.Context, a *Answer) (auth.Identity, error) {
	switch a.Result {
	case Accepted:
		identity := auth.Identity{Name: a.User}
		if v.config.Identify != nil {
			var err error
			if identity, err = v.config.Identify(ctx, a.User); err != nil {
				return auth.Identity{}, err
			}
		}
		identity.Generation, _ = v.Generation(identity.Name)
		return identity, nil
	case Denied:
		return auth.Identity{}, auth.ErrWrongCredentials
	case Unusable:
		return auth.Identity{}, fmt.Errorf("%w: %w: %s", auth.ErrWrongCredentials, ErrUnusable, a.Message)
	}
	return auth.Identity{}, fmt.Errorf("%w: PAM says %d, %q", ErrUnavailable, a.Code, a.Message)
}

// Generation implements auth.Verifier. Nobody tells when a user changes: what it
// returns depends on the time alone, and changes each Recheck, so that the
// password is asked for again. It does not say that there is no such user.
func (v *Verifier) Generation(string) (string, bool) {
	return "pam " + strconv.FormatInt(int64(time.Since(v.began)/v.config.Recheck), 10), true
}

// ask runs the program for one request.
func (v *Verifier) ask(ctx context.Context, r *Request) (*Answer, error) {
	line, err := json.Marshal(r)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	line = append(line, '\n')
	defer clear(line)
	run := v.config.Run
	if run == nil {
		run = v.run
	}
	text, err := run(ctx, line)
	if err != nil {
		if ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		return nil, fmt.Errorf("%w: %s: %w", ErrUnavailable, v.config.Program, err)
	}
	var a Answer
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&a); err != nil || d.Decode(new(any)) != io.EOF {
		return nil, fmt.Errorf("%w: %s: not an answer", ErrUnavailable, v.config.Program)
	}
	if a.Result == Accepted && (a.User == "" || len(a.User) > maxUser) {
		return nil, fmt.Errorf("%w: %s: an answer without a user", ErrUnavailable, v.config.Program)
	}
	return &a, nil
}

// run runs the program.
func (v *Verifier) run(ctx context.Context, line []byte) ([]byte, error) {
	var out limited
	command := exec.CommandContext(ctx, v.config.Program)
	command.Stdin, command.Stdout = bytes.NewReader(line), &out
	command.Env = []string{} // PAM modules read none of the server's
	command.Dir = "/"
	command.WaitDelay = time.Second
	err := command.Run()
	return out.text.Bytes(), err
}

// limited is a buffer that takes MaxLine bytes.
type limited struct{ text bytes.Buffer }

var errLong = errors.New("the answer is too long")

// Write implements io.Writer.
func (l *limited) Write(p []byte) (int, error) {
	if l.text.Len()+len(p) > MaxLine {
		return 0, errLong
	}
	return l.text.Write(p)
}
