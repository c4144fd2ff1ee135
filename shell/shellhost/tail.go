package shellhost

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/winrmd/winrmd/shell"
)

// Parameters of pathTail.
const (
	parameterCommand  = "command"  // a shell.TailRequest's CommandID
	parameterHeldOnly = "heldonly" // its HeldOnly: true or false
)

// tailEnd is how long, once the shell has ended, somebody who looks on may take
// to read the rest: nobody's terminal holds up the end of a session.
const tailEnd = 3 * time.Second

// serveTail streams the output of the shell to an administrator as it comes,
// one shell.Output a line, beginning with what is held. It ends with the shell.
func (h *Host) serveTail(w http.ResponseWriter, r *http.Request) {
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
	control := http.NewResponseController(w)
	defer boundEnd(sh, control)()
	w.Header().Set("Content-Type", "application/jsonlines")
	e := json.NewEncoder(w)
	request := shell.TailRequest{
		CommandID: r.FormValue(parameterCommand), HeldOnly: r.FormValue(parameterHeldOnly) == "true",
	}
	err := sh.Tail(r.Context(), c, request, func(o shell.Output, more bool) error {
		if err := e.Encode(o); err != nil || more {
			return err
		}
		return control.Flush()
	})
	switch access, missing := (*shell.AccessError)(nil), (*shell.NotFoundError)(nil); {
	case err == nil:
	case errors.As(err, &access): // before anything was shown
		w.WriteHeader(http.StatusForbidden)
	case errors.As(err, &missing):
		w.WriteHeader(http.StatusNotFound)
	default:
		h.config.Log.Debug("tail", "error", err)
		panic(http.ErrAbortHandler) // or else it would look like the shell's end
	}
}

// boundEnd bounds the time that an answer may take after the shell's end. The
// function that it returns must be called when the answer is written.
func boundEnd(sh *shell.Shell, control *http.ResponseController) (written func()) {
	done := make(chan struct{})
	var task sync.WaitGroup
	task.Go(func() {
		select {
		case <-sh.Done():
			_ = control.SetWriteDeadline(time.Now().Add(tailEnd)) // the connection may have gone
		case <-done:
		}
	})
	return func() {
		close(done)
		task.Wait()
	}
}

// Onlooker sees what one shell puts out, whether a server runs or not.
type Onlooker struct {
	host   *remote
	client shell.Client
}

// LookAt finds the host of a shell under a Router's directory.
func LookAt(directory, shellID string, client shell.Client) (*Onlooker, error) {
	id := strings.ToUpper(shellID)
	if !isShellID(id) {
		return nil, &shell.NotFoundError{ShellID: shellID}
	}
	v, err := readVoucher(directory, id)
	if err != nil {
		return nil, lookError(id, err)
	}
	host, err := attach(id, filepath.Join(directory, id, socketName), v)
	if err != nil {
		return nil, lookError(id, err)
	}
	return &Onlooker{host: host, client: client}, nil
}

// lookError says why a host cannot be looked at.
func lookError(id string, err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return &shell.NotFoundError{ShellID: id}
	case errors.Is(err, errRefused):
		return &shell.EndedError{ShellID: id, Cause: errSessionLost}
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("access to shell %s is denied: only the server's account and the superuser may look on: %w", id, err)
	case errors.Is(err, os.ErrDeadlineExceeded):
		return fmt.Errorf("the host process of shell %s does not answer: %w", id, err)
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.EPIPE), errors.Is(err, syscall.ECONNRESET):
		return fmt.Errorf("the host process of shell %s has hung up: it is about to end, or lets only its own account in: %w", id, err)
	}
	return err
}

// Close lets go of the host.
func (o *Onlooker) Close() { o.host.letGo() }

// Info tells of the shell.
func (o *Onlooker) Info() (shell.Info, error) {
	info, err := o.host.info(o.client)
	return info, o.explain(err)
}

// Tail calls show with what the shell puts out; see shell.Shell.Tail. Without
// an error the shell has ended, or everything is shown that was asked for.
func (o *Onlooker) Tail(ctx context.Context, r shell.TailRequest, show func(shell.Output) error) error {
	c, err := dial(o.host.socket, o.host.account)
	if err != nil {
		return o.explain(err)
	}
	defer c.Close()
	defer context.AfterFunc(ctx, func() { c.Close() })()
	answer, err := c.exchange(time.Now().Add(askTimeout), o.appendTail(nil, r), nil)
	if err == nil {
		err = c.SetDeadline(time.Time{})
	}
	if err == nil {
		err = tailError(answer.StatusCode)
	}
	if err == nil {
		err = readTail(answer.Body, show)
	}
	var missing *shell.NotFoundError
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.As(err, &missing):
		return &shell.NotFoundError{ShellID: o.host.shellID, CommandID: r.CommandID}
	}
	return o.explain(err)
}

// appendTail appends the head of the request.
func (o *Onlooker) appendTail(dst []byte, r shell.TailRequest) []byte {
	query := url.Values{parameterCommand: {r.CommandID}, parameterHeldOnly: {strconv.FormatBool(r.HeldOnly)}}
	return fmt.Appendf(dst, "GET %s?%s HTTP/1.1\r\nHost: winrmd\r\n%s: %d\r\n%s: %s\r\n\r\n",
		pathTail, query.Encode(), headerProtocol, o.host.protocol, headerClient, encodeHeader(o.client))
}

func tailError(status int) error {
	switch status {
	case http.StatusOK:
		return nil
	case http.StatusNotFound:
		return &shell.NotFoundError{}
	case http.StatusForbidden:
		return errNotThere
	}
	return fmt.Errorf("status %d", status)
}

// showError is an error of whoever is shown something.
type showError struct{ error }

// readTail reads lines up to the end of the answer, which is not that of the
// connection.
func readTail(body io.Reader, show func(shell.Output) error) error {
	d := json.NewDecoder(body)
	for {
		var out shell.Output
		if err := d.Decode(&out); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		if err := show(out); err != nil {
			return showError{err}
		}
	}
}

// explain says what an error of the host's means.
func (o *Onlooker) explain(err error) error {
	var shown showError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &shown):
		return shown.error
	case errors.Is(err, errNotThere) && o.client.Administrator:
		return &shell.NotFoundError{ShellID: o.host.shellID} // it is still being created
	case errors.Is(err, errNotThere):
		return &shell.AccessError{User: o.client.User, ShellID: o.host.shellID}
	}
	return o.host.gone(err)
}
