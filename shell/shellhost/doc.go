// Package shellhost keeps each shell in a process of its own, so that it
// outlives the daemon that clients talk to.
//
// A Host is that process: it owns one shell with its state, clock, buffers and
// spool, is the parent of all that runs in it, and serves the shell's
// operations as a wsman.Handler over a Unix socket. A Router is the daemon's
// side: the directory of the hosts, the quotas on their number, and a
// wsman.Handler that passes each envelope on to the host whose shell it
// selects. An envelope travels as it came from its client, so there is no
// second protocol for operations; what else the two say to each other is in
// protocol.go.
//
// A Router holds nothing that cannot be found again: the directories under its
// own are the truth, one a shell, and a Router that is made later adopts the
// hosts whose sockets lie there. What a shell is, is package shell's; what its
// operations look like, shellresource's.
package shellhost
