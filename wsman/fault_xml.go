package wsman

import "strconv"

// AppendEnvelope appends to dst the whole envelope of the fault as the answer
// to req, which is nil where nothing of the request is known. machine is what
// Machine says where the fault itself names none. The MessageID is new at each
// call.
func (f *Fault) AppendEnvelope(dst []byte, req *Request, machine string) []byte {
	dst = append(dst, `<s:Envelope xml:lang="en-US"`+faultNamespaces+`><s:Header>`...)
	if f.Code == SOAPMustUnderstand && f.NotUnderstood.Local != "" {
		dst = f.NotUnderstood.appendNotUnderstood(dst)
	}
	if f.Code == SOAPVersionMismatch {
		dst = append(dst, `<s:Upgrade><s:SupportedEnvelope qname="s:Envelope"/></s:Upgrade>`...)
	}
	dst = appendHeaders(dst, f.Action(), newMessageID(), relatesTo(req), req)
	dst = append(dst, `</s:Header><s:Body>`...)
	dst = f.AppendXML(dst, machine)
	return append(dst, `</s:Body></s:Envelope>`...)
}

// appendNotUnderstood appends the header that names a header that was not
// understood. One in no namespace has no prefix: XML cannot bind one to it.
func (q QName) appendNotUnderstood(dst []byte) []byte {
	if q.Space == "" {
		dst = append(dst, `<s:NotUnderstood qname="`...)
		dst = AppendEscaped(dst, q.Local)
		return append(dst, `"/>`...)
	}
	dst = append(dst, `<s:NotUnderstood qname="q:`...)
	dst = AppendEscaped(dst, q.Local)
	dst = append(dst, `" xmlns:q="`...)
	dst = AppendEscaped(dst, q.Space)
	return append(dst, `"/>`...)
}

// AppendXML appends the s:Fault element. It uses the prefixes s, a, e, n, w
// and x as a fault's envelope declares them.
func (f *Fault) AppendXML(dst []byte, machine string) []byte {
	code := f.Code
	if code == "" {
		code = SOAPReceiver
	}
	dst = append(dst, `<s:Fault><s:Code><s:Value>s:`...)
	dst = AppendEscaped(dst, string(code))
	dst = append(dst, `</s:Value>`...)
	dst = f.appendSubcode(dst)
	dst = append(dst, `</s:Code><s:Reason><s:Text xml:lang="en-US">`...)
	dst = AppendEscaped(dst, f.Reason)
	dst = append(dst, `</s:Text></s:Reason><s:Detail>`...)
	if f.Detail != "" {
		dst = append(dst, `<w:FaultDetail>`...)
		dst = AppendEscaped(dst, f.Detail)
		dst = append(dst, `</w:FaultDetail>`...)
	}
	dst = f.WSMan.appendXML(dst, machine)
	return append(dst, `</s:Detail></s:Fault>`...)
}

// appendSubcode appends the s:Subcode, if there is one. A namespace that the
// envelope does not declare is declared in place.
func (f *Fault) appendSubcode(dst []byte) []byte {
	if f.Subcode.Local == "" {
		return dst
	}
	dst = append(dst, `<s:Subcode><s:Value`...)
	prefix := faultPrefix(f.Subcode.Space)
	if prefix == "" {
		prefix = "q"
		dst = append(dst, ` xmlns:q="`...)
		dst = AppendEscaped(dst, f.Subcode.Space)
		dst = append(dst, '"')
	}
	dst = append(dst, '>')
	dst = append(dst, prefix...)
	dst = append(dst, ':')
	dst = AppendEscaped(dst, f.Subcode.Local)
	return append(dst, `</s:Value></s:Subcode>`...)
}

// appendXML appends the f:WSManFault (MS-WSMV 2.2.4.43).
func (w *WSManFault) appendXML(dst []byte, machine string) []byte {
	if w.Machine != "" {
		machine = w.Machine
	}
	dst = append(dst, `<f:WSManFault xmlns:f="`+NamespaceWSManFault+`" Code="`...)
	dst = strconv.AppendUint(dst, uint64(w.Code), 10)
	dst = append(dst, `" Machine="`...)
	dst = AppendEscaped(dst, machine)
	dst = append(dst, `"><f:Message>`...)
	if w.Provider != nil {
		dst = w.Provider.appendXML(dst, machine)
	} else {
		dst = AppendEscaped(dst, w.Message)
	}
	return append(dst, `</f:Message></f:WSManFault>`...)
}

// appendXML appends the f:ProviderFault.
func (p *ProviderFault) appendXML(dst []byte, machine string) []byte {
	dst = append(dst, `<f:ProviderFault provider="`...)
	dst = AppendEscaped(dst, p.Provider)
	dst = append(dst, `" path="`...)
	dst = AppendEscaped(dst, p.Path)
	dst = append(dst, `">`...)
	if p.Nested != nil {
		dst = p.Nested.appendXML(dst, machine)
	} else {
		dst = AppendEscaped(dst, p.Message)
	}
	return append(dst, `</f:ProviderFault>`...)
}
