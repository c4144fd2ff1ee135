package shell

import (
	"cmp"
	"context"
	"iter"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
)

// Directory holds all shells of a process and keeps the quotas on their number.
type Directory struct {
	// Complete, if not nil, adds to the Spec of a shell that is to be made what
	// its client did not say: an identifier where that is missing, a spool. It
	// is set before the Directory is used.
	Complete func(*Spec)

	mu     sync.Mutex
	shells map[string]*entry // by upper-case ShellId
	closed bool
	making sync.WaitGroup // Creates under way; none is added once closed
}

// entry is a shell or, while its plug-in starts, the place kept for it.
type entry struct {
	user          string
	configuration string
	shell         *Shell             // nil: being made
	cancel        context.CancelFunc // ends the start
}

// NewDirectory makes an empty directory.
func NewDirectory() *Directory {
	return &Directory{shells: make(map[string]*entry)}
}

// Create makes a shell and starts what runs in it. ctx bounds the start only.
func (d *Directory) Create(ctx context.Context, spec Spec) (*Shell, error) {
	if err := spec.Configuration.CheckIdleTimeout(spec.IdleTimeout); err != nil {
		return nil, err
	}
	if d.Complete != nil {
		d.Complete(&spec)
	}
	if spec.ShellID == "" {
		spec.ShellID = uuid.NewString()
	}
	spec.ShellID = strings.ToUpper(spec.ShellID)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if err := d.reserve(&spec, cancel); err != nil {
		return nil, err
	}
	defer d.making.Done()
	sh := newShell(spec, d.remove)
	instance, err := spec.Configuration.Plugin.Open(ctx, &sh.spec.OpenRequest, sh)
	if err != nil {
		sh.abandon()
		d.remove(sh)
		return nil, err
	}
	sh.publish(instance)
	if !d.enter(sh) {
		sh.shut()
		return nil, ErrClosed
	}
	return sh, nil
}

// publish gives a new shell its instance and starts its clock.
func (sh *Shell) publish(instance Instance) {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	sh.instance = instance
	if cutter, ok := instance.(Cutter); ok {
		sh.cutter = cutter
	}
	sh.clock.heard = time.Now()
	sh.arm()
}

// abandon closes a shell whose plug-in did not start.
func (sh *Shell) abandon() {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	sh.closing, sh.state = true, Closed
	sh.eachTarget((*target).end)
	sh.buffer.changed()
	close(sh.closed)
}

// reserve keeps a place if identifier and quotas allow it.
func (d *Directory) reserve(spec *Spec, cancel context.CancelFunc) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return ErrClosed
	}
	if _, ok := d.shells[spec.ShellID]; ok {
		return &ConflictError{ShellID: spec.ShellID}
	}
	if err := spec.Configuration.Admit(spec.Client.User, d.places()); err != nil {
		return err
	}
	d.making.Add(1)
	d.shells[spec.ShellID] = &entry{
		user: spec.Client.User, configuration: spec.Configuration.Name, cancel: cancel,
	}
	return nil
}

// places tells whose the shells are. The caller holds the lock.
func (d *Directory) places() iter.Seq[Place] {
	return func(yield func(Place) bool) {
		for _, e := range d.shells {
			if !yield(Place{User: e.user, Configuration: e.configuration}) {
				return
			}
		}
	}
}

// enter makes a started shell known, unless the directory was closed.
func (d *Directory) enter(sh *Shell) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	e := d.shells[sh.spec.ShellID]
	if d.closed || e == nil {
		return false
	}
	e.shell = sh
	return true
}

func (d *Directory) remove(sh *Shell) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.shells, sh.spec.ShellID)
}

// Shell finds a shell by its identifier in any case. Whether the caller may
// use it is checked by each operation.
func (d *Directory) Shell(id string) (*Shell, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if e := d.shells[strings.ToUpper(id)]; e != nil && e.shell != nil {
		return e.shell, nil
	}
	return nil, &NotFoundError{ShellID: id}
}

// List tells of every shell that the client may see: its user's own, or all
// for an administrator, oldest first.
func (d *Directory) List(c Client) []Info {
	var list []Info
	for _, sh := range d.all() {
		if info, err := sh.Info(c); err == nil && info.State != Closed {
			list = append(list, info)
		}
	}
	return list
}

// all is every shell, oldest first.
func (d *Directory) all() []*Shell {
	d.mu.Lock()
	defer d.mu.Unlock()
	shells := make([]*Shell, 0, len(d.shells))
	for _, e := range d.shells {
		if e.shell != nil {
			shells = append(shells, e.shell)
		}
	}
	slices.SortFunc(shells, func(a, b *Shell) int {
		return cmp.Or(a.created.Compare(b.created), strings.Compare(a.spec.ShellID, b.spec.ShellID))
	})
	return shells
}

// Close ends every shell, those that are being made too, and lets no new one
// be made.
func (d *Directory) Close() {
	d.mu.Lock()
	d.closed = true
	for _, e := range d.shells {
		e.cancel()
	}
	d.mu.Unlock()
	var wg sync.WaitGroup
	for _, sh := range d.all() {
		wg.Go(sh.shut)
	}
	wg.Wait()
	d.making.Wait()
}
