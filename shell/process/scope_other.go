//go:build !linux

package process

import (
	"context"
	"os/exec"
)

// Scope is a control group. Only Linux has them: nobody gets one here.
type Scope struct{}

// NewScope returns ErrNoCgroup.
func NewScope(string) (*Scope, error) { return nil, ErrNoCgroup }

// OpenScope returns ErrForeign.
func OpenScope(string) (*Scope, error) { return nil, ErrForeign }

// InnerScope returns ErrNoCgroup.
func InnerScope(string) (*Scope, error) { return nil, ErrNoCgroup }

// OuterPath is the Path of the scope that is the whole session's.
func (*Scope) OuterPath() string { return "" }

// Path is what OpenScope takes.
func (*Scope) Path() string { return "" }

// Attach has a program be in the scope.
func (*Scope) Attach(*exec.Cmd) {}

// Kill kills all processes of the scope.
func (*Scope) Kill() error { return ErrNoCgroup }

// Empty reports whether no process is left in the scope.
func (*Scope) Empty() (bool, error) { return true, nil }

// Remove removes the scope.
func (*Scope) Remove(context.Context) error { return ErrNoCgroup }

// Close frees what this process holds of the scope.
func (*Scope) Close() error { return nil }
