package process

import (
	"os"
	"strconv"
	"strings"
)

// victim is by how much what a shell runs is rather ended than its host when there
// is no memory (oom_score_adj): as if it used so many thousandths of all there is
// more than it does. Who is not the superuser cannot make himself less likely a
// victim than he was; to be the likelier one anybody is free.
const victim = 500

// prefer has the system end a program, and what that starts, rather than its host,
// so that the host can say what has happened. Something that the program starts at
// once may be without it: it is no likelier a victim than the host then.
func prefer(pid int) {
	_ = os.WriteFile(scorePath(pid), []byte(strconv.Itoa(victim)), 0) // it may have ended
}

// expose takes from a process what it has inherited that would have the system end
// others rather than it: the daemon's, of its unit. Only the superuser's daemon
// can have any.
func expose(pid int) {
	text, err := os.ReadFile(scorePath(pid))
	if err == nil && strings.HasPrefix(string(text), "-") {
		_ = os.WriteFile(scorePath(pid), []byte("0"), 0)
	}
}

func scorePath(pid int) string { return "/proc/" + strconv.Itoa(pid) + "/oom_score_adj" }
