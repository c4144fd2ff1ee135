package replay

import (
	"github.com/winrmd/winrmd/psrp"
	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/capture"
)

// message notes the GUIDs and the key in a message of the client. The lock is
// held.
func (p *Player) message(shell string, x *exchange, m psrp.Message) {
	if m.Type == psrp.MessagePublicKey {
		p.public[shell] = m.Data
	}
	for _, o := range objectsOf(x.request) {
		if recorded, ok := o.message(); ok && recorded.Type == m.Type {
			p.ids.setGUID(recorded.RunspacePoolID, m.RunspacePoolID)
			p.ids.setGUID(recorded.PipelineID, m.PipelineID)
			return
		}
	}
	// A message that ends in a later request than the recorded one has its header
	// in this one.
	for _, parcel := range x.request.parcels {
		for _, f := range parcel.fragments {
			if h, err := psrp.ParseMessageHeader(f.blob); err == nil && f.header.Start && h.Type == m.Type {
				p.ids.setGUID(h.RunspacePoolID, m.RunspacePoolID)
				p.ids.setGUID(h.PipelineID, m.PipelineID)
			}
		}
	}
}

// answer makes the answer to a request of the recorded one.
func (p *Player) answer(x *playing, e *envelope) ([]byte, int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, parcel := range x.answer.parcels {
		for _, f := range parcel.fragments {
			p.renew(f.object, x.shell)
		}
	}
	body := x.answer.render()
	root, err := capture.ParseXML(body)
	if err != nil {
		return []byte(body), x.recorded.Response.Status, nil
	}
	var edits []capture.Edit
	header := root.Child(wsman.NamespaceSOAP, "Header")
	for local, value := range map[string]string{"MessageID": "uuid:" + newGUID(), "RelatesTo": e.about.MessageID} {
		if n := header.Child(wsman.NamespaceAddressing, local); n != nil {
			edits = append(edits, capture.SetText(n, value))
		}
	}
	to := e.root.Child(wsman.NamespaceSOAP, "Header").Child(wsman.NamespaceAddressing, "To").Value()
	created := root.Child(wsman.NamespaceSOAP, "Body").Child(wsman.NamespaceTransfer, "ResourceCreated")
	if address := created.Child(wsman.NamespaceAddressing, "Address"); address != nil && to != "" {
		edits = append(edits, capture.SetText(address, to))
	}
	return []byte(p.ids.text(capture.Apply(body, edits))), x.recorded.Response.Status, nil
}

// renew puts the client's ids and a key into a message, once for each time that
// it is in the recording. The lock is held.
func (p *Player) renew(o *object, shell string) {
	if o.renewed || len(o.fragments[0].blob) < psrp.MessageHeaderSize || !o.fragments[0].header.Start {
		return
	}
	o.renewed = true
	m, ok := o.message()
	if !ok {
		m, _ = psrp.ParseMessage(o.bytes())
	}
	m.RunspacePoolID, m.PipelineID = p.ids.guid(m.RunspacePoolID), p.ids.guid(m.PipelineID)
	k := p.keys[shell]
	if k == nil {
		k = &keys{}
		p.keys[shell] = k
	}
	switch {
	case !ok:
	case m.Type == psrp.MessageEncryptedSessionKey:
		if data, err := k.offer(p.public[shell], m.Data); err == nil {
			m.Data = data
		}
	default:
		placeholder := p.Placeholder
		if placeholder == "" {
			placeholder = DefaultPlaceholder
		}
		m.Data = k.secure(m.Data, placeholder)
	}
	o.replace(m.Append(nil))
}
