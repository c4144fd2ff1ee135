package guard

import (
	"errors"
	"fmt"
	"time"

	"github.com/winrmd/winrmd/wsman/auth"
	"github.com/winrmd/winrmd/wsman/auth/ntlm"
)

// ErrRefused is in the error of every attempt that was refused without a look
// at its credentials.
var ErrRefused = errors.New("refused for a while after too many failures")

// Subject is whose failures were too many.
type Subject string

// The subjects.
const (
	SubjectSource  Subject = "source"
	SubjectAccount Subject = "account"
	// SubjectQueue means that too many attempts of one source wait already.
	SubjectQueue Subject = "queue"
)

// Refusal says why an attempt was refused. It is ErrRefused, and to whoever
// does not know it auth.ErrWrongCredentials.
type Refusal struct {
	Subject Subject
	// Until is when it is worth trying again; zero where that is not known.
	Until time.Time
}

// Error says it without the time, which would make each line another.
func (e *Refusal) Error() string { return fmt.Sprintf("%v: %s", ErrRefused, e.Subject) }

// Unwrap returns ErrRefused, and what a wrong password is called by those who
// ask a Verifier.
func (e *Refusal) Unwrap() []error {
	return []error{ErrRefused, auth.ErrWrongCredentials, ntlm.ErrLogonFailed}
}

// Reason is what an audit record says.
func (e *Refusal) Reason() string { return "too many failures of the " + string(e.Subject) }
