// Package starter is the one part of winrmd that keeps the superuser's rights: a
// small process that starts the hosts of sessions as other accounts, ends what is
// left of dead ones and removes their directories. The daemon asks it over a
// socket that it has inherited, and needs no right of its own.
//
// What can be asked is small on purpose (protocol.go has all of it): the path of
// the program, its arguments, its environment and the directory of the sessions
// are the starter's own, fixed when the superuser starts it. A request names a
// shell and an account. It is refused where the account is the superuser, one of
// the system (below the smallest number of people's accounts, unless allowed by
// name), or not the owner of the directory that is there already.
//
// So who has taken over the daemon can act as every account that may have a
// session here, as it could with their passwords passing by, and not as more.
//
// What a host is told goes from daemon to host through a pipe; the starter does
// not read it. Authentication, which account a user has, and limits on numbers of
// sessions are the daemon's. Linux only: elsewhere sessions run as the account of
// winrmd.
package starter
