package certificate

import (
	"fmt"

	"github.com/winrmd/winrmd/wsman/auth"
)

// Problem is why a certificate is refused.
type Problem string

// The problems.
const (
	Missing       Problem = "no certificate"
	UnknownIssuer Problem = "certificate of an unknown issuer"
	Expired       Problem = "certificate expired or not yet valid"
	WrongUsage    Problem = "certificate not for client authentication"
	Malformed     Problem = "malformed certificate"
	NotMapped     Problem = "no mapping for the certificate"
	Disabled      Problem = "mapping for the certificate is disabled"
	UnknownUser   Problem = "certificate is mapped to an unknown user"
)

// Refusal refuses a client. It is auth.ErrWrongCredentials.
type Refusal struct {
	Problem Problem
	// Err says more; it may be nil.
	Err error
}

func refuse(p Problem, err error) *Refusal { return &Refusal{p, err} }

// Error says all of it.
func (r *Refusal) Error() string {
	if r.Err == nil {
		return string(r.Problem)
	}
	return fmt.Sprintf("%s: %v", r.Problem, r.Err)
}

// Reason is what an audit record says.
func (r *Refusal) Reason() string { return string(r.Problem) }

// Unwrap returns auth.ErrWrongCredentials and Err.
func (r *Refusal) Unwrap() []error {
	if r.Err == nil {
		return []error{auth.ErrWrongCredentials}
	}
	return []error{auth.ErrWrongCredentials, r.Err}
}
