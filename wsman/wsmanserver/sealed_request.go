package wsmanserver

import (
	"errors"
	"net/http"

	"github.com/winrmd/winrmd/wsman/auth"
	"github.com/winrmd/winrmd/wsman/sealed"
)

// unseal unseals a request, which it checks to be no longer than a message in
// clear.
func (x *exchange) unseal(body []byte) (contentType string, plain []byte, err error) {
	contentType, plain, err = sealed.Unseal(x.sealer, x.media, body)
	if err == nil && len(plain) > x.maxBody() {
		err = errTooLarge
	}
	return contentType, plain, err
}

// refuseSealed ends a connection on which a message could not be unsealed: its
// two ends are not in step any more, or there is somebody in between.
func (x *exchange) refuseSealed(r *http.Request, err error) {
	x.server.config.Log.Warn("sealed message refused", "error", err, "remote", r.RemoteAddr)
	if errors.Is(err, errTooLarge) {
		x.refuseBody(err)
		return
	}
	auth.ConnectionOf(r.Context()).Forget()
	x.endConnection()
	x.server.refuse(x.w, http.StatusBadRequest)
}

// endConnection lets the connection end with this answer.
func (x *exchange) endConnection() { x.w.Header().Set("Connection", "close") }
