package wsmanserver

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/sealed"
)

// buffers are for answers, which are written and forgotten. An envelope stands
// behind the room for what goes before it when it is sealed.
var buffers = sync.Pool{New: func() any { return new(make([]byte, sealed.Room, 4096)) }}

// maxPooled is the largest buffer that is kept for the next answer.
const maxPooled = 1 << 20

// respond writes an answer and reports to whoever wants to know whether it
// could be written.
func (x *exchange) respond(request *wsman.Request, response *wsman.Response) {
	err := errNotWritten
	if response.Written != nil {
		defer func() { response.Written(err) }()
	}
	if response.Envelope != nil && x.sealer == nil {
		err = x.send(http.StatusOK, request.Charset.ContentType(), wsman.EncodeBody(request.Charset, response.Envelope))
		return
	}
	// An Envelope is copied before it is sealed in place: it is not ours, and
	// may be asked for again.
	buffer := buffers.Get().(*[]byte)
	*buffer = response.AppendEnvelope((*buffer)[:sealed.Room], request)
	err = x.write(http.StatusOK, request.Charset, buffer)
	giveBack(buffer)
}

// errNotWritten is what Written is told of an answer that could not be made
// into an envelope, because its Body panicked.
var errNotWritten = errors.New("the answer could not be rendered")

// fault writes an error as a fault.
func (x *exchange) fault(request *wsman.Request, err error) {
	f := wsman.AsFault(err)
	x.log(request, f)
	charset := wsman.UTF8
	if request != nil {
		charset = request.Charset
	}
	buffer := buffers.Get().(*[]byte)
	*buffer = f.AppendEnvelope((*buffer)[:sealed.Room], request, x.server.config.Machine)
	_ = x.write(cmp.Or(f.Status, http.StatusInternalServerError), charset, buffer) // nobody is left to tell
	giveBack(buffer)
}

func giveBack(buffer *[]byte) {
	if cap(*buffer) <= maxPooled {
		buffers.Put(buffer)
	}
}

// log tells of a fault as loudly as it deserves. That a long poll had nothing
// to give is no news.
func (x *exchange) log(request *wsman.Request, f *wsman.Fault) {
	level := slog.LevelInfo
	switch {
	case f.WSMan.Code == wsman.CodeOperationTimedOut, errors.Is(f.Cause, context.Canceled):
		level = slog.LevelDebug
	case f.WSMan.Code == wsman.CodeInternalError:
		level = slog.LevelError
	}
	attrs := []slog.Attr{slog.String("fault", f.WSMan.Code.String()), slog.String("message", f.Message())}
	if f.Cause != nil {
		attrs = append(attrs, slog.Any("cause", f.Cause))
	}
	if request != nil {
		attrs = append(attrs, slog.String("action", request.Header.Action),
			slog.String("user", request.Principal.User), slog.String("message_id", request.Header.MessageID))
	}
	x.server.config.Log.LogAttrs(context.Background(), level, "fault", attrs...)
}

// write sends the envelope behind the room of a buffer, sealed if the request
// was.
func (x *exchange) write(status int, charset wsman.Charset, buffer *[]byte) error {
	if charset != wsman.UTF8 {
		encoded := wsman.EncodeBody(charset, (*buffer)[sealed.Room:])
		*buffer = append((*buffer)[:sealed.Room], encoded...)
	}
	if x.sealer == nil {
		return x.send(status, charset.ContentType(), (*buffer)[sealed.Room:])
	}
	media, body, err := sealed.Seal(x.sealer, charset, buffer)
	if err != nil {
		x.endConnection()
		x.server.refuse(x.w, http.StatusInternalServerError)
		return err
	}
	return x.send(status, media.String(), body)
}

// send sends header and body. It returns when the connection has taken them,
// so that its error tells of this answer and not of a later one.
func (x *exchange) send(status int, contentType string, body []byte) error {
	h := x.w.Header()
	h.Set("Content-Type", contentType)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	control := http.NewResponseController(x.w)
	_ = control.SetWriteDeadline(time.Now().Add(x.server.config.Timeouts.Write))
	x.w.WriteHeader(status)
	if _, err := x.w.Write(body); err != nil {
		return err
	}
	return control.Flush()
}
