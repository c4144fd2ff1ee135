package wsman

import (
	"errors"
	"strings"
)

// SOAPCode is the first code of a SOAP 1.2 fault, a local name in
// NamespaceSOAP.
type SOAPCode string

// The codes that WS-Management uses (SOAP 1.2 part 1 section 5.4.6).
const (
	SOAPSender          SOAPCode = "Sender"
	SOAPReceiver        SOAPCode = "Receiver"
	SOAPMustUnderstand  SOAPCode = "MustUnderstand"
	SOAPVersionMismatch SOAPCode = "VersionMismatch"
)

// QName is a qualified name. The prefix is chosen where it is written.
type QName struct{ Space, Local string }

// Fault is a SOAP 1.2 fault with the detail of MS-WSMV 2.2.4.43. It is what a
// Handler returns for a request that failed and what a client gets.
type Fault struct {
	Code    SOAPCode
	Subcode QName  // empty: none
	Reason  string // for people, never to be compared
	Detail  string // URI of w:FaultDetail; "": none
	WSMan   WSManFault
	// NotUnderstood is the header that a MustUnderstand fault is about.
	NotUnderstood QName
	// Status is the HTTP status, 500 for all faults of Windows.
	Status int
	// Cause is for the log; it is not sent.
	Cause error
}

// WSManFault is the f:WSManFault of a fault's detail.
type WSManFault struct {
	// Code says what happened; clients decide by it.
	Code FaultCode
	// Machine is the name of the host; "" where it is set only when the
	// fault is rendered.
	Machine string
	// Message is for people.
	Message string
	// Provider, if not nil, says that the message is a plug-in's.
	Provider *ProviderFault
}

// ProviderFault is the f:ProviderFault in the message of a WSManFault.
type ProviderFault struct {
	Provider, Path string
	Message        string
	Nested         *WSManFault // in place of Message
}

// NewFault makes the fault that belongs to code by the table in
// fault_table.go; message "" means the code's own text. A code that is not in
// the table is an internal error of the receiver.
func NewFault(code FaultCode, message string) *Fault {
	k := kindOf(code)
	f := &Fault{
		Code: k.soap, Subcode: k.subcode, Detail: k.detail, Reason: k.text, Status: faultStatus,
		WSMan: WSManFault{Code: code, Message: message},
	}
	if message == "" {
		f.WSMan.Message = k.text
	}
	return f
}

// faultStatus is the HTTP status of every SOAP fault (SOAP 1.2 part 2 section
// 7.5.2.2 would have 400 for a sender's; Windows sends 500 for all).
const faultStatus = 500

// WithCause sets the error that the log is to have, and returns f.
func (f *Fault) WithCause(err error) *Fault {
	f.Cause = err
	return f
}

// WithProvider says that the fault comes from a plug-in, and returns f. An
// empty message means the fault's own.
func (f *Fault) WithProvider(name, path, message string) *Fault {
	if message == "" {
		message = f.WSMan.Message
	}
	f.WSMan.Provider = &ProviderFault{Provider: name, Path: path, Message: message}
	return f
}

// AsFault returns the Fault that err is or wraps. For any other error it
// returns an internal error with err as its cause, which tells the client
// nothing of err.
func AsFault(err error) *Fault {
	var f *Fault
	if errors.As(err, &f) {
		return f
	}
	return NewFault(CodeInternalError, "").WithCause(err)
}

// Message returns the innermost message: a plug-in's where there is one.
func (f *Fault) Message() string {
	w := &f.WSMan
	for w.Provider != nil {
		if w.Provider.Nested == nil {
			if w.Provider.Message != "" {
				return w.Provider.Message
			}
			break
		}
		w = w.Provider.Nested
	}
	if w.Message != "" {
		return w.Message
	}
	return f.Reason
}

// Error returns the code and the message, and the cause if there is one.
func (f *Fault) Error() string {
	var b strings.Builder
	b.WriteString("wsman: ")
	b.WriteString(strings.TrimSpace(f.Message()))
	b.WriteString(" (")
	b.WriteString(f.WSMan.Code.String())
	b.WriteString(")")
	if f.Cause != nil {
		b.WriteString(": ")
		b.WriteString(f.Cause.Error())
	}
	return b.String()
}

// Unwrap returns the cause.
func (f *Fault) Unwrap() error { return f.Cause }

// Is reports whether target is a FaultCode that f has, or a *Fault whose
// Code, Subcode, Detail and WSMan.Code are f's; its zero fields match
// anything.
func (f *Fault) Is(target error) bool {
	switch t := target.(type) {
	case FaultCode:
		return f.WSMan.Code == t
	case *Fault:
		return (t.Code == "" || t.Code == f.Code) &&
			(t.Subcode == QName{} || t.Subcode == f.Subcode) &&
			(t.Detail == "" || t.Detail == f.Detail) &&
			(t.WSMan.Code == 0 || t.WSMan.Code == f.WSMan.Code)
	}
	return false
}

// Action is the action of the envelope that carries f (DSP0226 section 14.2).
func (f *Fault) Action() string {
	switch {
	case f.Code == SOAPMustUnderstand, f.Code == SOAPVersionMismatch:
		return ActionFaultAddressing
	case f.Subcode.Space == NamespaceAddressing:
		return ActionFaultAddressing
	case f.Subcode.Space == NamespaceEnumeration:
		return ActionFaultEnumeration
	case f.Subcode.Space == NamespaceEventing:
		return ActionFaultEventing
	case f.Subcode.Space == NamespaceTransfer:
		return ActionFaultTransfer
	}
	return ActionFaultWSMan
}
