// Package unit has systemd make a scope unit of each session's processes
// (systemd.scope(5)), so that an administrator finds sessions where he looks for
// everything else that runs: systemctl status, systemd-cgls, drop-ins for slices.
//
// It asks for the unit and its limits. What is in the unit's control group afterwards
// is package process's.
package unit
