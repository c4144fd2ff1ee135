package account

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"time"
)

// lookUpTimeout is for a directory service that does not answer.
const lookUpTimeout = 10 * time.Second

// Service is the system's name service.
type Service struct {
	// Start starts the programs that are asked, so that this process's own reaper
	// takes none for an orphan; nil starts them as they are.
	Start func(*exec.Cmd) error
}

// LookUp is that of a Service in a process that reaps no orphans.
func LookUp(ctx context.Context, name string) (*Account, error) { return Service{}.LookUp(ctx, name) }

// LookUp asks the system for an account. The error is a *NotFoundError if it
// knows none of that name; any other says that it could not be asked, which is no
// answer.
func (s Service) LookUp(ctx context.Context, name string) (*Account, error) {
	if CheckName(name) != nil {
		return nil, &NotFoundError{Name: name}
	}
	ctx, cancel := context.WithTimeout(ctx, lookUpTimeout)
	defer cancel()
	a, err := s.lookUp(ctx, name)
	if err != nil {
		if notFound := (*NotFoundError)(nil); errors.As(err, &notFound) {
			return nil, err
		}
		return nil, fmt.Errorf("look for the account %s: %w", name, err)
	}
	if a.Name == name {
		return a, nil
	}
	return s.renamed(ctx, name, a)
}

// renamed judges an entry of another name than it was asked for by. Directory
// services take DOMAIN\ann and ANN@domain and say ann, which may be the name of
// another account here, too: what is returned is found again by its Name.
func (s Service) renamed(ctx context.Context, asked string, a *Account) (*Account, error) {
	if !strings.ContainsAny(asked, `\@`) && !strings.EqualFold(asked, a.Name) {
		return nil, &NotFoundError{Name: asked}
	}
	again, err := s.lookUp(ctx, a.Name)
	if err != nil || !again.same(a) {
		a.Name = asked
	}
	return a, nil
}

// Own is the account of this process. Its Name is empty if it has no entry.
func (s Service) Own(ctx context.Context) (*Account, error) {
	ctx, cancel := context.WithTimeout(ctx, lookUpTimeout)
	defer cancel()
	return s.own(ctx)
}
