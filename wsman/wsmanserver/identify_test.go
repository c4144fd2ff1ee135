package wsmanserver_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/wsmanserver"
)

// identified is what an IdentifyResponse says.
func identified(r *reply) (protocol, vendor, version string) {
	r.t.Helper()
	e := r.element()
	require.True(r.t, wsman.IsElement(e, wsman.NamespaceWSManIdentity, "IdentifyResponse"), e.Tag)
	text := func(name string) string {
		c := wsman.FindChild(e, wsman.NamespaceWSManIdentity, name)
		require.NotNil(r.t, c, name)
		return c.Text()
	}
	return text("ProtocolVersion"), text("ProductVendor"), text("ProductVersion")
}

func identifyWorld(t *testing.T) *world {
	mux := &wsman.Mux{}
	mux.HandleIdentify(wsmanserver.NewIdentify("1.2.3"))
	mux.Handle(wsman.ResourceShell, nil, wsman.HandlerFunc(echo))
	return newWorld(t, mux)
}

func TestIdentify(t *testing.T) {
	w := identifyWorld(t)
	r := w.post(t, identify)
	protocol, vendor, version := identified(r)
	assert.Equal(t, "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd", protocol)
	assert.Equal(t, "winrmd", vendor)
	assert.Regexp(t, `^OS: \S+ SP: winrmd 1\.2\.3 Stack: 3\.0$`, version)
	assert.NotContains(t, string(r.body), "MessageID", "there is nothing that it relates to")

	c := w.dial(t)
	c.write("%s", message("/wsman", identify))
	assert.Equal(t, 401, c.read().status, "on /wsman without the header it takes credentials")
}

// TestIdentifyAnonymous: both ways, and no more than Identify.
func TestIdentifyAnonymous(t *testing.T) {
	w := identifyWorld(t)
	for name, send := range map[string]func(body string) string{
		"path":   func(body string) string { return message("/wsman-anon/identify", body) },
		"header": func(body string) string { return message("/wsman", body, "WSMANIDENTIFY: Unauthenticated") },
	} {
		t.Run(name, func(t *testing.T) {
			c := w.dial(t)
			c.write("%s", send(identify))
			r := c.read()
			protocol, vendor, version := identified(r)
			assert.Equal(t, "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd", protocol)
			assert.Equal(t, "winrmd", vendor)
			assert.Equal(t, "OS: 0.0.0 SP: 0.0 Stack: 3.0", version, "nothing is told of the system")

			c.write("%s", send(strings.Replace(identify, "<i:Identify", "<!-- x --> <i:Identify", 1)))
			identified(c.read())

			c.write("%s", send(envelope("<x>hi</x>")))
			f := c.read().fault()
			assert.Equal(t, wsman.CodeAccessDenied, f.WSMan.Code)
			c.write("%s", send("<x/>"))
			assert.Equal(t, wsman.CodeSchemaValidation, c.read().fault().WSMan.Code)
			c.write("%s", send(""))
			assert.Equal(t, wsman.CodeInvalidXML, c.read().fault().WSMan.Code)
			c.write("%s", send(identify[:150]))
			assert.Equal(t, wsman.CodeInvalidXML, c.read().fault().WSMan.Code)

			c.write("%s", send(identify+strings.Repeat(" ", 16<<10)))
			r = c.read()
			assert.Equal(t, wsman.CodeServerEnvelopeLimit, r.fault().WSMan.Code)
			assert.True(t, r.closes)
		})
	}
	c := w.dial(t)
	c.write("%s", message("/wsman", identify, "WSMANIDENTIFY: other"))
	assert.Equal(t, 401, c.read().status)
}

// TestIdentifyWithAction is an ordinary request that needs credentials.
func TestIdentifyWithAction(t *testing.T) {
	w := identifyWorld(t)
	c := w.dial(t)
	body := envelope(`<i:Identify xmlns:i="` + wsman.NamespaceWSManIdentity + `"/>`)
	c.write("%s", message("/wsman-anon/identify", body))
	assert.Equal(t, wsman.CodeAccessDenied, c.read().fault().WSMan.Code)
}

// TestIdentifyNotRouted: a Mux without it says so.
func TestIdentifyNotRouted(t *testing.T) {
	w := newWorld(t, &wsman.Mux{})
	assert.Equal(t, wsman.CodeActionNotSupported, w.post(t, identify).fault().WSMan.Code)
}
