package wsmanserver_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/wsmanserver"
)

// FuzzServeHTTP: whatever is posted, the answer is 200, a 4xx, or 500 with a
// fault; and 200 has an envelope in it.
func FuzzServeHTTP(f *testing.F) {
	const utf16 = "application/soap+xml;charset=UTF-16"
	for _, body := range []string{"", "<", envelope("<x>hi</x>"), identify, envelopeWith(`<y:y xmlns:y="urn:y" s:mustUnderstand="1"/>`, ""), "<!DOCTYPE x>" + envelope("")} {
		f.Add("/wsman", contentType, []byte(body))
		f.Add("/wsman-anon/identify", contentType, []byte(body))
		f.Add("/wsman", utf16, []byte(encode16LE(body)))
	}
	f.Add("/wsman", utf16, []byte("\xff\xfe\x34\xd8"))
	f.Add("/", "text/plain;charset=x;y", []byte("x"))
	mux := &wsman.Mux{}
	mux.HandleIdentify(wsmanserver.NewIdentify("x"))
	mux.Handle(wsman.ResourceShell, nil, wsman.HandlerFunc(echo))
	server := wsmanserver.New(wsmanserver.Config{Handler: mux, Authenticator: everybody{}})
	f.Fuzz(func(t *testing.T, path, media string, body []byte) {
		r := httptest.NewRequest("POST", "/", bytes.NewReader(body))
		r.URL.Path = path
		r.Header.Set("Content-Type", media)
		if len(body)%3 == 0 {
			r.ContentLength = -1
		}
		recorder := httptest.NewRecorder()
		server.ServeHTTP(recorder, r)
		answer := recorder.Body.Bytes()
		switch status := recorder.Code; {
		case status >= 400 && status < 500:
			require.Empty(t, answer)
		case status == 500:
			text, _, err := wsman.DecodeBody(recorder.Header().Get("Content-Type"), answer)
			require.NoError(t, err)
			fault, err := wsman.ParseFault(text)
			require.NoError(t, err)
			require.NotZero(t, fault.WSMan.Code)
		default:
			require.Equal(t, 200, status)
			if len(answer) == 0 {
				require.Empty(t, body)
				return
			}
			text, _, err := wsman.DecodeBody(recorder.Header().Get("Content-Type"), answer)
			require.NoError(t, err)
			wellFormed(t, text)
		}
	})
}

// wellFormed reads XML with another parser to its end.
func wellFormed(t *testing.T, text []byte) {
	t.Helper()
	d := xml.NewDecoder(bytes.NewReader(text))
	for {
		_, err := d.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		require.NoError(t, err, "%s", text)
	}
}
