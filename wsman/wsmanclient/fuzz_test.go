package wsmanclient

import (
	"bytes"
	"net"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/xmlscan"
)

// seeds are bodies of each kind, and faults.
func seeds() [][]byte {
	const (
		stream = `<rsp:ReceiveResponse><rsp:Stream Name="stdout" CommandId="1"> QU JD</rsp:Stream><rsp:Stream Name="stdout" End="true"/>` +
			`<rsp:CommandState CommandId="1" State="` + wsman.CommandStateDone + `"><rsp:ExitCode>-1</rsp:ExitCode></rsp:CommandState></rsp:ReceiveResponse>`
		created = `<x:ResourceCreated><a:Address>http://h</a:Address><a:ReferenceParameters><w:ResourceURI>u</w:ResourceURI><w:SelectorSet>` +
			`<w:Selector Name="ShellId">1</w:Selector></w:SelectorSet></a:ReferenceParameters></x:ResourceCreated><rsp:Shell><rsp:ShellId>1</rsp:ShellId>` +
			`<rsp:Environment><rsp:Variable Name="a">b</rsp:Variable></rsp:Environment><rsp:IdleTimeOut>PT7200.000S</rsp:IdleTimeOut></rsp:Shell>`
		items = `<n:EnumerateResponse><n:EnumerationContext>c</n:EnumerationContext><w:Items><w:Item><i:I xmlns:i="urn:i" xmlns='urn:"'><J/></i:I>` +
			`<a:EndpointReference/></w:Item></w:Items><w:EndOfSequence/></n:EnumerateResponse>`
		connected = `<rsp:ConnectResponse><rsp:InputStreams>stdin</rsp:InputStreams><connectResponseXml xmlns="` + wsman.NamespacePowerShell + `">QUJD</connectResponseXml></rsp:ConnectResponse>`
	)
	var all [][]byte
	for _, body := range []string{"", stream, created, items, connected, `<a xmlns="u" b="c>d"/>`} {
		r := &wsman.Response{Body: wsman.RawBody(body), MessageID: "uuid:1", RelatesTo: "uuid:2"}
		all = append(all, r.AppendEnvelope(nil, nil))
	}
	for _, f := range []*wsman.Fault{
		wsman.NewFault(wsman.CodeOperationTimedOut, ""), wsman.NewFault(wsman.CodeRedirectRequested, "see http://x/y."),
		wsman.NewFault(wsman.CodeFileNotFound, "").WithProvider("p", "q", "r"),
	} {
		all = append(all, f.AppendEnvelope(nil, nil, "m"))
	}
	return all
}

// FuzzAnswer: whatever a server answers is read or refused; what is cut out of it
// is a document; and a stream is a part of it.
func FuzzAnswer(f *testing.F) {
	for _, s := range seeds() {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		var first element
		if answer, err := parseAnswer(raw, first.first); err == nil {
			body, err := first.xml(answer.raw)
			require.NoError(t, err)
			wellFormed(t, body)
		} else if answer != nil {
			require.NotNil(t, asRedirect(err))
		}
		output := &Output{}
		if _, err := parseAnswer(raw, output.read); err == nil {
			for _, s := range output.Streams {
				require.NotContains(t, string(s.Text), " ")
				plain, err := s.AppendBytes(nil)
				require.LessOrEqual(t, len(plain), len(raw), err)
			}
		}
		var made created
		if _, err := parseAnswer(raw, made.element); err == nil {
			_ = made.shellID()
		}
		var many batch
		if answer, err := parseAnswer(raw, many.read); err == nil {
			items, err := many.documents(answer.raw)
			require.NoError(t, err)
			for _, i := range items {
				wellFormed(t, i.Object)
			}
		}
		var response connectResponse
		if answer, err := parseAnswer(raw, response.read); err == nil {
			content, err := response.content.xml(answer.raw)
			require.NoError(t, err)
			wellFormed(t, content)
			_, _ = PowerShellContent(content)
		}
	})
}

// wellFormed reads a document to its end. One that has the declarations of what it
// stood in may have more than a document may.
func wellFormed(t *testing.T, text []byte) {
	t.Helper()
	if text == nil {
		return
	}
	s := xmlscan.New(text)
	for {
		kind, err := s.Next()
		require.NoError(t, err, "%q", text)
		if kind == xmlscan.EOF {
			return
		}
	}
}

// bytesConn is a connection on which a server has said everything that it will.
type bytesConn struct{ *bytes.Reader }

func (bytesConn) Write(b []byte) (int, error)      { return len(b), nil }
func (bytesConn) Close() error                     { return nil }
func (bytesConn) LocalAddr() net.Addr              { return nil }
func (bytesConn) RemoteAddr() net.Addr             { return nil }
func (bytesConn) SetDeadline(time.Time) error      { return nil }
func (bytesConn) SetReadDeadline(time.Time) error  { return os.ErrDeadlineExceeded }
func (bytesConn) SetWriteDeadline(time.Time) error { return nil }

// FuzzHTTP: an HTTP answer is read to its end or refused, and never more of it
// than is allowed.
func FuzzHTTP(f *testing.F) {
	for _, s := range []string{
		"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhelloHTTP/1.1", "HTTP/1.1 401 No\r\nWWW-Authenticate: Negotiate abc==, Basic realm=\"a, b\"\r\n\r\n",
		"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.0 200 OK\r\n\r\nx", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, answer []byte) {
		const most = 1000
		c := newConnection(bytesConn{bytes.NewReader(answer)})
		i, err := c.receive(most)
		if err != nil {
			return
		}
		require.LessOrEqual(t, len(i.body), most)
		require.GreaterOrEqual(t, i.status, 200)
		for _, s := range i.schemes() {
			_, _ = i.token(s)
		}
	})
}
