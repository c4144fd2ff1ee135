package shellhost

import (
	"bufio"
	"bytes"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	"github.com/winrmd/winrmd/wsman"
)

// captureDir holds the recorded traffic of real Windows servers.
const captureDir = "../../../shared/captures"

// captured reads the recorded requests.
func captured(t testing.TB) [][]byte {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(captureDir, "pypsrp", "*.yml"))
	require.NoError(t, err)
	if len(names) == 0 && os.Getenv("CI") == "true" {
		t.Fatalf("no captures in %s", captureDir)
	}
	var all [][]byte
	for _, name := range names {
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		var file struct {
			Messages []struct {
				Request string `yaml:"request"`
			} `yaml:"messages"`
		}
		require.NoError(t, yaml.Unmarshal(text, &file), name)
		for _, m := range file.Messages {
			all = append(all, []byte(m.Request))
		}
	}
	return all
}

// over makes of a Request what a host would read.
func over(t testing.TB, r *wsman.Request, name string) (http.Header, []byte) {
	t.Helper()
	text := append(appendRequest(nil, 1, name, r, r.Deadline), r.Raw...)
	got, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(text)))
	require.NoError(t, err)
	assert.Equal(t, http.MethodPost, got.Method)
	assert.Equal(t, pathWSMan, got.URL.Path)
	assert.Equal(t, "1", got.Header.Get(headerProtocol))
	assert.Equal(t, name, got.Header.Get(headerRequest))
	require.EqualValues(t, len(r.Raw), got.ContentLength)
	var raw bytes.Buffer
	_, err = raw.ReadFrom(got.Body)
	require.NoError(t, err)
	return got.Header, raw.Bytes()
}

// TestRequestOver: a request is the same at the other end, whoever asks for
// whatever.
func TestRequestOver(t *testing.T) {
	const limit = 10 << 20
	raws := captured(t)
	for _, a := range []ask{
		createAsk(newID()), createAsk(""), commandAsk(newID(), newID(), "dir"), receiveAsk(newID(), ""),
		sendAsk(newID(), newID(), strings.Repeat("QUJD", 1<<17)), simpleAsk(wsman.ActionDelete, newID()),
		{action: "https://example.com/ünknown?&amp;", resource: "urn:'\u2028\U0001F600", body: "<x xmlns='urn:x'>\u00e4</x>"},
	} {
		raws = append(raws, a.request(t).Raw)
	}
	principals := []wsman.Principal{
		ann, bob, root, {},
		{
			User: "Jörg \"the\" <O'Neill>\r\nWinrmd-Charset: UTF-16\t\u2028", Account: "jörg", Groups: []string{"a b", "c,d", wsman.GroupAdministrators},
			Scheme: "Kerberos", Source: netip.MustParseAddr("fe80::1%eth0"), Loopback: true,
		},
		{User: "v6", Source: netip.MustParseAddr("::ffff:192.0.2.7")},
	}
	random := rand.New(rand.NewPCG(1, 2))
	refused := 0
	for i, raw := range raws {
		r, err := wsman.ParseRequest(raw, wsman.Limits{MaxEnvelopeSize: limit})
		if err != nil {
			refused++
			continue // the daemon answers it
		}
		r.Principal = principals[random.IntN(len(principals))]
		r.Charset = wsman.Charset(random.IntN(2))
		r.Header.MaxEnvelopeSize = wsman.MinEnvelopeSize + random.IntN(limit)
		r.Deadline = time.Now().Add(time.Duration(random.Int64N(int64(time.Hour))))
		header, sent := over(t, r, "name-"+fmt.Sprint(i))
		got, err := readRequest(header, sent)
		require.NoError(t, err)
		assert.Equal(t, r.Raw, got.Raw)
		assert.Equal(t, r.Charset, got.Charset)
		assert.Equal(t, r.Principal, got.Principal)
		assert.Equal(t, r.Header, got.Header)
		assert.WithinDuration(t, r.Deadline, got.Deadline, time.Millisecond+slack)
		assert.False(t, got.Deadline.Before(r.Deadline.Add(-time.Microsecond)), "time does not run backwards on the way")
		want, err := r.BodyElement()
		require.NoError(t, err)
		body, err := got.BodyElement()
		require.NoError(t, err)
		assert.Equal(t, want, body)
		a, err := r.Body().NextChild(0)
		require.NoError(t, err)
		b, err := got.Body().NextChild(0)
		require.NoError(t, err)
		assert.Equal(t, a, b)
	}
	assert.Less(t, refused, 5)
}

// slack is how long the reading of a request may take on a busy machine.
const slack = 250 * time.Millisecond

// TestRequestTooLate has no time left, but does not go back in it.
func TestRequestTooLate(t *testing.T) {
	for _, late := range []time.Time{{}, time.Now().Add(-time.Hour)} {
		r := receiveAsk(newID(), "").request(t)
		r.Deadline = late
		header, raw := over(t, r, "x")
		assert.Equal(t, "0", header.Get(headerTimeout))
		got, err := readRequest(header, raw)
		require.NoError(t, err)
		assert.WithinDuration(t, time.Now(), got.Deadline, slack)
	}
}

func TestRequestBadHeaders(t *testing.T) {
	for name, values := range map[string][]string{
		headerTimeout:   {"", "x", "1.5", "1s", "99999999999999999999"},
		headerEnvelope:  {"", "x", "0x10", "99999999999999999999"},
		headerPrincipal: {"", "x", "!", "e30", "W10=", "eyJzb3VyY2UiOiJ4In0=", "eyJ1c2VyIjox"},
	} {
		for _, value := range values {
			t.Run(name+"="+value, func(t *testing.T) {
				r := receiveAsk(newID(), "").request(t)
				header, raw := over(t, r, "x")
				header.Set(name, value)
				got, err := readRequest(header, raw)
				require.ErrorContains(t, err, name)
				require.NotNil(t, got)
				assert.Equal(t, r.Header.MessageID, got.Header.MessageID, "the fault must say what it answers")
			})
		}
	}
	t.Run("bad envelope", func(t *testing.T) {
		header, raw := over(t, receiveAsk(newID(), "").request(t), "x")
		got, err := readRequest(header, raw[:len(raw)-1])
		require.ErrorIs(t, err, wsman.CodeInvalidXML)
		assert.Equal(t, ann, got.Principal)
		_, err = readRequest(header, nil)
		require.ErrorIs(t, err, wsman.CodeInvalidXML)
	})
	t.Run("any other charset is UTF-8", func(t *testing.T) {
		header, raw := over(t, receiveAsk(newID(), "").request(t), "x")
		header.Set(headerCharset, "EBCDIC")
		got, err := readRequest(header, raw)
		require.NoError(t, err)
		assert.Equal(t, wsman.UTF8, got.Charset)
	})
}

func TestNegotiate(t *testing.T) {
	for _, c := range []struct {
		name     string
		min, max int
		want     int // 0: there is none
	}{
		{"the same", minProtocol, maxProtocol, maxProtocol},
		{"newer, and speaks ours", minProtocol, maxProtocol + 5, maxProtocol},
		{"newer, and ours only at most", maxProtocol, maxProtocol + 5, maxProtocol},
		{"newer, and ours no more", maxProtocol + 1, maxProtocol + 5, 0},
		{"older, and ours not yet", minProtocol - 3, minProtocol - 1, 0},
		{"older, and ours at least", minProtocol - 3, minProtocol, minProtocol},
		{"says nothing", 0, 0, 0},
		{"is upside down", maxProtocol + 1, minProtocol, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := (&Hello{MinProtocol: c.min, MaxProtocol: c.max, Release: "v7"}).negotiate()
			assert.Equal(t, c.want, got)
			if c.want == 0 {
				require.ErrorContains(t, err, "v7")
				return
			}
			require.NoError(t, err)
		})
	}
}
