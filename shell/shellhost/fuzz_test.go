package shellhost

import (
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/wsman"
)

// FuzzReadRequest: whatever comes, there is a Request to answer, and one that
// was read goes over again as it is.
func FuzzReadRequest(f *testing.F) {
	r := receiveAsk("4283CBDC-3706-415B-88BD-B385F3E51A53", commandA).request(f)
	header, raw := over(f, r, "x")
	f.Add(raw, header.Get(headerTimeout), header.Get(headerEnvelope), header.Get(headerPrincipal), "UTF-16")
	f.Add([]byte("<"), "", "", "", "")
	f.Fuzz(func(t *testing.T, raw []byte, timeout, envelope, principal, charset string) {
		h := http.Header{}
		h.Set(headerTimeout, timeout)
		h.Set(headerEnvelope, envelope)
		h.Set(headerPrincipal, principal)
		h.Set(headerCharset, charset)
		got, err := readRequest(h, raw)
		require.NotNil(t, got)
		if err != nil {
			wsman.AsFault(err).AppendEnvelope(nil, got, "machine")
			return
		}
		_, _ = got.BodyElement()
		if got.Deadline.Before(time.Now()) {
			got.Deadline = time.Now().Add(time.Second)
		}
		header, sent := over(t, got, "x")
		again, err := readRequest(header, sent)
		require.NoError(t, err)
		assert.Equal(t, got.Header, again.Header)
		assert.Equal(t, got.Principal, again.Principal)
		assert.Equal(t, got.Charset, again.Charset)
	})
}

// FuzzReadRecord: a record that was read can be written and read again, and
// never leads out of its directory.
func FuzzReadRecord(f *testing.F) {
	f.Add([]byte(`{"ShellID":"4283CBDC-3706-415B-88BD-B385F3E51A53","Directory":"/x","User":"ann","Configuration":{"Name":"Test"},` +
		`"Plugin":{"kind":"echo"},"Machine":"m","PID":7,"Identity":"7 8","Scope":"/sys/fs/cgroup/x"}`))
	f.Add([]byte(`{"Configuration":null}`))
	f.Add([]byte(`{}`))
	f.Add([]byte(`[`))
	directory := f.TempDir()
	f.Fuzz(func(t *testing.T, text []byte) {
		require.NoError(t, os.WriteFile(filepath.Join(directory, recordName), text, 0o600))
		rec, err := readRecord(directory)
		if err != nil {
			assert.Nil(t, rec)
			return
		}
		require.NotNil(t, rec.Configuration)
		require.Equal(t, directory, rec.Directory)
		require.NoError(t, rec.write())
		again, err := readRecord(directory)
		require.NoError(t, err)
		// JSON has the plug-in's description in a form of its own.
		if rec.Plugin != nil && again.Plugin != nil {
			assert.JSONEq(t, string(rec.Plugin), string(again.Plugin))
		}
		assert.Nil(t, again.CredentialCache)
		rec.Plugin, again.Plugin, rec.CredentialCache = nil, nil, nil
		assert.Equal(t, rec, again)
	})
}
