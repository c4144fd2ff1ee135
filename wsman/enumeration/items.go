package enumeration

// itemsBody writes an EnumerateResponse or a PullResponse, which differ in the
// namespace of what is in them.
type itemsBody struct {
	name    string
	prefix  string
	context bool // an empty context is written too
	id      string
	more    bool
	items   [][]byte
}

// AppendXML implements wsman.Body.
func (b *itemsBody) AppendXML(dst []byte) []byte {
	dst = append(append(append(dst, "<n:"...), b.name...), '>')
	if b.context || b.id != "" {
		dst = append(dst, "<n:EnumerationContext>"...)
		dst = append(dst, b.id...)
		dst = append(dst, "</n:EnumerationContext>"...)
	}
	if len(b.items) > 0 {
		dst = append(append(append(dst, '<'), b.prefix...), ":Items>"...)
		for _, item := range b.items {
			dst = append(dst, item...)
		}
		dst = append(append(append(dst, "</"...), b.prefix...), ":Items>"...)
	}
	if !b.more {
		dst = append(append(append(dst, '<'), b.prefix...), ":EndOfSequence/>"...)
	}
	return append(append(append(dst, "</n:"...), b.name...), '>')
}
