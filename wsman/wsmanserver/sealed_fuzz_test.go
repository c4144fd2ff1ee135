package wsmanserver_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/auth"
	"github.com/winrmd/winrmd/wsman/wsmanserver"
)

// opened authenticates everybody and unseals whatever comes, so that only the
// form of a message can be wrong.
type opened struct{ pieces [][]byte }

func (*opened) Protocol() string { return vaultProtocol }
func (*opened) Seal(plain []byte) (signature, sealed []byte, err error) {
	return []byte("sig"), plain, nil
}
func (o *opened) Unseal(_, sealed []byte) ([]byte, error) {
	o.pieces = append(o.pieces, bytes.Clone(sealed))
	return sealed, nil
}

func (o *opened) Authenticate(*auth.Connection, *http.Request) (auth.Outcome, error) {
	return auth.Outcome{Authenticated: true, Principal: wsman.Principal{User: "everybody"}, Sealer: o}, nil
}

// FuzzSealed: whatever comes is taken apart or refused, and what is taken is
// part of what came, in its order.
func FuzzSealed(f *testing.F) {
	text := envelope("<x>hi</x>")
	one := group(original(text), []byte("12345678"), []byte(text))
	half := len(text) / 2
	two := group(original(text[:half]), []byte("12345678"), []byte(text[:half])) + group(original(text[half:]), []byte("12345678"), []byte(text[half:]))
	media, multi := strings.TrimPrefix(sealedType, "Content-Type: "), strings.TrimPrefix(multiType, "Content-Type: ")
	f.Add(media, []byte(one+closing))
	f.Add(multi, []byte(two+closing))
	f.Add(multi, []byte(one+strings.Repeat("x", 100)+closing))
	f.Add(media, []byte(strings.Replace(one, "Length=", "Length=9", 1)+closing))
	f.Add(media, []byte(closing))
	f.Add(media+"; charset=x", []byte(one))
	f.Fuzz(func(t *testing.T, media string, body []byte) {
		var o opened
		server := wsmanserver.New(wsmanserver.Config{Handler: wsman.HandlerFunc(echo), Authenticator: &o})
		r := httptest.NewRequest("POST", "/wsman", bytes.NewReader(body))
		r.Header.Set("Content-Type", media)
		recorder := httptest.NewRecorder()
		server.ServeHTTP(recorder, r)
		rest := body
		for _, p := range o.pieces {
			at := bytes.Index(rest, p)
			require.GreaterOrEqual(t, at, 0)
			rest = rest[at+len(p):]
		}
		if recorder.Code == http.StatusBadRequest {
			require.Equal(t, "close", recorder.Header().Get("Connection"))
			require.Zero(t, recorder.Body.Len())
			return
		}
		if recorder.Code == 200 && len(o.pieces) > 0 {
			require.Equal(t, fmt.Sprint(recorder.Body.Len()), recorder.Header().Get("Content-Length"))
			require.True(t, bytes.HasSuffix(recorder.Body.Bytes(), []byte(closing)))
		}
	})
}
