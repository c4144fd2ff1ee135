package machine

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Config says what a guest is like.
type Config struct {
	Kernel Kernel
	Agent  string // the file of package agent's program, without cgo
	Share  string // a directory of this machine that the guest has as Share
	// Console is the file for what the guest says at its console.
	Console string
	// MemoryMB and SwapMB are MiB, Processors at least 1.
	MemoryMB, SwapMB, Processors int
}

// bootTimeout is for a guest on a busy machine. Alone it takes half a minute.
const bootTimeout = 5 * time.Minute

// Machine is a guest that runs.
type Machine struct {
	directory string // its initramfs, swap and socket
	process   *exec.Cmd
	exited    chan struct{} // closed when the guest has ended
	err       error         // how; read after exited is closed
	port      net.Conn

	mu      sync.Mutex
	number  int
	waiting map[int]chan Response
	read    chan struct{} // closed when nothing comes from the port any more
}

// Boot starts a guest and waits until its agent is ready, for five minutes at most.
func Boot(ctx context.Context, c Config) (*Machine, error) {
	ctx, cancel := context.WithTimeout(ctx, bootTimeout)
	defer cancel()
	// The path is short: that of the Unix socket in it is limited.
	directory, err := os.MkdirTemp("", "machine-")
	if err != nil {
		return nil, err
	}
	m := &Machine{
		directory: directory, exited: make(chan struct{}), read: make(chan struct{}), waiting: map[int]chan Response{},
	}
	if err := m.boot(ctx, c); err != nil {
		return nil, errors.Join(fmt.Errorf("boot: %w", err), m.Close())
	}
	return m, nil
}

func (m *Machine) boot(ctx context.Context, c Config) error {
	agent, err := os.ReadFile(c.Agent)
	if err != nil {
		close(m.exited)
		return err
	}
	initramfs, err := c.Kernel.initramfs(agent)
	if err == nil {
		err = os.WriteFile(m.file("initramfs"), initramfs, 0o600)
	}
	if err == nil {
		err = os.WriteFile(m.file("swap"), nil, 0o600)
	}
	if err == nil {
		err = os.Truncate(m.file("swap"), int64(c.SwapMB)<<20)
	}
	if err != nil {
		close(m.exited)
		return err
	}
	// It listens before the emulator connects, so that nobody has to try again.
	listener, err := net.Listen("unix", m.file("port"))
	if err != nil {
		close(m.exited)
		return err
	}
	defer listener.Close()
	if err := m.emulate(c); err != nil {
		return err
	}
	stop := context.AfterFunc(ctx, func() { listener.Close() })
	defer stop()
	go func() { // an emulator that refuses its arguments connects to nobody
		<-m.exited
		listener.Close()
	}()
	if m.port, err = listener.Accept(); err != nil {
		return m.because(ctx, err)
	}
	ready := m.expect(0)
	go m.receive()
	_, err = m.wait(ctx, ready)
	return err
}

// emulate starts the emulator. A thread of its own waits for it: the kernel kills
// the emulator when that thread ends, as it does with this process.
func (m *Machine) emulate(c Config) error {
	m.process = exec.Command(emulator, m.arguments(c)...)
	m.process.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	var says strings.Builder
	m.process.Stderr = &says
	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := m.process.Start()
		started <- err
		if err == nil {
			err = m.process.Wait()
		}
		m.err = fmt.Errorf("%s: %w: %s", emulator, err, says.String())
		if err == nil {
			m.err = fmt.Errorf("%s has ended: %s", emulator, says.String())
		}
		close(m.exited)
	}()
	return <-started
}

// arguments are the emulator's. Without hardware help (accel=tcg) a guest runs
// anywhere, also where /dev/kvm is there and does not work.
func (m *Machine) arguments(c Config) []string {
	return []string{
		"-machine", "q35,accel=tcg", "-cpu", "max", "-smp", fmt.Sprint(c.Processors), "-m", fmt.Sprint(c.MemoryMB),
		"-nodefaults", "-no-reboot", "-display", "none", "-serial", "file:" + c.Console,
		"-kernel", c.Kernel.Image, "-initrd", m.file("initramfs"),
		"-append", "console=ttyS0 quiet panic=-1 systemd.unified_cgroup_hierarchy=1 systemd.show_status=false" +
			" systemd.unit=machine.target mitigations=off",
		"-virtfs", "local,path=/,mount_tag=host,security_model=passthrough,readonly=on,multidevs=remap",
		"-virtfs", "local,path=" + c.Share + ",mount_tag=share,security_model=passthrough,readonly=on",
		"-drive", "file=" + m.file("swap") + ",format=raw,if=virtio,cache=unsafe",
		"-device", "virtio-rng-pci", "-device", "virtio-serial-pci",
		"-chardev", "socket,id=port,path=" + m.file("port"),
		"-device", "virtserialport,chardev=port,name=" + Port,
	}
}

func (m *Machine) file(name string) string { return filepath.Join(m.directory, name) }

// Run runs a program in the guest. An error says that it was not run to its end;
// any exit status is none. It ends with ctx, which should have a deadline: the
// guest then kills the program.
func (m *Machine) Run(ctx context.Context, r Request) (Response, error) {
	if deadline, ok := ctx.Deadline(); ok && r.TimeoutMs == 0 {
		r.TimeoutMs = int(max(time.Until(deadline).Milliseconds(), 1))
	}
	m.mu.Lock()
	m.number++
	r.ID = m.number
	m.mu.Unlock()
	text, err := json.Marshal(r)
	if err != nil {
		return Response{}, err
	}
	answer := m.expect(r.ID)
	m.mu.Lock()
	_, err = m.port.Write(append(text, '\n'))
	m.mu.Unlock()
	if err != nil {
		return Response{}, m.because(ctx, err)
	}
	return m.wait(ctx, answer)
}

func (m *Machine) expect(id int) chan Response {
	answer := make(chan Response, 1)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.waiting[id] = answer
	return answer
}

// grace is how much later than the guest this side gives up.
const grace = 10 * time.Second

func (m *Machine) wait(ctx context.Context, answer chan Response) (Response, error) {
	select {
	case r := <-answer:
		return r, failure(r)
	case <-m.read:
		return Response{}, m.because(ctx, errors.New("the agent has ended"))
	case <-ctx.Done():
	}
	select { // what the guest has to say of one that took too long
	case r := <-answer:
		return r, failure(r)
	case <-time.After(grace):
		return Response{}, ctx.Err()
	}
}

func failure(r Response) error {
	if r.Failure != "" {
		return errors.New(r.Failure)
	}
	return nil
}

// receive gives each response to who waits for it.
func (m *Machine) receive() {
	defer close(m.read)
	for decoder := json.NewDecoder(bufio.NewReader(m.port)); ; {
		var r Response
		if decoder.Decode(&r) != nil {
			return
		}
		m.mu.Lock()
		answer := m.waiting[r.ID]
		delete(m.waiting, r.ID)
		m.mu.Unlock()
		if answer != nil {
			answer <- r
		}
	}
}

// because is why something did not work: the guest's end, if it has ended.
func (m *Machine) because(ctx context.Context, err error) error {
	select {
	case <-m.exited:
		return m.err
	case <-ctx.Done():
		return ctx.Err()
	default:
		return err
	}
}

// Close ends the guest, as if its power was cut, and removes what it had here.
func (m *Machine) Close() error {
	if m.process != nil && m.process.Process != nil {
		_ = m.process.Process.Kill()
	}
	<-m.exited
	if m.port != nil {
		m.port.Close()
		<-m.read
	}
	return os.RemoveAll(m.directory)
}
