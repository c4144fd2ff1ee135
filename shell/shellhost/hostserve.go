package shellhost

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"strconv"
	"sync"

	"github.com/winrmd/winrmd/shell"
	"github.com/winrmd/winrmd/wsman"
)

// errUnwritten is why an answer comes again that its client did not get.
var errUnwritten = errors.New("the daemon could not write the answer to the client")

// ServeHTTP serves what a daemon asks of the host.
func (h *Host) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	d := deliveryOf(r.Context())
	if r.URL.Path == pathUnwritten {
		d.settle(errUnwritten)
		w.WriteHeader(http.StatusNoContent)
		return
	}
	d.settle(nil)
	switch r.URL.Path {
	case pathWSMan:
		h.serveWSMan(w, r, d)
	case pathWritten:
		w.WriteHeader(http.StatusNoContent)
	case pathCancel:
		h.cancel(w, r.Header.Get(headerRequest))
	case pathWatch:
		h.serveWatch(w, r)
	case pathInfo:
		h.tell(w, r, func(sh *shell.Shell, c shell.Client) (any, error) { return sh.Info(c) })
	case pathCommands:
		h.tell(w, r, func(sh *shell.Shell, c shell.Client) (any, error) { return sh.Commands(c) })
	case pathEndReceives:
		if sh := h.shell(); sh != nil {
			sh.EndReceives()
		}
		w.WriteHeader(http.StatusNoContent)
	case pathTail:
		h.serveTail(w, r)
	default:
		w.WriteHeader(http.StatusNotFound)
	}
}

// buffers are for answers.
var buffers = sync.Pool{New: func() any { return new(make([]byte, 0, 4096)) }}

// maxPooled is the largest buffer that is kept for the next answer.
const maxPooled = 1 << 20

// serveWSMan serves one envelope.
func (h *Host) serveWSMan(w http.ResponseWriter, r *http.Request, d *delivery) {
	if r.ContentLength < 0 || r.ContentLength > maxEnvelope {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	raw := make([]byte, r.ContentLength)
	if _, err := io.ReadFull(r.Body, raw); err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	request, err := readRequest(r.Header, raw)
	var answer *wsman.Response
	if err == nil {
		answer, err = h.serve(r, request)
	}
	buffer := buffers.Get().(*[]byte)
	defer giveBack(buffer)
	status := http.StatusOK
	if err != nil {
		status = http.StatusInternalServerError
		f := wsman.AsFault(err)
		// That a client has gone is no news.
		if f.WSMan.Code == wsman.CodeInternalError && !errors.Is(err, context.Canceled) {
			h.config.Log.Error("fault", "error", err, "action", request.Header.Action)
		}
		*buffer = f.AppendEnvelope((*buffer)[:0], request, h.config.Start.Machine)
	} else {
		*buffer = answer.AppendEnvelope((*buffer)[:0], request)
		if answer.Written != nil {
			w.Header().Set(headerReport, "1")
			d.await(answer.Written) // from now on: the write may fail half-way
		}
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(*buffer)))
	w.WriteHeader(status)
	_, _ = w.Write(*buffer) // the end of the connection tells of it
}

// serve serves a request, which can be cancelled by its name meanwhile.
func (h *Host) serve(r *http.Request, request *wsman.Request) (*wsman.Response, error) {
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	name := r.Header.Get(headerRequest)
	h.running.Store(name, cancel)
	defer h.running.Delete(name)
	return h.handler.ServeWSMan(ctx, request)
}

// cancel ends a request under way.
func (h *Host) cancel(w http.ResponseWriter, name string) {
	cancel, ok := h.running.Load(name)
	if !ok {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	cancel.(context.CancelFunc)()
	w.WriteHeader(http.StatusNoContent)
}

func giveBack(buffer *[]byte) {
	if cap(*buffer) <= maxPooled {
		buffers.Put(buffer)
	}
}

// hello is what the host says of itself.
func (h *Host) hello() *Hello {
	return &Hello{
		MinProtocol: minProtocol, MaxProtocol: maxProtocol, Release: h.config.Release, PID: os.Getpid(),
		Ready: h.shell() != nil, User: h.config.Start.User, Configuration: h.config.Start.Configuration.Name,
	}
}

// serveWatch lets a daemon know when the host ends: the connection does.
func (h *Host) serveWatch(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(w).Encode(h.hello()); err != nil {
		return
	}
	if err := http.NewResponseController(w).Flush(); err != nil {
		return
	}
	<-r.Context().Done()
}

// tell answers with what f says of the shell to the client that asks.
func (h *Host) tell(w http.ResponseWriter, r *http.Request, f func(*shell.Shell, shell.Client) (any, error)) {
	var c shell.Client
	if err := decodeHeader(r.Header, headerClient, &c); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	sh := h.shell()
	if sh == nil {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	content, err := f(sh, c)
	if access := (*shell.AccessError)(nil); errors.As(err, &access) {
		w.WriteHeader(http.StatusForbidden)
		return
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(content) // the daemon has gone; its next asks again
}
