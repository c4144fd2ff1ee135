package wsmantest

import (
	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/xmlscan"
)

// relate makes an envelope one that answers a message. What is no envelope stays
// as it is: a client may be tested for that.
func relate(envelope, messageID string) []byte {
	text := []byte(envelope)
	s := xmlscan.New(text)
	for {
		kind, err := s.Next()
		if err != nil || kind == xmlscan.EOF || s.Is(wsman.NamespaceSOAP, "Body") {
			return text
		}
		if kind != xmlscan.StartElement || !s.Is(wsman.NamespaceAddressing, "RelatesTo") {
			continue
		}
		start := s.Offset()
		if err := s.Skip(); err != nil || s.Start() < start {
			return text
		}
		related := append([]byte(nil), text[:start]...)
		related = wsman.AppendEscaped(related, messageID)
		return append(related, text[s.Start():]...)
	}
}
