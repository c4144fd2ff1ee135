//go:build !windows

package main

import "context"

// asService runs the program: a service needs nothing more here.
func asService(ctx context.Context, run func(context.Context) error) error { return run(ctx) }
