package main

import (
	"fmt"
	"log/slog"
	"net"
	"os"
	"strings"

	sdnotify "github.com/coreos/go-systemd/v22/daemon"
)

// notifyVariable is where a service manager says how it is told of a service
// (sd_notify(3)).
const notifyVariable = "NOTIFY_SOCKET"

// notifier tells the service manager what the daemon does, if there is one.
type notifier struct {
	socket string // empty: there is none
	log    *slog.Logger
}

// newNotifier takes the service manager's socket out of the environment: the
// sessions inherit that, and a program that runs in one and knows sd_notify
// must not speak for the daemon. For the same reason the messages are not sent
// with sdnotify.SdNotify, which looks there each time.
func newNotifier(log *slog.Logger) *notifier {
	n := &notifier{socket: os.Getenv(notifyVariable), log: log}
	os.Unsetenv(notifyVariable)
	return n
}

// environment is for the daemon that takes over.
func (n *notifier) environment() []string {
	if n.socket == "" {
		return nil
	}
	return []string{notifyVariable + "=" + n.socket}
}

// ready says that this process serves, and that it is the one to watch: after
// an upgrade the service manager knows only the process before.
func (n *notifier) ready() {
	n.tell(fmt.Sprintf("MAINPID=%d", os.Getpid()), sdnotify.SdNotifyReady)
}

// handingOver says that another process is about to take over. What follows is
// ready, of that process or, if it failed, of this one.
func (n *notifier) handingOver() { n.tell(sdnotify.SdNotifyReloading) }

// stopping says that the daemon is about to end.
func (n *notifier) stopping() { n.tell(sdnotify.SdNotifyStopping) }

func (n *notifier) tell(states ...string) {
	if n.socket == "" {
		return
	}
	c, err := net.DialUnix("unixgram", nil, &net.UnixAddr{Name: n.socket, Net: "unixgram"})
	if err == nil {
		defer c.Close()
		_, err = c.Write([]byte(strings.Join(states, "\n")))
	}
	if err != nil {
		n.log.Warn("the service manager was not told", "states", states, "error", err)
	}
}
