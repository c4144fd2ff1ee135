package main

import (
	"log"
	"os"
)

// roleVariable makes a process of this program play a part: winrmd starts it
// as an engine, and the bench as a bare HTTP server.
const roleVariable = "WINRMD_BENCH_ROLE"

const (
	roleEngine = "engine"
	roleServer = "server"
)

// playRole plays the part that this process has, if it has one.
func playRole() bool {
	var err error
	switch os.Getenv(roleVariable) {
	case roleEngine:
		err = imitateEngine(os.Stdin, os.Stdout)
	case roleServer:
		err = serveBare(os.Stdin, os.Stdout)
	default:
		return false
	}
	if err != nil {
		log.Fatal(err)
	}
	return true
}

// asRole is the environment for a process with a part.
func asRole(role string) string { return roleVariable + "=" + role }
