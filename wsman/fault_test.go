package wsman

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"regexp"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestFaultCodesAreInTheTable reads the constants out of the source: each has
// a row, and no row is without a constant.
func TestFaultCodesAreInTheTable(t *testing.T) {
	codes := make(map[FaultCode]string)
	file, err := parser.ParseFile(token.NewFileSet(), "fault_codes.go", nil, 0)
	require.NoError(t, err)
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		n64, err := strconv.ParseUint(spec.Values[0].(*ast.BasicLit).Value, 0, 32)
		require.NoError(t, err)
		code := FaultCode(n64)
		assert.Empty(t, codes[code], "%s has the number of another", spec.Names[0].Name)
		codes[code] = spec.Names[0].Name
		return true
	})
	require.Greater(t, len(codes), 90)
	symbols := make(map[string]bool)
	for code, name := range codes {
		k, ok := faultTable[code]
		require.True(t, ok, "%s has no row", name)
		assert.NotEmpty(t, k.symbol, name)
		assert.False(t, symbols[k.symbol], "symbol %s twice", k.symbol)
		symbols[k.symbol] = true
		assert.NotEmpty(t, k.text, name)
		assert.NotEmpty(t, k.soap, name)
		assert.Equal(t, k.symbol, code.String())
		if k.soap == SOAPSender || k.soap == SOAPReceiver {
			assert.NotEmpty(t, k.subcode.Local, name)
			assert.NotEmpty(t, faultPrefix(k.subcode.Space), name)
		} else {
			assert.Empty(t, k.subcode, name)
		}
	}
	assert.Len(t, faultTable, len(codes), "rows without a constant")
}

// TestFaultNumbers has the numbers as clients see them, with the parts of the
// fault that they look at.
func TestFaultNumbers(t *testing.T) {
	for _, tt := range []struct {
		code    FaultCode
		number  uint32
		soap    SOAPCode
		subcode string
		action  string
	}{
		{CodeOperationTimedOut, 2150858793, SOAPReceiver, "w:TimedOut", ActionFaultWSMan},
		{CodeUnexpectedSelectors, 2150858843, SOAPSender, "w:InvalidSelectors", ActionFaultWSMan},
		{CodeInsufficientSelectors, 2150858842, SOAPSender, "w:InvalidSelectors", ActionFaultWSMan},
		{CodeInvalidHeader, 2150858767, SOAPSender, "a:InvalidMessageInformationHeader", ActionFaultAddressing},
		{CodeHeaderRequired, 2150858769, SOAPSender, "a:MessageInformationHeaderRequired", ActionFaultAddressing},
		{CodeActionNotSupported, 2150858771, SOAPSender, "a:ActionNotSupported", ActionFaultAddressing},
		{CodeInvalidURI, 2150858754, SOAPSender, "a:DestinationUnreachable", ActionFaultAddressing},
		{CodeMustUnderstand, 2150858768, SOAPMustUnderstand, ":", ActionFaultAddressing},
		{CodeVersionMismatch, 2150858765, SOAPVersionMismatch, ":", ActionFaultAddressing},
		{CodeInvalidXML, 2150858819, SOAPSender, "w:SchemaValidationError", ActionFaultWSMan},
		{CodeSchemaValidation, 2150858817, SOAPSender, "w:SchemaValidationError", ActionFaultWSMan},
		{CodeServerEnvelopeLimit, 2150858825, SOAPSender, "w:EncodingLimit", ActionFaultWSMan},
		{CodeMaxEnvelopeSizeExceeded, 2150858824, SOAPSender, "w:EncodingLimit", ActionFaultWSMan},
		{CodeMinEnvelopeSize, 2150858878, SOAPSender, "w:EncodingLimit", ActionFaultWSMan},
		{CodeShellDisconnected, 2150859204, SOAPReceiver, "w:InternalError", ActionFaultWSMan},
		{CodeDisconnectNotSupported, 2150859205, SOAPReceiver, "w:InternalError", ActionFaultWSMan},
		{CodeSessionIDMismatch, 2150859206, SOAPReceiver, "w:InternalError", ActionFaultWSMan},
		{CodeShellConnectedToDifferentClient, 2150859213, SOAPReceiver, "w:InternalError", ActionFaultWSMan},
		{CodeShellDisconnectNotValid, 2150859215, SOAPReceiver, "w:InternalError", ActionFaultWSMan},
		{CodeShellReconnectNotValid, 2150859216, SOAPReceiver, "w:InternalError", ActionFaultWSMan},
		{CodeStreamDisconnected, 2150859230, SOAPReceiver, "w:InternalError", ActionFaultWSMan},
		{CodeShellIDConflict, 2150859223, SOAPReceiver, "w:InternalError", ActionFaultWSMan},
		{CodeCommandIDConflict, 2150859222, SOAPReceiver, "w:InternalError", ActionFaultWSMan},
		{CodeIdleTimeoutOutOfBounds, 2150859250, SOAPSender, "w:InvalidParameter", ActionFaultWSMan},
		{CodeQuotaMaxShells, 2150859173, SOAPSender, "w:QuotaLimit", ActionFaultWSMan},
		{CodeQuotaMaxShellUsers, 2150859179, SOAPSender, "w:QuotaLimit", ActionFaultWSMan},
		{CodeQuotaMaxShellsPPQ, 2150859236, SOAPSender, "w:QuotaLimit", ActionFaultWSMan},
		{CodeQuotaMaxCommandsPerShellPPQ, 2150859241, SOAPSender, "w:QuotaLimit", ActionFaultWSMan},
		{CodeRemoteShellsNotAllowed, 2150859180, SOAPReceiver, "w:InternalError", ActionFaultWSMan},
		{CodeFilterDialectUnavailable, 2150858777, SOAPSender, "n:FilterDialectRequestedUnavailable", ActionFaultEnumeration},
		{CodeInvalidEnumeration, 2150858779, SOAPReceiver, "n:InvalidEnumerationContext", ActionFaultEnumeration},
		{CodeAccessDenied, 5, SOAPSender, "w:AccessDenied", ActionFaultWSMan},
		{CodeInvalidParameter, 87, SOAPSender, "w:InvalidParameter", ActionFaultWSMan},
		{CodeFileNotFound, 2147942402, SOAPReceiver, "w:InternalError", ActionFaultWSMan},
		{CodeFilenameTooLong, 2147942606, SOAPReceiver, "w:InternalError", ActionFaultWSMan},
		{CodePluginProtocolVersion, 2152991685, SOAPReceiver, "w:InternalError", ActionFaultWSMan},
		{0xDEADBEEF, 0xDEADBEEF, SOAPReceiver, "w:InternalError", ActionFaultWSMan},
	} {
		f := NewFault(tt.code, "")
		assert.Equal(t, tt.number, uint32(tt.code), tt.code.String())
		assert.Equal(t, tt.soap, f.Code, tt.code.String())
		assert.Equal(t, tt.subcode, faultPrefix(f.Subcode.Space)+":"+f.Subcode.Local, tt.code.String())
		assert.Equal(t, tt.action, f.Action(), tt.code.String())
		assert.Equal(t, 500, f.Status)
		assert.Equal(t, f.Reason, f.WSMan.Message)
	}
	assert.Equal(t, "0xdeadbeef", FaultCode(0xDEADBEEF).String())
}

func TestFaultAction(t *testing.T) {
	for space, want := range map[string]string{
		NamespaceEventing: ActionFaultEventing, NamespaceTransfer: ActionFaultTransfer,
		"urn:other": ActionFaultWSMan, "": ActionFaultWSMan,
	} {
		assert.Equal(t, want, (&Fault{Subcode: QName{space, "x"}}).Action(), space)
	}
}

func TestFaultIs(t *testing.T) {
	f := NewFault(CodeUnexpectedSelectors, "no such shell").WithCause(io.ErrUnexpectedEOF)
	wrapped := fmt.Errorf("receive: %w", f)
	for _, target := range []error{
		CodeUnexpectedSelectors, &Fault{}, NewFault(CodeUnexpectedSelectors, "another text"),
		&Fault{Code: SOAPSender}, &Fault{Subcode: QName{NamespaceWSMan, "InvalidSelectors"}}, io.ErrUnexpectedEOF,
	} {
		assert.ErrorIs(t, wrapped, target)
	}
	for _, target := range []error{
		CodeInsufficientSelectors, NewFault(CodeAccessDenied, ""), &Fault{Code: SOAPReceiver},
		&Fault{Detail: "x"}, &Fault{Subcode: QName{NamespaceAddressing, "InvalidSelectors"}}, io.EOF,
	} {
		assert.NotErrorIs(t, wrapped, target)
	}
	assert.Equal(t, "wsman: no such shell (ERROR_WSMAN_UNEXPECTED_SELECTORS): unexpected EOF", f.Error())
	assert.Equal(t, "wsman: ERROR_WSMAN_UNEXPECTED_SELECTORS", CodeUnexpectedSelectors.Error())
	assert.Equal(t, textInvalidSelectors, f.Reason, "the reason is the code's own")
}

func TestAsFault(t *testing.T) {
	f := NewFault(CodeAccessDenied, "")
	assert.Same(t, f, AsFault(fmt.Errorf("x: %w", f)))
	secret := errors.New("secret")
	g := AsFault(secret)
	assert.Equal(t, CodeInternalError, g.WSMan.Code)
	require.ErrorIs(t, g, secret)
	assert.NotContains(t, string(g.AppendEnvelope(nil, nil, "")), "secret")
}

func TestFaultMessage(t *testing.T) {
	f := NewFault(CodeInvalidParameter, "own")
	assert.Equal(t, "own", f.Message())
	f.WithProvider("p", "path", "")
	assert.Equal(t, "own", f.WSMan.Provider.Message)
	f.WithProvider("p", "path", "plug-in's")
	assert.Equal(t, "plug-in's", f.Message())
	f.WSMan.Provider.Nested = &WSManFault{Message: "inner"}
	assert.Equal(t, "inner", f.Message())
	f.WSMan = WSManFault{Provider: &ProviderFault{}}
	assert.Equal(t, f.Reason, f.Message())
}

// guid finds the GUIDs that are new in each envelope.
var guid = regexp.MustCompile(`(MessageID>uuid:|ActivityId>)[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}`)

// goldenRequest is what golden answers are answers to.
func goldenRequest(t *testing.T) *Request {
	t.Helper()
	r, err := ParseRequest([]byte(envelope(required+`<p:OperationID>uuid:1&amp;2</p:OperationID><p:SequenceId>3</p:SequenceId>`, "")), Limits{})
	require.NoError(t, err)
	return r
}

func TestFaultEnvelopes(t *testing.T) {
	nested := NewFault(CodeUnexpectedSelectors, "").WithProvider("Shell provider", `%systemroot%\system32\WsmSvc.dll`, "")
	nested.WSMan.Provider.Message = ""
	nested.WSMan.Provider.Nested = &WSManFault{Code: CodeUnexpectedSelectors, Message: textInvalidSelectors}
	understood := NewFault(CodeMustUnderstand, "")
	understood.NotUnderstood = QName{`urn:"x"`, "Header"}
	unprefixed := NewFault(CodeMustUnderstand, "")
	unprefixed.NotUnderstood = QName{"", "Header"}
	for name, f := range map[string]*Fault{
		"fault_timed_out":        NewFault(CodeOperationTimedOut, ""),
		"fault_invalid_header":   NewFault(CodeInvalidHeader, "PT-1S & <more>"),
		"fault_enumeration":      NewFault(CodeInvalidEnumeration, ""),
		"fault_provider":         NewFault(CodeInvalidParameter, "").WithProvider("Shell cmd plugin", `a\b`, "The parameter is incorrect. "),
		"fault_nested":           nested,
		"fault_must_understand":  understood,
		"fault_no_namespace":     unprefixed,
		"fault_version_mismatch": NewFault(CodeVersionMismatch, ""),
		"fault_other_subcode":    {Code: SOAPSender, Subcode: QName{"urn:other", "Own"}, Reason: "r", Status: 500, WSMan: WSManFault{Code: 1, Machine: "own", Message: "m"}},
	} {
		t.Run(name, func(t *testing.T) {
			text := f.AppendEnvelope([]byte("kept"), goldenRequest(t), `host"1`)
			require.Equal(t, "kept", string(text[:4]))
			text = text[4:]
			golden(t, name, guid.ReplaceAll(text, []byte("${1}NEW")))
			got, err := ParseFault(text)
			require.NoError(t, err)
			assert.Equal(t, f.Code, got.Code)
			assert.Equal(t, f.Subcode, got.Subcode)
			assert.Equal(t, f.Detail, got.Detail)
			assert.Equal(t, f.NotUnderstood, got.NotUnderstood)
			assert.Equal(t, f.WSMan.Code, got.WSMan.Code)
			if f.WSMan.Machine == "" {
				assert.Equal(t, `host"1`, got.WSMan.Machine)
			}
			require.ErrorIs(t, got, f)
		})
	}
}

func TestFaultWithoutRequest(t *testing.T) {
	text := string((&Fault{}).AppendEnvelope(nil, nil, ""))
	assert.NotContains(t, text, "RelatesTo")
	assert.Contains(t, text, "<s:Value>s:Receiver</s:Value>", "a fault always has a code")
	_, err := ParseFault([]byte(text))
	assert.NoError(t, err)
}

func TestParseFaultForms(t *testing.T) {
	wrap := func(detail string) string {
		return `<e:Envelope xmlns:e="` + NamespaceSOAP + `" xmlns:f="` + NamespaceWSManFault + `"><e:Body><e:Fault><e:Detail>` + detail + `</e:Detail></e:Fault></e:Body></e:Envelope>`
	}
	for _, tt := range []struct {
		name, raw string
		want      WSManFault
	}{
		{"signed", wrap(`<f:WSManFault Code="-2144108503" Machine="m"><f:Message>x</f:Message></f:WSManFault>`), WSManFault{Code: CodeOperationTimedOut, Machine: "m", Message: "x"}},
		{"WMI error", wrap(`<p:MSFT_WmiError xmlns:p="u"><p:error_Code>2150859173</p:error_Code><p:Message>x</p:Message></p:MSFT_WmiError>`), WSManFault{Code: CodeQuotaMaxShells, Message: "x"}},
		{"no detail", wrap(``), WSManFault{}},
		{"foreign XML", wrap(`<x/><f:WSManFault Code="1"><x/><f:Message><x>y</x>z</f:Message></f:WSManFault>`), WSManFault{Code: 1, Message: "z"}},
	} {
		f, err := ParseFault([]byte(tt.raw))
		require.NoError(t, err, tt.name)
		assert.Equal(t, tt.want, f.WSMan, tt.name)
	}
	for _, raw := range []string{"", "<x>", "<x/>", envelope("", ""), wrap(`<f:WSManFault/>`), wrap(`<f:WSManFault Code="4294967296"/>`), wrap(`<f:WSManFault Code="x"/>`)} {
		_, err := ParseFault([]byte(raw))
		assert.Error(t, err, raw)
	}
	_, err := ParseFault([]byte(envelope("", "")))
	assert.ErrorIs(t, err, ErrNoFault)
}
