package starter

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// unixStat is what a FileInfo has of a file's owner.
type unixStat = syscall.Stat_t

// The socket keeps packets apart (SOCK_SEQPACKET): a request is one, and so is an
// answer, which comes on a socket of its own. So several daemons can ask at the
// same time, as they do while one hands over to the next.

// pair makes the two ends of such a socket.
func pair() (ours, theirs *os.File, err error) {
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_SEQPACKET|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	if err != nil {
		return nil, nil, fmt.Errorf("socket pair: %w", err)
	}
	return os.NewFile(uintptr(fds[0]), "starter"), os.NewFile(uintptr(fds[1]), "starter"), nil
}

// maxDescriptors is how many descriptors a packet may have.
const maxDescriptors = 3

// send sends a packet with descriptors.
func send(socket *os.File, packet []byte, files ...*os.File) error {
	fds := make([]int, len(files))
	for i, f := range files {
		fds[i] = int(f.Fd())
	}
	var rights []byte
	if len(fds) > 0 {
		rights = unix.UnixRights(fds...)
	}
	raw, err := socket.SyscallConn()
	if err != nil {
		return err
	}
	var failure error
	err = raw.Write(func(fd uintptr) bool {
		failure = unix.Sendmsg(int(fd), packet, rights, nil, unix.MSG_NOSIGNAL)
		return !errors.Is(failure, unix.EAGAIN)
	})
	return errors.Join(err, failure)
}

// receive takes a packet and its descriptors, which are the caller's. It is io.EOF
// when nobody has the other end any more. A packet that is too long comes cut off,
// one byte longer than it may be.
func receive(socket *os.File) (packet []byte, files []*os.File, err error) {
	packet = make([]byte, maxMessage+1)
	oob := make([]byte, unix.CmsgSpace(4*maxDescriptors))
	raw, err := socket.SyscallConn()
	if err != nil {
		return nil, nil, err
	}
	var n, oobn, flags int
	var failure error
	if err := raw.Read(func(fd uintptr) bool {
		n, oobn, flags, _, failure = unix.Recvmsg(int(fd), packet, oob, unix.MSG_CMSG_CLOEXEC)
		return !errors.Is(failure, unix.EAGAIN) && !errors.Is(failure, unix.EINTR)
	}); err != nil {
		return nil, nil, err
	}
	if failure != nil {
		return nil, nil, failure
	}
	files, err = descriptors(oob[:oobn])
	if flags&unix.MSG_CTRUNC != 0 {
		err = errors.Join(err, errors.New("too many descriptors"))
	}
	if err == nil && n == 0 && len(files) == 0 {
		err = io.EOF
	}
	return packet[:n], files, err
}

// descriptors takes descriptors out of what came beside a packet.
func descriptors(oob []byte) ([]*os.File, error) {
	messages, err := unix.ParseSocketControlMessage(oob)
	if err != nil {
		return nil, err
	}
	var files []*os.File
	for i := range messages {
		fds, err := unix.ParseUnixRights(&messages[i])
		if err != nil {
			return files, err
		}
		for _, fd := range fds {
			files = append(files, os.NewFile(uintptr(fd), "passed"))
		}
	}
	return files, nil
}

// sendAnswer sends an answer, and does not wait: who does not take it has gone,
// and what was passed for it may be no socket at all.
func sendAnswer(socket *os.File, a *answer) {
	text, err := json.Marshal(a)
	if err != nil || len(text) > maxMessage {
		text = []byte(`{"Error":"the answer is too long"}`)
	}
	if raw, err := socket.SyscallConn(); err == nil {
		_ = raw.Control(func(fd uintptr) {
			_ = unix.Sendmsg(int(fd), text, nil, nil, unix.MSG_NOSIGNAL|unix.MSG_DONTWAIT)
		})
	}
}

// receiveAnswer waits for an answer until a deadline.
func receiveAnswer(socket *os.File, deadline time.Time) (*answer, error) {
	if err := socket.SetReadDeadline(deadline); err != nil {
		return nil, err
	}
	packet, files, err := receive(socket)
	closeAll(files)
	if errors.Is(err, io.EOF) {
		return nil, errors.New("it has ended")
	}
	if err != nil {
		return nil, err
	}
	a := &answer{}
	if err := json.Unmarshal(packet, a); err != nil {
		return nil, fmt.Errorf("its answer: %w", err)
	}
	return a, nil
}

func closeAll(files []*os.File) {
	for _, f := range files {
		f.Close()
	}
}
