package account

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// lookUpTimeout is for a directory service that does not answer.
const lookUpTimeout = 10 * time.Second

// LookUp asks the system for an account. The error is a *NotFoundError if it
// knows none of that name; any other says that it could not be asked, which is no
// answer.
func LookUp(ctx context.Context, name string) (*Account, error) {
	if CheckName(name) != nil {
		return nil, &NotFoundError{Name: name}
	}
	ctx, cancel := context.WithTimeout(ctx, lookUpTimeout)
	defer cancel()
	a, err := lookUp(ctx, name)
	if err != nil {
		if notFound := (*NotFoundError)(nil); errors.As(err, &notFound) {
			return nil, err
		}
		return nil, fmt.Errorf("look for the account %s: %w", name, err)
	}
	if a.Name == name {
		return a, nil
	}
	return renamed(ctx, name, a)
}

// renamed judges an entry of another name than it was asked for by. Directory
// services take DOMAIN\ann and ANN@domain and say ann, which may be the name of
// another account here, too: what is returned is found again by its Name.
func renamed(ctx context.Context, asked string, a *Account) (*Account, error) {
	if !strings.ContainsAny(asked, `\@`) && !strings.EqualFold(asked, a.Name) {
		return nil, &NotFoundError{Name: asked}
	}
	again, err := lookUp(ctx, a.Name)
	if err != nil || again.Name != a.Name || again.UID != a.UID {
		a.Name = asked
	}
	return a, nil
}
