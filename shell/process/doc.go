// Package process runs the programs of shells: each is the leader of a process
// group of its own, so that it can be ended together with everything that it
// has started, and none is left behind.
//
// What a program is told and what becomes of its output is the caller's.
package process
