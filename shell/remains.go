package shell

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Rememberer is implemented by an Instance that must know something of itself
// to speak to clients when all that ran in it is gone.
type Rememberer interface {
	// Remember returns what Restorer.Restore is given.
	Remember() []byte
}

// Restorer is implemented by a Plugin that can make an Instance of what is
// left of one.
type Restorer interface {
	// Restore makes an instance in which nothing runs any more. It tells host
	// that it has ended, with cause.
	Restore(shellID string, remembered []byte, host Host, cause error) (Instance, error)
}

// remains is what is left of a shell whose process was killed: what its client
// has not fetched of commands that had finished by then. It is the index of a
// Spool.
type remains struct {
	Spec        Spec
	Client      Client // who was attached last
	State       State
	IdleTimeout time.Duration
	Mode        Mode
	Created     time.Time
	Heard       time.Time
	Dropped     int64
	Plugin      []byte
	Commands    []leftCommand
}

type leftCommand struct {
	ID, Line string
	Created  time.Time
	Finished bool
	ExitCode int
	Streams  []leftStream
}

type leftStream struct {
	Name    string
	Objects []leftObject
}

type leftObject struct {
	ID       uint64
	Class    Class
	Complete bool
	Text     bool     // the pieces are base64 text
	Pieces   []string // references of records
}

// saving is the state of what writes the remains. It is guarded by the shell's
// lock.
type saving struct {
	dirty, running, saved bool
	done                  chan struct{} // closed when it does not run any more
}

// noteRemains lets the remains be written anew, or removed where a client is
// attached: it takes what is there, and answers for it itself. The caller
// holds the lock.
func (sh *Shell) noteRemains() {
	s := &sh.saving
	if sh.spec.Spool == nil || sh.instance == nil || sh.closing || !sh.leavesRemains() && !s.saved {
		return
	}
	s.dirty = true
	if !s.running {
		s.running, s.done = true, make(chan struct{})
		go sh.saveRemains()
	}
}

// leavesRemains reports whether there is anything for a client to come back to
// if the process should die now.
func (sh *Shell) leavesRemains() bool {
	if sh.state != Disconnected && sh.state != Lost {
		return false
	}
	for _, cmd := range sh.commands {
		if cmd.finished && !cmd.delivered() {
			return true
		}
	}
	return false
}

// saveRemains writes until nothing has changed meanwhile. The disk is waited
// for without the lock.
func (sh *Shell) saveRemains() {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	defer close(sh.saving.done)
	for sh.saving.dirty && !sh.closing {
		sh.saving.dirty = false
		if err := sh.saveOnce(); err != nil {
			sh.buffer.spoolError = err
		}
	}
	sh.saving.running = false
}

// saveOnce writes the remains as they are now. The caller holds the lock,
// which is given up meanwhile.
func (sh *Shell) saveOnce() error {
	spool := sh.spec.Spool
	if !sh.leavesRemains() {
		sh.mu.Unlock()
		err := spool.SaveIndex(nil)
		sh.mu.Lock()
		sh.saving.saved = sh.saving.saved && err != nil
		return err
	}
	if err := sh.moveToDisk(); err != nil {
		return err
	}
	left := sh.remains()
	rememberer, ok := sh.instance.(Rememberer)
	sh.mu.Unlock()
	if ok {
		left.Plugin = rememberer.Remember()
	}
	text, err := json.Marshal(left)
	if err == nil {
		err = spool.SaveIndex(text)
	}
	sh.mu.Lock()
	sh.saving.saved = sh.saving.saved || err == nil
	return err
}

// moving is a piece that is written to disk.
type moving struct {
	object *object
	piece  int
	data   Data
}

// moveToDisk writes what finished commands have in memory. The caller holds
// the lock, which is given up for each piece.
func (sh *Shell) moveToDisk() error {
	var list []moving
	for _, cmd := range sh.commands {
		if !cmd.finished {
			continue
		}
		for _, st := range cmd.streams {
			for _, o := range st.objects {
				for i := range o.pieces {
					if h := &o.pieces[i]; h.record == nil && !h.data.Empty() {
						list = append(list, moving{o, i, h.data})
					}
				}
			}
		}
	}
	for _, m := range list {
		sh.mu.Unlock()
		record, err := sh.spec.Spool.Append(m.data.Raw())
		sh.mu.Lock()
		if err != nil {
			return err
		}
		sh.moved(m, record)
	}
	return nil
}

// moved notes that a piece is on disk, unless it has gone meanwhile.
func (sh *Shell) moved(m moving, record Record) {
	o := m.object
	if o.dropped || m.piece >= len(o.pieces) || o.pieces[m.piece].record != nil || o.pieces[m.piece].data.Empty() {
		record.Free()
		return
	}
	h := &o.pieces[m.piece]
	h.record = record
	switch n := h.size(); {
	case m.piece < o.confirmed.piece:
		h.unload()
		o.keptHere -= n
		sh.buffer.keptHere -= n
	case m.piece >= o.handed.piece && (m.piece > o.handed.piece || o.handed.offset == 0):
		h.unload()
		sh.buffer.onDisk += n
	}
}

// remains describes what is on disk.
func (sh *Shell) remains() *remains {
	left := &remains{
		Spec: sh.spec, Client: sh.client, State: sh.state, IdleTimeout: sh.idleTimeout, Mode: sh.mode,
		Created: sh.created, Heard: sh.clock.heard, Dropped: sh.buffer.dropped,
	}
	for _, cmd := range sh.commands {
		if cmd.delivered() {
			continue
		}
		c := leftCommand{ID: cmd.id, Line: cmd.line, Created: cmd.created, Finished: cmd.finished, ExitCode: cmd.exitCode}
		for _, st := range cmd.streams {
			if cmd.finished {
				c.Streams = append(c.Streams, st.remains())
			}
		}
		left.Commands = append(left.Commands, c)
	}
	return left
}

func (st *Stream) remains() leftStream {
	left := leftStream{Name: st.name}
	for _, o := range st.objects {
		if o.dropped || o.cut || o.class == ClassSession {
			continue
		}
		l := leftObject{ID: o.id, Class: o.class, Complete: o.complete}
		for i := range o.pieces {
			h := &o.pieces[i]
			if h.record == nil {
				continue // it is empty
			}
			l.Text = h.data.text
			l.Pieces = append(l.Pieces, h.record.Ref())
		}
		left.Objects = append(left.Objects, l)
	}
	return left
}

// errNoRemains says that nothing is left of a shell.
var errNoRemains = errors.New("shell: nothing is left of it")

// Restore makes a shell again of what one whose process was killed has left in
// its spool. Nothing runs in it; its commands that had finished can be fetched
// by who connects, and all else is told cause.
func (d *Directory) Restore(cfg *Configuration, spool Spool, cause error) (*Shell, error) {
	text, err := spool.LoadIndex()
	if err != nil {
		return nil, err
	}
	if len(text) == 0 {
		return nil, errNoRemains
	}
	var left remains
	if err := json.Unmarshal(text, &left); err != nil {
		return nil, fmt.Errorf("remains of a shell: %w", err)
	}
	left.Spec.Configuration, left.Spec.Spool = cfg, spool
	left.Spec.ShellID = strings.ToUpper(left.Spec.ShellID)
	if err := d.reserve(&left.Spec, func() {}); err != nil {
		return nil, err
	}
	defer d.making.Done()
	sh := newShell(left.Spec, d.remove)
	sh.restore(&left)
	instance, err := sh.restoreInstance(left.Plugin, cause)
	if err != nil {
		sh.abandon()
		d.remove(sh)
		return nil, err
	}
	heard := time.Now().Add(-max(time.Since(left.Heard), 0))
	sh.publish(instance)
	sh.mu.Lock()
	sh.clock.heard = heard
	sh.saving.saved = true
	sh.arm()
	sh.mu.Unlock()
	if !d.enter(sh) {
		sh.shut()
		return nil, ErrClosed
	}
	return sh, nil
}

// restore fills a new shell.
func (sh *Shell) restore(left *remains) {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	sh.state, sh.client = Disconnected, left.Client
	sh.idleTimeout, sh.mode = left.IdleTimeout, left.Mode
	sh.created = time.Now().Add(-max(time.Since(left.Created), 0))
	sh.buffer.dropped = left.Dropped
	for _, l := range left.Commands {
		cmd := &Command{id: l.ID, line: l.Line, created: l.Created, finished: l.Finished, exitCode: l.ExitCode}
		cmd.target.init(sh, cmd, sh.cfg.Traits.CommandStreams)
		for _, ls := range l.Streams {
			if st := cmd.stream(ls.Name); st != nil {
				st.restore(ls)
			}
		}
		sh.commands = append(sh.commands, cmd)
	}
}

// restore fills a stream. An object of which not all is found is dropped.
func (st *Stream) restore(left leftStream) {
	sh := st.target.sh
	for _, l := range left.Objects {
		sh.seq++
		o := &object{stream: st, seq: sh.seq, id: l.ID, class: l.Class, complete: l.Complete}
		for _, ref := range l.Pieces {
			record, err := sh.spec.Spool.Find(ref)
			if err != nil {
				sh.buffer.spoolError = err
				sh.buffer.dropped++
				o.dropped = true
				break
			}
			o.pieces = append(o.pieces, held{data: Data{text: l.Text}, record: record})
		}
		if o.dropped {
			o.free()
			continue
		}
		all, onDisk := o.unconfirmed()
		sh.buffer.used += all
		sh.buffer.onDisk += onDisk
		st.objects, st.last = append(st.objects, o), o
	}
}

// restoreInstance makes the instance of a restored shell.
func (sh *Shell) restoreInstance(remembered []byte, cause error) (Instance, error) {
	if r, ok := sh.cfg.Plugin.(Restorer); ok {
		return r.Restore(sh.spec.ShellID, remembered, sh, cause)
	}
	sh.Ended(cause)
	return relic{shellID: sh.spec.ShellID, cause: cause}, nil
}
