package main

import (
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A daemon hands over to a newer one by starting it with all that must not be
// let go of for a moment: the lock of the state directory and the sockets that
// clients connect to. The newer one finds the sessions by itself.
//
//	older                                newer
//	SIGUSR2 arrives
//	starts the program ----------------> has the lock, adopts the sessions,
//	  and serves on                      serves on the same sockets
//	                 <------------------ "ready"
//	accepts no more, lets the clients
//	  that wait ask again -------------> is asked
//	answers what was begun, ends
//
// Until the word has come the older one changes nothing, so it can go on as if
// nothing had been. The sockets are the same all the time, so a connection that
// nobody has accepted yet is accepted by the one that is left.

// handoverVariable is how the newer daemon learns which of its open files is
// what. Its value is read by another version of this program: what it says may
// only ever grow.
const handoverVariable = "WINRMD_HANDOVER"

// What is handed over, by the name it has in handoverVariable. The listeners
// are also systemd's names for its sockets.
const (
	handoverLock  = "lock"
	handoverReady = "ready" // a pipe, for readyToServe
	// handoverStarter is the socket of the starter, where there is one.
	handoverStarter = "starter"
	listenerSocket  = "socket"
	listenerHTTP    = "http"
	listenerHTTPS   = "https"
)

// readyToServe is what the newer daemon writes when it serves.
const readyToServe = "ready\n"

// handoverTimeout is how long the newer daemon may take until then. It looks at
// every session first, and one whose host is stopped keeps it waiting for some
// seconds.
const handoverTimeout = 30 * time.Second

// firstFile is the first descriptor after standard input, output and error.
const firstFile = 3

// describeHandover is the value of handoverVariable for files that begin with
// descriptor firstFile, in the order of their names.
func describeHandover(names []string) string {
	fields := make([]string, len(names))
	for i, name := range names {
		fields[i] = name + "=" + strconv.Itoa(firstFile+i)
	}
	return strings.Join(fields, " ")
}

// parseHandover reads the value of handoverVariable.
func parseHandover(text string) (map[string]int, error) {
	files := map[string]int{}
	used := map[int]string{}
	for _, field := range strings.Fields(text) {
		name, number, ok := strings.Cut(field, "=")
		if !ok {
			return nil, fmt.Errorf("%q is not NAME=DESCRIPTOR", field)
		}
		if !slices.Contains([]string{handoverLock, handoverReady, handoverStarter, listenerSocket, listenerHTTP, listenerHTTPS}, name) {
			return nil, fmt.Errorf("%q is nothing that this version takes over", name)
		}
		fd, err := strconv.Atoi(number)
		if err != nil || fd < firstFile {
			return nil, fmt.Errorf("%q: the descriptor is a number from %d on", field, firstFile)
		}
		if _, twice := files[name]; twice {
			return nil, fmt.Errorf("%q comes twice", name)
		}
		if other, twice := used[fd]; twice {
			return nil, fmt.Errorf("%q and %q have the same descriptor %d", other, name, fd)
		}
		files[name], used[fd] = fd, name
	}
	for _, name := range []string{handoverLock, handoverReady, listenerSocket} {
		if _, ok := files[name]; !ok {
			return nil, fmt.Errorf("%q is missing", name)
		}
	}
	return files, nil
}

// inherited is what a daemon got from whoever started it: an older daemon or
// systemd. The zero value is nothing.
type inherited struct {
	lock      *os.File                // nil: the lock is to be taken
	starter   *os.File                // the socket of the starter; nil: there is none, or none yet
	waiting   io.WriteCloser          // the older daemon, which wants to know when this one serves; nil: nobody
	listeners map[string]net.Listener // by name; what an older daemon listened at
	followed  map[string]string       // by name; see followVariable
	activated []activated             // what systemd listens at
}

// takeLock takes the lock of a state directory, if it was not handed over.
func (i *inherited) takeLock(directory string) (*stateLock, error) {
	if i.lock == nil {
		return lockState(directory)
	}
	return newStateLock(directory, i.lock)
}

// ready says to the older daemon that this one serves.
func (i *inherited) ready() error {
	if i.waiting == nil {
		return nil
	}
	defer i.waiting.Close()
	if _, err := io.WriteString(i.waiting, readyToServe); err != nil {
		return fmt.Errorf("the daemon that hands over: %w", err)
	}
	return nil
}
