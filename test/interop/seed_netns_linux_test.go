package interop

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// network is a network namespace of its own with one link, to this process's:
// for the server, what runs in it is another computer.
type network struct {
	own, other *os.File
	// here is this end's address, there the other end's.
	here, there netip.Addr
}

// newNetwork makes one, which only the superuser can. It is gone when the test
// and its processes have ended.
func newNetwork(t *testing.T) *network {
	t.Helper()
	if os.Geteuid() != 0 {
		need(t, fmt.Errorf("the superuser's rights to make a network: %w", errMissing))
	}
	n := &network{}
	// Of the addresses for tests of networks (RFC 2544) every process takes others.
	pair := uint32(os.Getpid()&0x7fff) << 2
	address := func(last uint32) netip.Addr {
		return netip.AddrFrom4([4]byte(binary.BigEndian.AppendUint32(nil, 198<<24|18<<16|pair|last)))
	}
	n.here, n.there = address(1), address(2)
	n.make(t)
	here, there := fmt.Sprintf("wrmd%dh", os.Getpid()), fmt.Sprintf("wrmd%dt", os.Getpid())
	require.NoError(t, addPair(here, there, n.other), "a pair of links")
	require.NoError(t, setUp(here, n.here))
	n.do(t, func() { require.NoError(t, setUp(there, n.there)) })
	return n
}

// make makes the namespace, with a thread that goes back to its own.
func (n *network) make(t *testing.T) {
	t.Helper()
	runtime.LockOSThread()
	var err error
	n.own, err = os.Open("/proc/thread-self/ns/net")
	require.NoError(t, err)
	t.Cleanup(func() { n.own.Close() })
	require.NoError(t, unix.Unshare(unix.CLONE_NEWNET), "a network namespace")
	n.other, err = os.Open("/proc/thread-self/ns/net")
	n.leave(t)
	require.NoError(t, err)
	t.Cleanup(func() { n.other.Close() })
}

// do runs f on a thread that is in the namespace. What f starts is in it too.
func (n *network) do(t *testing.T, f func()) {
	t.Helper()
	runtime.LockOSThread()
	require.NoError(t, unix.Setns(int(n.other.Fd()), unix.CLONE_NEWNET))
	defer n.leave(t)
	f()
}

// leave takes the thread back. One that cannot go back is never used again.
func (n *network) leave(t *testing.T) {
	if err := unix.Setns(int(n.own.Fd()), unix.CLONE_NEWNET); err != nil {
		t.Errorf("back to the network namespace: %v", err)
		return
	}
	runtime.UnlockOSThread()
}

// setUp gives a link an address, for it and one other, and takes it up.
func setUp(link string, address netip.Addr) (err error) {
	socket, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, unix.Close(socket)) }()
	request, err := unix.NewIfreq(link)
	if err != nil {
		return err
	}
	four := address.As4()
	for _, step := range []struct {
		ioctl uint
		set   func()
	}{
		{unix.SIOCSIFADDR, func() { err = request.SetInet4Addr(four[:]) }},
		{unix.SIOCSIFNETMASK, func() { err = request.SetInet4Addr([]byte{255, 255, 255, 252}) }},
		{unix.SIOCSIFFLAGS, func() { request.SetUint16(unix.IFF_UP | unix.IFF_RUNNING) }},
	} {
		if step.set(); err == nil {
			err = unix.IoctlIfreq(socket, step.ioctl, request)
		}
		if err != nil {
			return fmt.Errorf("%s, request %#x: %w", link, step.ioctl, err)
		}
	}
	return nil
}

// addPair adds two links that are each other's end, the second in another
// namespace (rtnetlink(7), RTM_NEWLINK with the kind veth).
func addPair(here, there string, namespace *os.File) (err error) {
	const infoPeer = 1 // VETH_INFO_PEER
	none := make([]byte, unix.SizeofIfInfomsg)
	peer := append([]byte(nil), none...)
	peer = appendAttribute(peer, unix.IFLA_IFNAME, append([]byte(there), 0))
	peer = appendAttribute(peer, unix.IFLA_NET_NS_FD, binary.NativeEndian.AppendUint32(nil, uint32(namespace.Fd())))
	info := appendAttribute(nil, unix.IFLA_INFO_KIND, []byte("veth"))
	info = appendAttribute(info, unix.IFLA_INFO_DATA, appendAttribute(nil, infoPeer, peer))
	body := appendAttribute(none, unix.IFLA_IFNAME, append([]byte(here), 0))
	body = appendAttribute(body, unix.IFLA_LINKINFO, info)

	socket, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.NETLINK_ROUTE)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, unix.Close(socket)) }()
	message := binary.NativeEndian.AppendUint32(nil, uint32(unix.SizeofNlMsghdr+len(body)))
	message = binary.NativeEndian.AppendUint16(message, unix.RTM_NEWLINK)
	message = binary.NativeEndian.AppendUint16(message, unix.NLM_F_REQUEST|unix.NLM_F_ACK|unix.NLM_F_CREATE|unix.NLM_F_EXCL)
	message = append(message, make([]byte, 8)...) // sequence and port
	if err := unix.Sendto(socket, append(message, body...), 0, &unix.SockaddrNetlink{Family: unix.AF_NETLINK}); err != nil {
		return err
	}
	answer := make([]byte, 4096)
	length, _, err := unix.Recvfrom(socket, answer, 0)
	switch {
	case err != nil:
		return err
	case length < unix.SizeofNlMsghdr+4 || binary.NativeEndian.Uint16(answer[4:]) != unix.NLMSG_ERROR:
		return errors.New("rtnetlink answers something else")
	}
	if code := int32(binary.NativeEndian.Uint32(answer[unix.SizeofNlMsghdr:])); code != 0 {
		return unix.Errno(-code)
	}
	return nil
}

// appendAttribute appends an attribute of rtnetlink, padded.
func appendAttribute(to []byte, kind uint16, value []byte) []byte {
	to = binary.NativeEndian.AppendUint16(to, uint16(4+len(value)))
	to = binary.NativeEndian.AppendUint16(to, kind)
	to = append(to, value...)
	return append(to, make([]byte, -len(value)&3)...)
}
