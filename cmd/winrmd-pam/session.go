//go:build linux && cgo && pam

package main

import (
	"encoding/json"
	"io"
	"maps"
	"os"
	"os/signal"
	"slices"
	"syscall"

	libpam "github.com/msteinert/pam/v2"

	"github.com/winrmd/winrmd/wsman/auth/pam"
)

// sessionArgument asks for a session instead of a check.
const sessionArgument = "session"

// holdSession is the whole of a process with that argument. It knows no password,
// and its limits are for who asks: they are not changed here.
func holdSession() {
	request, err := read(os.Stdin)
	if err == nil {
		err = hold(request)
	}
	if err != nil {
		fail(err)
	}
}

// hold opens a PAM session for the user of a request, says so, and closes it at
// the end of standard input, which whatever runs in the session holds open. The
// limits that modules set on this process are there to be read meanwhile.
func hold(r *pam.Request) error {
	signal.Ignore(syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGPIPE)
	a, end := open(r)
	if err := json.NewEncoder(os.Stdout).Encode(a); err != nil {
		end()
		return err
	}
	if err := os.Stdout.Close(); err != nil {
		end()
		return err
	}
	_, _ = io.Copy(io.Discard, os.Stdin)
	end()
	return nil
}

// open asks PAM whether the account may be used now, and opens a session.
func open(r *pam.Request) (a *pam.Answer, end func()) {
	nothing := func() {}
	transaction, err := libpam.StartFunc(r.Service, r.User, func(style libpam.Style, _ string) (string, error) {
		if style == libpam.ErrorMsg || style == libpam.TextInfo {
			return "", nil // said to nobody
		}
		return "", errQuestion
	})
	if err != nil {
		return answer(err, true), nothing
	}
	end = func() { _ = transaction.End() } // the process ends
	for _, step := range []func() error{
		func() error { return transaction.SetItem(libpam.Tty, "winrm") },
		func() error { return transaction.AcctMgmt(libpam.Silent) },
		func() error { return transaction.SetCred(libpam.EstablishCred | libpam.Silent) },
		func() error { return transaction.OpenSession(libpam.Silent) },
	} {
		if err := step(); err != nil {
			return answer(err, true), end
		}
	}
	variables, err := transaction.GetEnvList()
	if err != nil {
		return answer(err, true), end
	}
	a = &pam.Answer{Result: pam.Accepted, User: r.User}
	for _, name := range slices.Sorted(maps.Keys(variables)) {
		a.Environment = append(a.Environment, name+"="+variables[name])
	}
	return a, func() {
		_ = transaction.CloseSession(libpam.Silent)
		_ = transaction.SetCred(libpam.DeleteCred | libpam.Silent)
		_ = transaction.End()
	}
}
