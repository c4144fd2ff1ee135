package wsmanclient_test

import (
	"errors"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/beevik/etree"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/wsmanclient"
	"github.com/winrmd/winrmd/wsman/wsmantest"
)

func TestIdentify(t *testing.T) {
	s := wsmantest.NewServer(t, wsmantest.User("ann", "secret"), wsmantest.OnIdentify().Answer(wsmantest.Identified("Contoso", "OS: 1")))
	c := client(t, s, wsmanclient.Config{Authentication: wsmanclient.Basic("ann", "secret"), AllowUnencrypted: true})
	id, err := c.Identify(within(t))
	require.NoError(t, err)
	assert.Equal(t, &wsmanclient.Identity{ProtocolVersion: wsman.NamespaceWSMan, ProductVendor: "Contoso", ProductVersion: "OS: 1"}, id)
	assert.Equal(t, "ann", s.Requests()[0].User)
}

func TestIdentifyAnonymously(t *testing.T) {
	profiles := `<i:IdentifyResponse xmlns:i="` + wsman.NamespaceWSManIdentity + `"><i:SecurityProfiles><i:SecurityProfileName>a</i:SecurityProfileName>` +
		`<i:SecurityProfileName>b</i:SecurityProfileName></i:SecurityProfiles></i:IdentifyResponse>`
	s := wsmantest.NewServer(t, wsmantest.OnIdentify().Answer(profiles), wsmantest.OnIdentify().Answer("<x/>"))
	c := client(t, s, wsmanclient.Config{Authentication: wsmanclient.Basic("ann", "secret")})
	id, err := c.IdentifyAnonymously(within(t))
	require.NoError(t, err)
	assert.Equal(t, []string{"a", "b"}, id.SecurityProfiles)
	r := s.Requests()[0].HTTP
	assert.Empty(t, r.Header.Get("Authorization"), "no password for that")
	assert.Equal(t, "/wsman-anon/identify", r.URL.Path)
	assert.Equal(t, "unauthenticated", r.Header.Get("WSMANIDENTIFY"))

	_, err = c.IdentifyAnonymously(within(t))
	var bad *wsmanclient.AnswerError
	assert.ErrorAs(t, err, &bad)
}

// resource is one with everything that a resource can have.
func resource() wsmanclient.Resource {
	return wsmanclient.Resource{
		URI:       "http://example.com/res",
		Selectors: []wsman.Selector{{Name: `a"<`, Value: "1 & 2"}, {Name: "b", Value: "x"}},
		Options:   []wsman.Option{{Name: "o", Value: "<v>", MustComply: true}, {Name: "p", Value: ""}},
		Headers:   []wsmanclient.Header{{Name: wsman.QName{Space: "urn:own", Local: "Own"}, Value: "<1>"}},
		Timeout:   5 * time.Second,
	}
}

// TestHeaders: what each request says (MS-WSMV 2.2.4, and section 4's examples).
func TestHeaders(t *testing.T) {
	s := wsmantest.NewServer(t, wsmantest.On(wsman.ActionGet).Answer(`<w:XmlFragment>1</w:XmlFragment>`).Times(2))
	c := client(t, s, wsmanclient.Config{
		SessionID: "uuid:ME", Locale: "de-DE", DataLocale: "fr-FR", MaxEnvelopeSize: 153600, UserAgent: "test",
	})
	r := resource()
	r.Fragment = "a/b"
	got, err := c.Get(within(t), r)
	require.NoError(t, err)
	root := parse(t, got)
	assert.Equal(t, "1", root.Text())
	assert.Equal(t, wsman.NamespaceWSMan, root.NamespaceURI())

	_, err = c.Get(within(t), r)
	require.NoError(t, err)
	first, second := s.Requests()[0], s.Requests()[1]
	h := first.Header
	assert.Equal(t, wsman.Header{
		Action: wsman.ActionGet, ResourceURI: r.URI, To: s.URL, MessageID: h.MessageID, ReplyTo: wsman.AddressAnonymous,
		SessionID: "uuid:ME", OperationID: h.OperationID, SequenceID: 1, MaxEnvelopeSize: 153600, OperationTimeout: 5 * time.Second,
		Locale: "de-DE", DataLocale: "fr-FR", Selectors: r.Selectors, Options: r.Options,
	}, h)
	assert.Regexp(t, `^uuid:[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}$`, h.MessageID)
	assert.Regexp(t, `^uuid:[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}$`, h.OperationID)
	assert.NotEqual(t, h.MessageID, second.Header.MessageID)
	assert.NotEqual(t, h.OperationID, second.Header.OperationID)
	assert.Equal(t, "test", first.HTTP.UserAgent())
	assert.Equal(t, "application/soap+xml;charset=UTF-8", first.HTTP.Header.Get("Content-Type"))
	assert.Equal(t, 1, s.Connections(), "the connection is used again")

	head := parse(t, first.Raw).FindElement("Header")
	own := head.FindElement("[namespace-uri()='urn:own']")
	require.NotNil(t, own)
	assert.Equal(t, "<1>", own.Text())
	assert.Equal(t, "a/b", head.FindElement("FragmentTransfer").Text())
	for name, want := range map[string]string{"Action": "true", "ResourceURI": "true", "MaxEnvelopeSize": "true", "Locale": "false", "SessionId": "false", "OptionSet": "true"} {
		assert.Equal(t, want, head.FindElement(name).SelectAttrValue("s:mustUnderstand", ""), name)
	}
}

func parse(t *testing.T, text []byte) *etree.Element {
	t.Helper()
	doc := etree.NewDocument()
	require.NoError(t, doc.ReadFromBytes(text), "%s", text)
	return doc.Root()
}

func TestTransfer(t *testing.T) {
	const reference = `<x:ResourceCreated><a:Address>http://h/wsman</a:Address><a:ReferenceParameters><w:ResourceURI> http://example.com/res </w:ResourceURI>` +
		`<w:SelectorSet><w:Selector Name="a">1</w:Selector><w:Selector Name="b">2</w:Selector></w:SelectorSet></a:ReferenceParameters></x:ResourceCreated>`
	s := wsmantest.NewServer(t,
		wsmantest.On(wsman.ActionPut).AnswerFunc((*wsmantest.Request).Body),
		wsmantest.On(wsman.ActionPut).Answer(""),
		wsmantest.On(wsman.ActionCreate).Answer(reference),
		wsmantest.On(wsman.ActionCreate).Answer("<other/>"),
		wsmantest.On(wsman.ActionDelete).Answer(""),
		wsmantest.On("http://example.com/res/Restart").Answer(`<r:Restart_OUTPUT xmlns:r="urn:r"><r:ReturnValue>0</r:ReturnValue></r:Restart_OUTPUT>`),
		wsmantest.On("urn:else").Answer(""),
	)
	c := client(t, s, wsmanclient.Config{})
	ctx := within(t)
	got, err := c.Put(ctx, resource(), []byte(`<i:I xmlns:i="urn:i">new</i:I>`))
	require.NoError(t, err)
	assert.Equal(t, "new", parse(t, got).Text())
	got, err = c.Put(ctx, resource(), []byte(`<i:I xmlns:i="urn:i">new</i:I>`))
	require.NoError(t, err)
	assert.Nil(t, got)

	made, err := c.Create(ctx, resource(), []byte(`<i:I xmlns:i="urn:i"/>`))
	require.NoError(t, err)
	assert.Equal(t, &wsmanclient.EndpointReference{
		Address: "http://h/wsman", ResourceURI: "http://example.com/res", Selectors: []wsman.Selector{{Name: "a", Value: "1"}, {Name: "b", Value: "2"}},
	}, made)
	assert.Equal(t, wsmanclient.Resource{URI: made.ResourceURI, Selectors: made.Selectors}, made.Resource())
	_, err = c.Create(ctx, resource(), nil)
	var bad *wsmanclient.AnswerError
	require.ErrorAs(t, err, &bad)

	require.NoError(t, c.Delete(ctx, resource()))
	got, err = c.Invoke(ctx, resource(), "Restart", []byte(`<i:In xmlns:i="urn:i"/>`))
	require.NoError(t, err)
	assert.Equal(t, "0", parse(t, got).FindElement("ReturnValue").Text())
	got, err = c.Invoke(ctx, resource(), "urn:else", nil)
	require.NoError(t, err)
	assert.Nil(t, got)
}

func TestFault(t *testing.T) {
	f := wsman.NewFault(wsman.CodeFileNotFound, "outer").WithProvider("Shell cmd plugin", `%systemroot%\x.dll`, "The system cannot find it.")
	s := wsmantest.NewServer(t, wsmantest.On(wsman.ActionGet).FaultOf(f))
	_, err := client(t, s, wsmanclient.Config{}).Get(within(t), resource())
	var got *wsman.Fault
	require.ErrorAs(t, err, &got)
	assert.Equal(t, wsman.CodeFileNotFound, got.WSMan.Code)
	assert.Equal(t, "The system cannot find it.", got.Message())
	assert.Equal(t, "Shell cmd plugin", got.WSMan.Provider.Provider)
	assert.Equal(t, "wsmantest", got.WSMan.Machine)
	assert.Equal(t, 500, got.Status)
	assert.ErrorIs(t, err, wsman.CodeFileNotFound)
}

const (
	context1 = `<n:EnumerationContext>c1</n:EnumerationContext>`
	noItems  = `<n:EnumerateResponse><n:EnumerationContext/><w:EndOfSequence/></n:EnumerateResponse>`
)

func item(n string) string { return `<i:I xmlns:i="urn:i">` + n + `</i:I>` }

// TestEnumerate: a first batch in the answer to Enumerate, others by Pull (DSP0226
// section 8).
func TestEnumerate(t *testing.T) {
	s := wsmantest.NewServer(t,
		wsmantest.On(wsman.ActionEnumerate).Answer(`<n:EnumerateResponse>`+context1+`<w:Items>`+item("1")+item("2")+`</w:Items></n:EnumerateResponse>`),
		wsmantest.On(wsman.ActionPull).Answer(`<n:PullResponse>`+context1+`<n:Items>`+item("3")+`</n:Items></n:PullResponse>`).Check(contextIs("c1")),
		wsmantest.On(wsman.ActionPull).Answer(`<n:PullResponse><n:Items>`+item("4")+`</n:Items><n:EndOfSequence/></n:PullResponse>`).Check(contextIs("c1")),
	)
	c := client(t, s, wsmanclient.Config{})
	var got []string
	for i, err := range c.Enumerate(within(t), resource(), wsmanclient.EnumerateOptions{MaxElements: 2}) {
		require.NoError(t, err)
		assert.Equal(t, wsman.QName{Space: "urn:i", Local: "I"}, i.Name)
		assert.Nil(t, i.Reference)
		got = append(got, parse(t, i.Object).Text())
	}
	assert.Equal(t, []string{"1", "2", "3", "4"}, got)
	body := parse(t, s.Requests()[0].Raw).FindElement("Body/Enumerate")
	assert.NotNil(t, body.FindElement("OptimizeEnumeration"))
	assert.Equal(t, "2", body.FindElement("MaxElements").Text())
	assert.Nil(t, body.FindElement("EnumerationMode"))
}

func contextIs(want string) func(*wsmantest.Request) error {
	return func(r *wsmantest.Request) error {
		e, err := r.Parsed().BodyElement()
		if err != nil {
			return err
		}
		if got := wsman.FindChild(e, wsman.NamespaceEnumeration, "EnumerationContext"); got == nil || got.Text() != want {
			return errors.New("the context is not the last one")
		}
		return nil
	}
}

func TestEnumerateEnds(t *testing.T) {
	batch := `<n:EnumerateResponse>` + context1 + `<w:Items>` + item("1") + item("2") + `</w:Items></n:EnumerateResponse>`
	s := wsmantest.NewServer(t,
		wsmantest.On(wsman.ActionEnumerate).Answer(batch).Times(2),
		wsmantest.On(wsman.ActionRelease).Answer("").Check(contextIs("c1")),
		wsmantest.On(wsman.ActionPull).Fault(wsman.CodeInvalidEnumeration),
		wsmantest.On(wsman.ActionEnumerate).Answer(noItems),
		wsmantest.On(wsman.ActionEnumerate).Answer(`<n:EnumerateResponse><n:EnumerationContext/></n:EnumerateResponse>`),
	)
	c := client(t, s, wsmanclient.Config{})
	for _, err := range c.Enumerate(within(t), resource(), wsmanclient.EnumerateOptions{}) {
		require.NoError(t, err)
		break // the server is told
	}
	var got []error
	for _, err := range c.Enumerate(within(t), resource(), wsmanclient.EnumerateOptions{}) {
		got = append(got, err)
	}
	require.Len(t, got, 3)
	require.ErrorIs(t, got[2], wsman.CodeInvalidEnumeration)
	for range c.Enumerate(within(t), resource(), wsmanclient.EnumerateOptions{}) {
		assert.Fail(t, "there is nothing")
	}
	for _, err := range c.Enumerate(within(t), resource(), wsmanclient.EnumerateOptions{}) {
		var bad *wsmanclient.AnswerError
		assert.ErrorAs(t, err, &bad, "neither an end nor a context")
	}
}

func TestEnumerateReferences(t *testing.T) {
	reference := `<a:EndpointReference><a:Address>http://h</a:Address><a:ReferenceParameters><w:ResourceURI>urn:r</w:ResourceURI>` +
		`<w:SelectorSet><w:Selector Name="n">v</w:Selector></w:SelectorSet></a:ReferenceParameters></a:EndpointReference>`
	answer := func(items string) string {
		return `<n:EnumerateResponse><n:EnumerationContext/><w:Items>` + items + `</w:Items><w:EndOfSequence/></n:EnumerateResponse>`
	}
	s := wsmantest.NewServer(t,
		wsmantest.On(wsman.ActionEnumerate).Answer(answer(reference)),
		wsmantest.On(wsman.ActionEnumerate).Answer(answer(`<w:Item>`+item("1")+reference+`</w:Item>`)),
	)
	c := client(t, s, wsmanclient.Config{})
	want := &wsmanclient.EndpointReference{Address: "http://h", ResourceURI: "urn:r", Selectors: []wsman.Selector{{Name: "n", Value: "v"}}}
	for i, err := range c.Enumerate(within(t), resource(), wsmanclient.EnumerateOptions{References: true}) {
		require.NoError(t, err)
		assert.Equal(t, wsmanclient.Item{Reference: want}, i)
	}
	for i, err := range c.Enumerate(within(t), resource(), wsmanclient.EnumerateOptions{
		References: true, Objects: true, NotOptimized: true, Filter: wsmanclient.SelectorFilter(wsman.Selector{Name: "ShellId", Value: "1"}),
	}) {
		require.NoError(t, err)
		assert.Equal(t, want, i.Reference)
		assert.Equal(t, "1", parse(t, i.Object).Text())
	}
	assert.Equal(t, "EnumerateEPR", parse(t, s.Requests()[0].Raw).FindElement("Body/Enumerate/EnumerationMode").Text())
	second := parse(t, s.Requests()[1].Raw).FindElement("Body/Enumerate")
	assert.Equal(t, "EnumerateObjectAndEPR", second.FindElement("EnumerationMode").Text())
	assert.Nil(t, second.FindElement("OptimizeEnumeration"))
	assert.Equal(t, wsman.SelectorFilterDialect, second.FindElement("Filter").SelectAttrValue("Dialect", ""))
	assert.Equal(t, "1", second.FindElement("Filter/SelectorSet/Selector").Text())
}

// TestStandalone: what is cut out of an answer has every namespace that it uses.
func TestStandalone(t *testing.T) {
	s := wsmantest.NewServer(t, wsmantest.On(wsman.ActionGet).Envelope(
		`<e:Envelope xmlns:e="`+wsman.NamespaceSOAP+`" xmlns="urn:default" xmlns:p="urn:outer" xmlns:q='urn:q"'><e:Body>`+
			`<p:A p:x='1>"' y = "a/b" xmlns:p="urn:inner" xmlns="urn:in"><B q:z=""/>text</p:A></e:Body></e:Envelope>`))
	got, err := client(t, s, wsmanclient.Config{}).Get(within(t), resource())
	require.NoError(t, err)
	a := parse(t, got)
	assert.Equal(t, "urn:inner", a.NamespaceURI())
	assert.Equal(t, `1>"`, a.SelectAttrValue("p:x", ""))
	assert.Equal(t, "a/b", a.SelectAttrValue("y", ""))
	b := a.ChildElements()[0]
	assert.Equal(t, "urn:in", b.NamespaceURI())
	assert.Equal(t, `urn:q"`, b.Attr[0].NamespaceURI())
}

// TestEnumerateAmplified: a short answer does not become gigabytes.
func TestEnumerateAmplified(t *testing.T) {
	declarations := ""
	for n := range 60 { // an element may not have many more
		declarations += ` xmlns:p` + strconv.Itoa(n) + `="urn:` + strings.Repeat("x", 1000) + `"`
	}
	s := wsmantest.NewServer(t, wsmantest.On(wsman.ActionEnumerate).Answer(
		`<n:EnumerateResponse`+declarations+`><w:Items>`+strings.Repeat("<o/>", 50_000)+`</w:Items><w:EndOfSequence/></n:EnumerateResponse>`))
	for _, err := range client(t, s, wsmanclient.Config{}).Enumerate(within(t), resource(), wsmanclient.EnumerateOptions{}) {
		var bad *wsmanclient.AnswerError
		require.ErrorAs(t, err, &bad)
		assert.ErrorContains(t, err, "its objects have more than")
	}
}
