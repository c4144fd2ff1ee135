// Package process runs the programs of shells and sees to it that none is left
// behind. There are several nets, since each has its holes:
//
//   - Group: a program is the leader of a process group of its own and ends
//     together with it. Who calls setsid leaves the group.
//   - BecomeReaper, Reaper and KillOrphans: whose parent has died comes to the
//     process that runs the shell, whatever it has done to get away. That ends
//     with that process; then they come to the next reaper above, or to init.
//   - Scope: a control group, which is killed as a whole by anybody who knows
//     its path. Only root gets out of it. Not every machine has them.
//   - KillMarked: finds processes by a variable of their environment, which
//     they inherit. Who empties the environment and loses its parent is lost.
//   - EndWithUs: on Windows, a job that ends with this process.
//
// Watch and Identity are for processes that are not children of this one.
//
// What a program is told and what becomes of its output is the caller's.
package process
