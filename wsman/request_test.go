package wsman

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/beevik/etree"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/wsman/xmlscan"
)

// testNamespaces are the declarations that test envelopes have, with prefixes
// that clients use.
const testNamespaces = `xmlns:env="` + NamespaceSOAP + `" xmlns:a="` + NamespaceAddressing +
	`" xmlns:w="` + NamespaceWSMan + `" xmlns:p="` + NamespaceWSManMS + `" xmlns:rsp="` + NamespaceShell + `"`

// testMessageID is the MessageID of test envelopes.
const testMessageID = "uuid:0A1B2C3D-0000-4000-8000-000000000001"

// envelope makes an envelope of headers and a body.
func envelope(headers, body string) string {
	return "<env:Envelope " + testNamespaces + "><env:Header>" + headers + "</env:Header><env:Body>" +
		body + "</env:Body></env:Envelope>"
}

// required are the headers that a request cannot do without, and a resource.
const required = `<a:Action env:mustUnderstand="true">` + ActionReceive + `</a:Action>` +
	`<a:To>http://host:5985/wsman</a:To><a:MessageID>` + testMessageID + `</a:MessageID>` +
	`<w:ResourceURI>` + ResourceCmd + `</w:ResourceURI>`

// replyTo makes a ReplyTo header.
func replyTo(name, address string) string {
	return fmt.Sprintf(`<a:%s><a:Address env:mustUnderstand="true">%s</a:Address></a:%s>`, name, address, name)
}

func TestParseRequest(t *testing.T) {
	raw := []byte(envelope(`
		<a:Action env:mustUnderstand="1"> `+ActionCreate+`
		</a:Action>
		<a:To> https://host:5986/wsman?PSVersion=7.4 </a:To>
		<a:MessageID> uuid:abc&amp;d<!-- x -->e </a:MessageID>
		`+replyTo("ReplyTo", " "+AddressAnonymous+"\n")+`
		<w:ResourceURI> http://schemas.microsoft.com/powershell/My&#46;Config </w:ResourceURI>
		<w:MaxEnvelopeSize env:mustUnderstand="true"> 153600 </w:MaxEnvelopeSize>
		<w:OperationTimeout>PT20.500S</w:OperationTimeout>
		<w:Locale xml:lang="de-DE" env:mustUnderstand="false"/>
		<p:DataLocale xml:lang="fr"/>
		<p:SessionId>uuid:11</p:SessionId>
		<p:OperationID>uuid:22</p:OperationID>
		<p:SequenceId>7</p:SequenceId>
		<p:ActivityId>33</p:ActivityId>
		<rsp:CompressionType env:mustUnderstand="true">xpress</rsp:CompressionType>
		<w:SelectorSet><w:Selector Name="ShellId"> 44 </w:Selector><w:Selector Name="Other"/><w:Unknown/></w:SelectorSet>
		<w:OptionSet env:mustUnderstand="true"><w:Option Name="protocolversion" MustComply="true">2.3</w:Option>
			<w:Option Name=" X " MustComply="False"/><w:Option Name="Y" MustComply="1">&lt;</w:Option></w:OptionSet>
		<unknown xmlns="urn:x"><child>text</child></unknown>
		<a:From/><a:RelatesTo>x</a:RelatesTo>`,
		`<rsp:Shell ShellId="1"><rsp:InputStreams>stdin</rsp:InputStreams></rsp:Shell>`))
	r, err := ParseRequest(raw, Limits{})
	require.NoError(t, err)
	assert.Equal(t, Header{
		Action: ActionCreate, ResourceURI: "http://schemas.microsoft.com/powershell/My.Config",
		To: "https://host:5986/wsman?PSVersion=7.4", MessageID: "uuid:abc&de", ReplyTo: AddressAnonymous,
		SessionID: "uuid:11", OperationID: "uuid:22", SequenceID: 7, ActivityID: "33",
		MaxEnvelopeSize: 153600, OperationTimeout: 20500 * time.Millisecond,
		Locale: "de-DE", DataLocale: "fr", CompressionType: "xpress",
		Selectors: []Selector{{"ShellId", "44"}, {"Other", ""}},
		Options:   []Option{{"protocolversion", "2.3", true}, {"X", "", false}, {"Y", "<", true}},
	}, r.Header)
	v, ok := r.Header.Selector("shellid")
	assert.True(t, ok)
	assert.Equal(t, "44", v)
	_, ok = r.Header.Selector("none")
	assert.False(t, ok)
	o, ok := r.Header.Option("PROTOCOLVERSION")
	assert.True(t, ok && o.MustComply)
	_, ok = r.Header.Option("none")
	assert.False(t, ok)
	name, ok := PowerShellConfiguration(r.Header.ResourceURI)
	assert.True(t, ok)
	assert.Equal(t, "My.Config", name)
	_, ok = PowerShellConfiguration(ResourcePowerShellPrefix)
	assert.False(t, ok, "a prefix alone names nothing")
}

// TestHeaderRules has a request for each rule of a header: what is put behind
// or in place of the required headers, and the fault.
func TestHeaderRules(t *testing.T) {
	long := strings.Repeat("x", maxHeaderValue+1)
	for _, tt := range []struct {
		name, headers string
		code          FaultCode // 0: no fault
		message       string
	}{
		{"only what is required", required, 0, ""},
		{"no Action", strings.Replace(required, "a:Action", "a:From", 2), CodeHeaderRequired, "Action"},
		{"no MessageID", strings.Replace(required, "a:MessageID", "a:RelatesTo", 2), CodeHeaderRequired, "MessageID"},
		{"no To", strings.Replace(required, "a:To", "a:From", 2), CodeHeaderRequired, "To"},
		{"empty MessageID", strings.Replace(required, testMessageID, " ", 1), CodeHeaderRequired, "MessageID"},
		{"no headers", "", CodeHeaderRequired, "Action"},
		{"Action twice", required + `<a:Action>x</a:Action>`, CodeInvalidHeader, "Action twice"},
		{"SelectorSet twice", required + `<w:SelectorSet/><w:SelectorSet/>`, CodeInvalidHeader, "SelectorSet twice"},

		{"ReplyTo anonymous", required + replyTo("ReplyTo", AddressAnonymous), 0, ""},
		{"ReplyTo elsewhere", required + replyTo("ReplyTo", "http://elsewhere/"), CodeAddressingMode, ""},
		{"ReplyTo empty", required + `<a:ReplyTo/>`, CodeAddressingMode, ""},
		{"FaultTo elsewhere", required + replyTo("FaultTo", "http://elsewhere/"), CodeAddressingMode, ""},
		{"FaultTo anonymous", required + replyTo("FaultTo", AddressAnonymous), 0, ""},

		{"unknown", required + `<x xmlns="u"/>`, 0, ""},
		{"unknown, must be understood", required + `<x xmlns="u" env:mustUnderstand="true"/>`, CodeMustUnderstand, "x of namespace u"},
		{"1", required + `<x xmlns="u" env:mustUnderstand=" 1 "/>`, CodeMustUnderstand, "x"},
		{"without namespace", required + `<x xmlns="u" mustUnderstand="true"/>`, CodeMustUnderstand, "x"},
		{"false", required + `<x xmlns="u" env:mustUnderstand="false"/>`, 0, ""},
		{"0", required + `<x xmlns="u" env:mustUnderstand="0"/>`, 0, ""},
		{"other namespace's attribute", required + `<x xmlns="u" p:mustUnderstand="true"/>`, 0, ""},
		{"inside a header", required + `<x xmlns="u"><y env:mustUnderstand="true"/></x>`, 0, ""},
		{"known name in another namespace", required + `<p:Locale env:mustUnderstand="true"/>`, CodeMustUnderstand, "Locale"},
		{"known, must be understood", required + `<p:ActivityId env:mustUnderstand="true">1</p:ActivityId>`, 0, ""},

		{"MaxEnvelopeSize at the minimum", required + `<w:MaxEnvelopeSize>8192</w:MaxEnvelopeSize>`, 0, ""},
		{"MaxEnvelopeSize below it", required + `<w:MaxEnvelopeSize>8191</w:MaxEnvelopeSize>`, CodeMinEnvelopeSize, "8192"},
		{"MaxEnvelopeSize no number", required + `<w:MaxEnvelopeSize>big</w:MaxEnvelopeSize>`, CodeInvalidHeader, "MaxEnvelopeSize is not a number: big"},
		{"MaxEnvelopeSize negative", required + `<w:MaxEnvelopeSize>-1</w:MaxEnvelopeSize>`, CodeInvalidHeader, "-1"},
		{"OperationTimeout negative", required + `<w:OperationTimeout>-PT1S</w:OperationTimeout>`, CodeInvalidHeader, "The XML contains an invalid timeout field in the SOAP header: -PT1S."},
		{"OperationTimeout wrong", required + `<w:OperationTimeout>PT-1S</w:OperationTimeout>`, CodeInvalidHeader, "The XML contains an invalid timeout field in the SOAP header: PT-1S."},
		{"OperationTimeout empty", required + `<w:OperationTimeout/>`, CodeInvalidHeader, "timeout"},
		{"SequenceId no number", required + `<p:SequenceId>one</p:SequenceId>`, CodeInvalidHeader, "SequenceId"},
		{"ActivityId at the limit", required + `<p:ActivityId>` + strings.Repeat("ä", maxActivityID) + `</p:ActivityId>`, 0, ""},
		{"ActivityId long", required + `<p:ActivityId>` + long[:maxActivityID+1] + `</p:ActivityId>`, CodeInvalidHeader, "ActivityId"},
		{"Locale without language", required + `<w:Locale/>`, 0, ""},
		{"Locale must be understood", required + `<w:Locale env:mustUnderstand="true" xml:lang="tlh"/>`, 0, ""},
		{"Locale malformed", required + `<w:Locale env:mustUnderstand="true" xml:lang="../x"/>`, CodeLocaleNotSupported, ""},
		{"FragmentTransfer", required + `<w:FragmentTransfer env:mustUnderstand="true">a</w:FragmentTransfer>`, CodeFragmentTransfer, ""},
		{"long value", required + `<p:SessionId>` + long + `</p:SessionId>`, CodeInvalidHeader, "SessionId is longer"},
		{"element in a value", required + `<p:SessionId>1<x/>2</p:SessionId>`, CodeInvalidHeader, "SessionId holds an element"},
		{"too many headers", required + strings.Repeat(`<x xmlns="u"/>`, maxHeaders), CodeInvalidHeader, "more than 256"},

		{"selector twice", required + `<w:SelectorSet><w:Selector Name="a"/><w:Selector Name="A"/></w:SelectorSet>`, CodeDuplicateSelectors, ""},
		{"selector without name", required + `<w:SelectorSet><w:Selector>1</w:Selector></w:SelectorSet>`, CodeUnexpectedSelectors, "no name"},
		{"selector of an EPR", required + `<w:SelectorSet><w:Selector Name="a"><a:EndpointReference/></w:Selector></w:SelectorSet>`, CodeUnexpectedSelectors, "endpoint reference"},
		{"selectors at the limit", required + selectors(maxSelectors), 0, ""},
		{"too many selectors", required + selectors(maxSelectors+1), CodeSelectorLimit, ""},
		{"long selector", required + `<w:SelectorSet><w:Selector Name="a">` + long + `</w:Selector></w:SelectorSet>`, CodeInvalidHeader, "SelectorSet"},
		{"option without name", required + `<w:OptionSet><w:Option>1</w:Option></w:OptionSet>`, CodeOptionInvalidName, ""},
		{"option with an element", required + `<w:OptionSet><w:Option Name="a"><x/></w:Option></w:OptionSet>`, CodeOptionInvalidValue, ""},
		{"options at the limit", required + `<w:OptionSet>` + strings.Repeat(`<w:Option Name="a"/>`, maxOptions) + `</w:OptionSet>`, 0, ""},
		{"too many options", required + `<w:OptionSet>` + strings.Repeat(`<w:Option Name="a"/>`, maxOptions+1) + `</w:OptionSet>`, CodeOptionLimit, ""},
		{"long option name", required + `<w:OptionSet><w:Option Name="` + long + `"/></w:OptionSet>`, CodeInvalidHeader, "OptionSet"},

		{"the first fault counts", `<w:OperationTimeout>x</w:OperationTimeout><x xmlns="u" env:mustUnderstand="true"/>` + required, CodeInvalidHeader, "timeout"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r, err := ParseRequest([]byte(envelope(tt.headers, "")), Limits{})
			require.NotNil(t, r)
			if tt.code == 0 {
				require.NoError(t, err)
				return
			}
			var f *Fault
			require.ErrorAs(t, err, &f)
			assert.Equal(t, tt.code, f.WSMan.Code)
			assert.Contains(t, f.Message(), tt.message)
			if strings.Contains(tt.headers, testMessageID) && strings.Contains(tt.headers, "a:MessageID") {
				assert.Equal(t, testMessageID, r.Header.MessageID, "the fault can be answered")
			}
		})
	}
}

// selectors makes a SelectorSet of n.
func selectors(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `<w:Selector Name="s%d">1</w:Selector>`, i)
	}
	return "<w:SelectorSet>" + b.String() + "</w:SelectorSet>"
}

func TestNotUnderstoodNamesTheHeader(t *testing.T) {
	_, err := ParseRequest([]byte(envelope(required+`<q:x xmlns:q="urn:q" env:mustUnderstand="true"/>`, "")), Limits{})
	var f *Fault
	require.ErrorAs(t, err, &f)
	assert.Equal(t, QName{"urn:q", "x"}, f.NotUnderstood)
	assert.Equal(t, SOAPMustUnderstand, f.Code)
}

// TestEnvelopeRules has envelopes that are wrong as a whole.
func TestEnvelopeRules(t *testing.T) {
	body := `<env:Body/>`
	in := func(content string) string {
		return "<env:Envelope " + testNamespaces + ">" + content + "</env:Envelope>"
	}
	header := `<env:Header>` + required + `</env:Header>`
	for _, tt := range []struct {
		name, raw string
		code      FaultCode
		messageID bool // the MessageID is known all the same
	}{
		{"nothing", "", CodeInvalidXML, false},
		{"not XML", "{}", CodeInvalidXML, false},
		{"HTML", "<html><body/></html>", CodeSchemaValidation, false},
		{"SOAP 1.1", strings.Replace(in(header+body), NamespaceSOAP, NamespaceSOAP11, 1), CodeVersionMismatch, false},
		{"no namespace", "<Envelope/>", CodeVersionMismatch, false},
		{"no body", in(header), CodeSchemaValidation, true},
		{"empty", in(""), CodeSchemaValidation, false},
		{"two headers", in(header + header + body), CodeSchemaValidation, true},
		{"two bodies", in(header + body + body), CodeSchemaValidation, true},
		{"header after body", in(body + header), CodeSchemaValidation, false},
		{"something else", in(header + body + "<x/>"), CodeSchemaValidation, true},
		{"DOCTYPE", `<!DOCTYPE x [<!ENTITY a "b">]>` + in(header+body), CodeInvalidXML, false},
		{"cut off in the header", strings.TrimSuffix(in(header+body), "</env:Header><env:Body/></env:Envelope>"), CodeInvalidXML, true},
		{"cut off in the body", strings.TrimSuffix(envelope(required, "<x/>"), "/></env:Body></env:Envelope>"), CodeInvalidXML, true},
		{"malformed body", envelope(required, "<x>&y;</x>"), CodeInvalidXML, true},
		{"behind the envelope", in(header+body) + "<x/>", CodeInvalidXML, true},
		{"undeclared prefix", envelope(required, "<q:x/>"), CodeInvalidXML, true},
		{"not UTF-8", envelope(required, "<x>\xff</x>"), CodeInvalidXML, true},
		{"malformed although a header is wrong", envelope(required+`<w:OperationTimeout>x</w:OperationTimeout>`, "<x>"), CodeInvalidXML, true},
		{"deep", envelope(required, strings.Repeat("<x>", 100)+strings.Repeat("</x>", 100)), CodeInvalidXML, true},
		{"too large", envelope(required, "<x>"+strings.Repeat("x", DefaultMaxEnvelopeSize)+"</x>"), CodeServerEnvelopeLimit, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r, err := ParseRequest([]byte(tt.raw), Limits{})
			require.NotNil(t, r)
			require.ErrorIs(t, err, tt.code)
			if tt.messageID {
				assert.Equal(t, testMessageID, r.Header.MessageID)
			}
			var syntax *xmlscan.SyntaxError
			assert.Equal(t, tt.code == CodeInvalidXML, errors.As(err, &syntax), "the cause says where")
			assert.NotPanics(t, func() { r.Body() })
		})
	}
}

// TestBetweenHeaderAndBody: winrm-rs puts an OptionSet there.
func TestBetweenHeaderAndBody(t *testing.T) {
	r, err := ParseRequest([]byte("<env:Envelope "+testNamespaces+"><env:Header>"+required+"</env:Header>"+
		`<w:OptionSet><w:Option Name="a">b</w:Option></w:OptionSet><env:Body><x/></env:Body></env:Envelope>`), Limits{})
	require.NoError(t, err)
	assert.Empty(t, r.Header.Options, "it is passed over")
	ok, err := r.Body().NextChild(0)
	require.NoError(t, err)
	assert.True(t, ok)
}

func TestLimits(t *testing.T) {
	parse := func(headers string, l Limits) Header {
		r, err := ParseRequest([]byte(envelope(required+headers, "")), l)
		require.NoError(t, err)
		return r.Header
	}
	h := parse("", Limits{})
	assert.Equal(t, DefaultMaxEnvelopeSize, h.MaxEnvelopeSize)
	assert.Equal(t, DefaultMaxTimeout, h.OperationTimeout)

	l := Limits{MaxEnvelopeSize: 100000, MaxTimeout: 30 * time.Second}
	h = parse("", l)
	assert.Equal(t, 100000, h.MaxEnvelopeSize)
	assert.Equal(t, 30*time.Second, h.OperationTimeout)
	h = parse(`<w:MaxEnvelopeSize>512000</w:MaxEnvelopeSize><w:OperationTimeout>PT180.000S</w:OperationTimeout>`, l)
	assert.Equal(t, 100000, h.MaxEnvelopeSize)
	assert.Equal(t, 30*time.Second, h.OperationTimeout)
	h = parse(`<w:MaxEnvelopeSize>18446744073709551615</w:MaxEnvelopeSize><w:OperationTimeout>PT0S</w:OperationTimeout>`, l)
	assert.Equal(t, 100000, h.MaxEnvelopeSize)
	assert.Equal(t, 30*time.Second, h.OperationTimeout, "zero is no time at all, which nobody can mean")
	h = parse(`<w:MaxEnvelopeSize>9000</w:MaxEnvelopeSize><w:OperationTimeout>PT5S</w:OperationTimeout>`, l)
	assert.Equal(t, 9000, h.MaxEnvelopeSize)
	assert.Equal(t, 5*time.Second, h.OperationTimeout)
}

func TestIdentify(t *testing.T) {
	const body = `<i:Identify xmlns:i="` + NamespaceWSManIdentity + `"/>`
	for _, raw := range []string{
		envelope("", body),
		envelope("", " <!-- --> "+body),
		"<env:Envelope " + testNamespaces + "><env:Body>" + body + "</env:Body></env:Envelope>",
	} {
		r, err := ParseRequest([]byte(raw), Limits{})
		require.NoError(t, err)
		assert.True(t, r.Header.Identify)
	}
	r, err := ParseRequest([]byte(envelope(required, body)), Limits{})
	require.NoError(t, err)
	assert.False(t, r.Header.Identify, "an action says what is asked for")
	r, err = ParseRequest([]byte(envelope("", "<x/>"+body)), Limits{})
	require.ErrorIs(t, err, CodeHeaderRequired)
	assert.False(t, r.Header.Identify, "the first element counts")
	_, err = ParseRequest([]byte(envelope(`<x xmlns="u" env:mustUnderstand="true"/>`, body)), Limits{})
	assert.ErrorIs(t, err, CodeMustUnderstand)
}

func TestBody(t *testing.T) {
	const content = ` <rsp:Send><rsp:Stream Name="stdin">QUJD</rsp:Stream></rsp:Send><x xmlns="u"/>`
	r, err := ParseRequest([]byte(envelope(required, content)), Limits{})
	require.NoError(t, err)
	assert.Equal(t, len(content), r.BodySize())
	for range 2 {
		s := r.Body()
		ok, err := s.NextChild(0)
		require.NoError(t, err)
		require.True(t, ok && s.Is(NamespaceShell, "Send"))
		ok, err = s.NextChild(1)
		require.NoError(t, err)
		require.True(t, ok && s.Is(NamespaceShell, "Stream"))
		text, err := s.RawText()
		require.NoError(t, err)
		assert.Equal(t, "QUJD", string(text))
		ok, err = s.NextChild(0)
		require.NoError(t, err)
		assert.True(t, ok && s.Is("u", "x"))
		ok, err = s.NextChild(0)
		require.NoError(t, err)
		assert.False(t, ok)
	}
	for _, body := range []string{"", " ", "<!-- x -->"} {
		r, err := ParseRequest([]byte(envelope(required, body)), Limits{})
		require.NoError(t, err)
		ok, err := r.Body().NextChild(0)
		require.NoError(t, err)
		assert.False(t, ok)
		e, err := r.BodyElement()
		require.NoError(t, err)
		assert.Nil(t, e)
	}
	e, err := (&Request{}).BodyElement()
	require.NoError(t, err)
	assert.Nil(t, e, "a request that nobody parsed has no body")
}

func TestEmptyBodyTag(t *testing.T) {
	raw := strings.Replace(envelope(required, ""), "<env:Body></env:Body>", "<env:Body/>", 1)
	r, err := ParseRequest([]byte(raw), Limits{})
	require.NoError(t, err)
	assert.Zero(t, r.BodySize())
}

func TestBodyElement(t *testing.T) {
	raw := `<Envelope xmlns="` + NamespaceSOAP + `" xmlns:r="urn:hidden"><Header xmlns:a="` + NamespaceAddressing + `"><a:Action>x</a:Action><a:To>x</a:To><a:MessageID>x</a:MessageID></Header>
		<Body xmlns:r="` + NamespaceShell + `" xmlns:q="urn:&quot;&amp;"><!-- --><r:Shell ShellId="1" q:A="2"><r:InputStreams>stdin &amp; pr</r:InputStreams>
		<creationXml xmlns="` + NamespacePowerShell + `">QUJD</creationXml><q:x/><r:InputStreams/></r:Shell><r:Second/></Body></Envelope>`
	r, err := ParseRequest([]byte(raw), Limits{})
	require.NoError(t, err)
	e, err := r.BodyElement()
	require.NoError(t, err)
	require.True(t, IsElement(e, NamespaceShell, "Shell"))
	v, ok := AttrValue(e, "ShellId")
	assert.True(t, ok)
	assert.Equal(t, "1", v)
	_, ok = AttrValue(e, "A")
	assert.False(t, ok, "an attribute with a prefix is another one")
	streams := FindChild(e, NamespaceShell, "InputStreams")
	require.NotNil(t, streams)
	assert.Equal(t, "stdin & pr", streams.Text())
	assert.Len(t, Children(e, NamespaceShell, "InputStreams"), 2)
	assert.Equal(t, "QUJD", FindChild(e, NamespacePowerShell, "creationXml").Text())
	assert.NotNil(t, FindChild(e, `urn:"&`, "x"))
	assert.Nil(t, FindChild(e, NamespaceShell, "creationXml"))
	assert.Nil(t, FindChild(nil, "", ""))
	assert.Nil(t, Children(nil, "", ""))
	_, ok = AttrValue(nil, "")
	assert.False(t, ok)
	assert.False(t, IsElement(nil, "", ""))
}

func TestBodyElementBounds(t *testing.T) {
	for _, tt := range []struct {
		elements int
		code     FaultCode
	}{{maxBodyElements - 1, 0}, {maxBodyElements, CodeSchemaValidation}} {
		raw := envelope(required, "<x>"+strings.Repeat("<y/>", tt.elements)+"</x>")
		r, err := ParseRequest([]byte(raw), Limits{})
		require.NoError(t, err)
		e, err := r.BodyElement()
		if tt.code != 0 {
			require.ErrorIs(t, err, tt.code)
			continue
		}
		require.NoError(t, err)
		assert.Len(t, e.ChildElements(), tt.elements)
	}
	// As deep as an envelope can be.
	depth := xmlscan.MaxDepth - 2
	r, err := ParseRequest([]byte(envelope(required, strings.Repeat("<x>", depth)+strings.Repeat("</x>", depth))), Limits{})
	require.NoError(t, err)
	e, err := r.BodyElement()
	require.NoError(t, err)
	n := 0
	for ; e != nil; e = first(e) {
		n++
	}
	assert.Equal(t, depth, n)
}

// first returns the first child element of e; nil if it has none.
func first(e *etree.Element) *etree.Element {
	if c := e.ChildElements(); len(c) > 0 {
		return c[0]
	}
	return nil
}
