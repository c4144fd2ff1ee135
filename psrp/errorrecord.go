package psrp

import (
	"fmt"
	"unicode/utf16"
	"unicode/utf8"
)

// errorRecord is an error of the server itself, in the shape in which
// PowerShell serialises an ErrorRecord (2.2.3.15) that has no invocation.
type errorRecord struct {
	message string
	id      string // FullyQualifiedErrorId, and the category's reason
}

// operationStopped is the ErrorCategory that PowerShell gives to what ends a
// pipeline from outside.
const operationStopped = 14

// append appends the record as the property ExceptionAsErrorRecord of an
// object with RefId 0.
func (r errorRecord) append(b []byte) []byte {
	b = append(b, `<Obj N="ExceptionAsErrorRecord" RefId="1"><TN RefId="0">`+
		`<T>System.Management.Automation.ErrorRecord</T><T>System.Object</T></TN><ToString>`...)
	b = appendText(b, r.message)
	b = append(b, `</ToString><MS><Obj N="Exception" RefId="2"><TN RefId="1">`+
		`<T>System.Management.Automation.RuntimeException</T><T>System.SystemException</T>`+
		`<T>System.Exception</T><T>System.Object</T></TN>`+
		`<ToString>System.Management.Automation.RuntimeException: `...)
	b = appendText(b, r.message)
	b = append(b, `</ToString><Props><S N="Message">`...)
	b = appendText(b, r.message)
	b = append(b, `</S><Nil N="InnerException" /><Nil N="HelpLink" /><Nil N="Source" />`+
		`<I32 N="HResult">-2146233087</I32><Nil N="StackTrace" /></Props></Obj>`+
		`<Nil N="TargetObject" /><S N="FullyQualifiedErrorId">`...)
	b = appendText(b, r.id)
	b = append(b, `</S><Nil N="InvocationInfo" />`...)
	b = appendI32(b, "ErrorCategory_Category", operationStopped)
	return append(b, `<S N="ErrorCategory_Activity"></S>`+
		`<S N="ErrorCategory_Reason">RuntimeException</S>`+
		`<S N="ErrorCategory_TargetName"></S><S N="ErrorCategory_TargetType"></S>`+
		`<S N="ErrorCategory_Message">OperationStopped: (:) [], RuntimeException</S>`+
		`<B N="SerializeExtendedInfo">false</B>`+
		`</MS></Obj>`...)
}

// appendText appends s as the text of a CLIXML string (2.2.5.1.1, 2.2.5.3.2):
// what XML cannot hold and controls are written as _xHHHH_, and so is an
// underscore that would read as the beginning of one.
func appendText(b []byte, s string) []byte {
	for i, r := range s {
		switch {
		case r == '&':
			b = append(b, "&amp;"...)
		case r == '<':
			b = append(b, "&lt;"...)
		case r == '>':
			b = append(b, "&gt;"...)
		case r < ' ', r >= 0x7f && r < 0xa0, r == 0xfffe, r == 0xffff:
			b = fmt.Appendf(b, "_x%04X_", r)
		case r == '_' && i+1 < len(s) && (s[i+1] == 'x' || s[i+1] == 'X'):
			b = append(b, "_x005F_"...)
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			b = fmt.Appendf(b, "_x%04X__x%04X_", high, low)
		default:
			b = utf8.AppendRune(b, r) // invalid UTF-8 becomes U+FFFD
		}
	}
	return b
}
