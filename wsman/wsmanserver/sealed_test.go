package wsmanserver_test

import (
	"context"
	"encoding/binary"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/wsmanserver"
)

// TestSealedBytes: clients compare what stands around sealed text byte by byte
// (MS-WSMV 2.2.9.1.1.2).
func TestSealedBytes(t *testing.T) {
	w := newWorld(t, wsman.HandlerFunc(func(context.Context, *wsman.Request) (*wsman.Response, error) {
		return &wsman.Response{Envelope: []byte("<answer/>")}, nil
	}), withVault(&vault{}))
	c := w.vault(t)
	for n := range uint32(3) {
		text := envelope("")
		c.write("%s", message("/wsman", c.seal(original(text), text), sealedType))
		r := c.read()
		assert.Equal(t, 200, r.status)
		assert.Equal(t, `multipart/encrypted;protocol="application/HTTP-Vault-session-encrypted";boundary="Encrypted Boundary"`, r.header.Get("Content-Type"))
		assert.Equal(t, fmt.Sprint(len(r.body)), r.header.Get("Content-Length"))
		plain := []byte("<answer/>")
		signature := vaultSignature(n, plain)
		turn(plain)
		assert.Equal(t, "--Encrypted Boundary\r\n"+
			"\tContent-Type: application/HTTP-Vault-session-encrypted\r\n"+
			"\tOriginalContent: type=application/soap+xml;charset=UTF-8;Length=9\r\n"+
			"--Encrypted Boundary\r\n"+
			"\tContent-Type: application/octet-stream\r\n"+
			"\x08\x00\x00\x00"+string(signature)+string(plain)+
			"--Encrypted Boundary--\r\n", string(r.body))
	}
}

// TestSealed: an answer to a sealed request is sealed, whatever it is, and the
// two ends stay in step.
func TestSealed(t *testing.T) {
	w := newWorld(t, wsman.HandlerFunc(func(ctx context.Context, r *wsman.Request) (*wsman.Response, error) {
		switch {
		case r.BodySize() == 0:
			panic("swordfish")
		case strings.Contains(string(r.Raw), "<fail/>"):
			return nil, wsman.NewFault(wsman.CodeUnexpectedSelectors, "no such shell")
		}
		return echo(ctx, r)
	}), withVault(&vault{}), limits(wsman.Limits{MaxEnvelopeSize: 64 << 10}))
	c := w.vault(t)
	ok := func() {
		t.Helper()
		assert.Equal(t, "hü", c.postSealed(envelope("<x>hü</x>")).element().Text())
	}
	ok()
	assert.Equal(t, wsman.CodeUnexpectedSelectors, c.postSealed(envelope("<fail/>")).fault().WSMan.Code)
	ok()
	assert.Equal(t, wsman.CodeInternalError, c.postSealed(envelope("")).fault().WSMan.Code)
	ok()
	assert.Equal(t, wsman.CodeInvalidXML, c.postSealed("no envelope").fault().WSMan.Code)
	ok()
	long := strings.Repeat("x", 60<<10)
	assert.Equal(t, long, c.postSealed(envelope("<x>"+long+"</x>")).element().Text())
	for _, size := range []int{0, 3000, 5000, 60000} { // whatever fits the pooled buffer
		assert.Len(t, c.postSealed(envelope("<x>"+strings.Repeat("y", size)+"</x>")).element().Text(), size)
	}
	assert.Len(t, w.conns.accepted(), 1)

	r := c.postSealed(envelope("<x>" + strings.Repeat("x", 64<<10) + "</x>"))
	assert.Equal(t, wsman.CodeServerEnvelopeLimit, r.fault().WSMan.Code, "the limit is that of the clear text")
}

func TestSealedTooLargeToRead(t *testing.T) {
	w := newWorld(t, wsman.HandlerFunc(echo), withVault(&vault{}), limits(wsman.Limits{MaxEnvelopeSize: 64 << 10}))
	for _, header := range []string{"Content-Length: 100000000", "Transfer-Encoding: chunked"} {
		c := w.vault(t)
		c.write("%s", message("/wsman", "", sealedType, "Content-Length: -", header))
		c.flood("fffff\r\n" + strings.Repeat("x", 0xfffff))
		r := c.readSealed()
		assert.Equal(t, wsman.CodeServerEnvelopeLimit, r.fault().WSMan.Code)
		assert.True(t, r.closes)
	}
}

func TestSealedCharset(t *testing.T) {
	w := newWorld(t, wsman.HandlerFunc(echo), withVault(&vault{}))
	c := w.vault(t)
	text := string(wsman.EncodeBody(wsman.UTF16, []byte(envelope("<x>hü</x>"))))
	c.write("%s", message("/wsman", c.seal(fmt.Sprintf("type=application/soap+xml;charset=UTF-16;Length=%d", len(text)), text), sealedType))
	r := c.readSealed()
	assert.Equal(t, "application/soap+xml;charset=UTF-16", r.header.Get("Content-Type"))
	assert.Equal(t, "hü", r.element().Text())

	c.write("%s", message("/wsman", c.seal("type=text/plain;charset=UTF-8;Length=1", "x"), sealedType))
	assert.Equal(t, http.StatusUnsupportedMediaType, c.read().status, "it is the message's type that counts")
	assert.Equal(t, "hi", c.postSealed(envelope("<x>hi</x>")).element().Text())
}

// TestSealedPieces: CredSSP's messages have pieces, in both directions.
func TestSealedPieces(t *testing.T) {
	const most = 1000
	w := newWorld(t, wsman.HandlerFunc(echo), withVault(&vault{maxPiece: most}))
	c := w.vault(t)
	c.sealer = &pieceVault{maxPiece: most}
	for _, size := range []int{0, 1, most, 3 * most, 10*most + 17, 200 * most} {
		text := envelope("<x>" + strings.Repeat("xy", size/2) + "</x>")
		media, body := sealedType, ""
		for rest := text; len(rest) > 0; {
			one := rest[:min(most, len(rest))]
			rest = rest[len(one):]
			signature, sealed, err := c.sealer.Seal([]byte(one))
			require.NoError(t, err)
			body += group(original(one), signature, sealed)
			if rest != "" {
				media = multiType
			}
		}
		c.write("%s", message("/wsman", body+closing, media))
		assert.Len(t, c.readSealed().element().Text(), size/2*2)
	}
}

// TestSealedForms are the forms in which clients write what stands around
// sealed text.
func TestSealedForms(t *testing.T) {
	w := newWorld(t, wsman.HandlerFunc(echo), withVault(&vault{}))
	c := w.vault(t)
	for name, change := range map[string]func(string) string{
		"as Windows":    func(s string) string { return s },
		"no tabs (OMI)": func(s string) string { return strings.ReplaceAll(s, "\t", "") },
		"blank (Exchange)": func(s string) string {
			return strings.ReplaceAll(s, "--Encrypted Boundary\r", "-- Encrypted Boundary\r")
		},
		"blank at the end": func(s string) string {
			return strings.ReplaceAll(s, "--Encrypted Boundary--", "-- Encrypted Boundary--")
		},
		"no last line end": func(s string) string { return strings.TrimSuffix(s, "\r\n") },
		"case":             func(s string) string { return strings.Replace(s, "OriginalContent", "originalcontent", 1) },
		"blanks":           func(s string) string { return strings.Replace(s, ";Length=", "; Length=", 1) },
	} {
		text := envelope("<x>" + closing + "</x>")
		c.write("%s", message("/wsman", change(c.seal(original(text), text)), sealedType))
		assert.Equal(t, strings.TrimSuffix(closing, "\r\n"), strings.TrimSpace(c.readSealed().element().Text()), name)
	}
	// A boundary in the sealed text is text: it is not looked for.
	text := envelope("<x>" + strings.Repeat("z", 300) + "</x>")
	plain := []byte(text)
	copy(plain[len(plain)-200:], "--Encrypted Boundary\r\n\tContent-Type: "+vaultProtocol+"\r\n")
	signature := vaultSignature(uint32(c.sealer.(*vaultSealer).out), func() []byte { p := append([]byte(nil), plain...); turn(p); return p }())
	c.sealer.(*vaultSealer).out++
	c.write("%s", message("/wsman", group(original(text), signature, plain)+closing, sealedType))
	assert.Equal(t, wsman.CodeInvalidXML, c.readSealed().fault().WSMan.Code, "it was unsealed")
}

// TestSealedMalformed: what cannot be unsealed ends the connection, and nobody
// is served any more on it.
func TestSealedMalformed(t *testing.T) {
	served := 0
	w := newWorld(t, wsman.HandlerFunc(func(ctx context.Context, r *wsman.Request) (*wsman.Response, error) {
		served++
		return echo(ctx, r)
	}), withVault(&vault{}))
	text := envelope("<x>hi</x>")
	length := func(n uint32) string { return string(binary.LittleEndian.AppendUint32(nil, n)) }
	replace := func(old, new string) func(string) string {
		return func(s string) string {
			require.Contains(t, s, old)
			return strings.Replace(s, old, new, 1)
		}
	}
	lengthIs := func(n string) func(string) string { return replace(fmt.Sprintf("Length=%d", len(text)), "Length="+n) }
	for name, change := range map[string]func(string) string{
		"empty":                    func(string) string { return " " },
		"clear":                    func(string) string { return text },
		"closing only":             func(string) string { return closing },
		"no closing":               replace(closing, ""),
		"after the closing":        func(s string) string { return s + "x" },
		"no boundary":              replace("--Encrypted Boundary\r\n", ""),
		"other boundary":           replace("--Encrypted Boundary\r\n", "--Encrypted Boundar\r\n"),
		"line feed only":           replace("\r\n", "\n"),
		"other inner protocol":     replace(vaultProtocol, "application/HTTP-SPNEGO-session-encrypted"),
		"no protocol":              replace("\tContent-Type: "+vaultProtocol+"\r\n", ""),
		"no original content":      replace("OriginalContent", "Other"),
		"original content twice":   replace("\tOriginalContent: ", "\tOriginalContent: Length=1\r\n\tOriginalContent: "),
		"protocol twice":           replace("\tContent-Type: ", "\tContent-Type: "+vaultProtocol+"\r\n\tContent-Type: "),
		"no length":                replace("Length", "Size"),
		"two lengths":              replace(";Length", ";Length=5;Length"),
		"negative length":          lengthIs("-1"),
		"length is no number":      lengthIs("1e3"),
		"huge length":              lengthIs("99999999999999999999"),
		"2 GiB":                    lengthIs("2147483647"),
		"length too large":         lengthIs(fmt.Sprint(len(text) + 17)),
		"length too small":         lengthIs(fmt.Sprint(len(text) - 1)),
		"length 0":                 lengthIs("0"),
		"other second part":        replace("octet-stream", "octets"),
		"blank line":               replace("octet-stream\r\n", "octet-stream\r\n\r\n"),
		"long line":                replace("\tOriginalContent: ", "\tOriginalContent: "+strings.Repeat("x", 600)),
		"signature of 4 GiB":       replace(length(8), length(0xffffffff)),
		"signature of 2 GiB":       replace(length(8), length(0x80000000)),
		"signature too long":       replace(length(8), length(9)),
		"signature too short":      replace(length(8), length(7)),
		"no signature":             replace(length(8), length(0)),
		"longer than the body":     replace(length(8), length(1000)),
		"ends before the length":   func(s string) string { return s[:strings.Index(s, length(8))+3] + closing },
		"tampered":                 func(s string) string { b := []byte(s); b[len(b)-40] ^= 1; return string(b) },
		"two pieces, one is meant": func(s string) string { return strings.TrimSuffix(s, closing) + s },
	} {
		c := w.vault(t)
		c.write("%s", message("/wsman", change(c.seal(original(text), text)), sealedType))
		r := c.read()
		assert.Equal(t, http.StatusBadRequest, r.status, name)
		assert.Empty(t, r.body, name)
		assert.True(t, r.closes, name)
		c.closed()
	}
	for name, media := range map[string]string{
		"other protocol": strings.Replace(sealedType, "Vault", "SPNEGO", 1),
		"no protocol":    `Content-Type: multipart/encrypted;boundary="Encrypted Boundary"`,
		"no boundary":    `Content-Type: multipart/encrypted;protocol="` + vaultProtocol + `"`,
		"long boundary":  `Content-Type: multipart/encrypted;protocol="` + vaultProtocol + `";boundary="` + strings.Repeat("x", 71) + `"`,
	} {
		c := w.vault(t)
		c.write("%s", message("/wsman", c.seal(original(text), text), media))
		assert.Equal(t, http.StatusBadRequest, c.read().status, name)
		c.closed()
	}
	assert.Zero(t, served)
	assert.Contains(t, w.log.String(), "the sealed message is malformed: the signature's length")
}

// TestSealedWithoutSealer: where nothing was agreed on, a sealed message is one
// of a type that is not read; where nobody is known, it is asked who it is.
func TestSealedWithoutSealer(t *testing.T) {
	w := newWorld(t, wsman.HandlerFunc(echo), withVault(&vault{}))
	c := &vaultClient{client: w.dial(t), sealer: &vaultSealer{}}
	text := envelope("<x>hi</x>")
	body := c.seal(original(text), text)
	c.write("%s", message("/wsman", body, sealedType))
	r := c.read()
	assert.Equal(t, http.StatusUnauthorized, r.status)
	assert.Equal(t, []string{"Vault", `Basic realm="WSMAN"`}, r.header["Www-Authenticate"])
	assert.False(t, r.closes, "a client whose connection broke logs on again on this one")
	c.write("%s", message("/wsman", body, sealedType, "Authorization: "+credentials))
	assert.Equal(t, http.StatusUnsupportedMediaType, c.read().status)
	c.write("%s", message("/wsman", body, sealedType, "Authorization: Vault ann"))
	assert.Equal(t, "hi", c.readSealed().element().Text(), "log on and ask in one request")
}

// TestClearRefused: on a connection whose scheme seals, messages in clear are
// refused where anybody could have written them.
func TestClearRefused(t *testing.T) {
	allowed := false
	w := newWorld(t, wsman.HandlerFunc(echo), withVault(&vault{}), func(c *wsmanserver.Config) {
		c.AllowUnencrypted = func() bool { return allowed }
	})
	c := w.vault(t)
	clear := message("/wsman", envelope("<x>hi</x>"))
	for range 2 {
		c.write("%s", clear)
		f := c.read().fault()
		assert.Equal(t, wsman.CodeAccessDenied, f.WSMan.Code)
		assert.Contains(t, f.Message(), "AllowUnencrypted")
		assert.Equal(t, "hi", c.postSealed(envelope("<x>hi</x>")).element().Text())
	}
	c.write("%s", message("/wsman", envelope("<x>hi</x>"), "Authorization: Vault ann"))
	assert.Equal(t, wsman.CodeAccessDenied, c.read().fault().WSMan.Code, "nor with the last token")

	allowed = true
	c.write("%s", clear)
	r := c.read()
	assert.Equal(t, "application/soap+xml;charset=UTF-8", r.header.Get("Content-Type"))
	assert.Equal(t, "hi", r.element().Text())
	c.sealer = &vaultSealer{}
	assert.Equal(t, "hi", c.postSealed(envelope("<x>hi</x>")).element().Text())
}

// TestSealedRepeat: an answer that is given again is sealed for the connection
// that it goes over, and is itself not changed by that.
func TestSealedRepeat(t *testing.T) {
	kept := []byte(envelope("<x>kept</x>"))
	w := newWorld(t, wsman.HandlerFunc(func(context.Context, *wsman.Request) (*wsman.Response, error) {
		return &wsman.Response{Envelope: kept}, nil
	}), withVault(&vault{}))
	one, two := w.vault(t), w.vault(t)
	for range 3 {
		assert.Equal(t, "kept", one.postSealed(envelope("")).element().Text())
	}
	assert.Equal(t, "kept", two.postSealed(envelope("")).element().Text())
	assert.Equal(t, envelope("<x>kept</x>"), string(kept))
	assert.Equal(t, "kept", w.post(t, envelope("")).element().Text())
}

// TestSealedWrites: a sealed answer goes out as one in clear does.
func TestSealedWrites(t *testing.T) {
	size := 0
	w := newWorld(t, wsman.HandlerFunc(func(context.Context, *wsman.Request) (*wsman.Response, error) {
		return &wsman.Response{Body: wsman.RawBody("<rsp:X>" + strings.Repeat("x", size) + "</rsp:X>")}, nil
	}), withVault(&vault{}))
	c := w.vault(t)
	before := len(w.conns.accepted()[0].written())
	for _, test := range []struct{ size, writes int }{{0, 1}, {1000, 1}, {4000, 2}, {500000, 2}} {
		size = test.size
		begun := time.Now()
		require.Equal(t, 200, c.postSealed(envelope("")).status)
		assert.Less(t, time.Since(begun), 5*time.Second)
		writes := w.conns.accepted()[0].written()
		assert.LessOrEqual(t, len(writes)-before, test.writes, "%d bytes", test.size)
		before = len(writes)
	}
}
