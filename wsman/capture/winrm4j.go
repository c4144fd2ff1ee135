package capture

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"

	"github.com/google/uuid"
)

// decodeXML reads a file that is XML: a recording of winrm4j, or an envelope.
func decodeXML(text []byte) (*Conversation, error) {
	d := xml.NewDecoder(bytes.NewReader(text))
	for {
		token, err := d.Token()
		if err != nil {
			return nil, &FormatError{Reason: "it is no XML that is understood", Err: err}
		}
		start, ok := token.(xml.StartElement)
		switch {
		case !ok:
		case start.Name.Local == "recording":
			return decodeRecording(d, text)
		case start.Name.Local == "Envelope":
			return decodeEnvelope(string(bytes.TrimSpace(text)))
		default:
			return nil, wrong(0, "its root is the element %.100q, neither Envelope nor recording", start.Name.Local)
		}
	}
}

// decodeEnvelope makes a conversation of one message, of which it can be seen
// whether it is a request.
func decodeEnvelope(text string) (*Conversation, error) {
	root, err := ParseXML(text)
	if err != nil {
		return nil, &FormatError{Reason: "it is no XML that is understood", Err: err}
	}
	x := Exchange{Request: Message{Body: Compact(text)}, Error: "no answer"}
	if d := DescribeNode(root); d.RelatesTo != "" || d.Fault || strings.HasSuffix(d.Action, "Response") {
		x = Exchange{Response: Message{Status: statusOf(text), Body: Compact(text)}}
	}
	return &Conversation{Exchanges: []Exchange{x}}, nil
}

// decodeRecording reads the items of a recording.
func decodeRecording(d *xml.Decoder, text []byte) (*Conversation, error) {
	c := &Conversation{Client: "winrm4j"}
	var x *Exchange
	id := ""
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return c, nil
		}
		if err != nil {
			return nil, &FormatError{Exchange: len(c.Exchanges) + 1, Reason: "it is no XML that is understood", Err: err}
		}
		start, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		switch start.Name.Local {
		case "item":
			c.Exchanges = append(c.Exchanges, Exchange{Error: "no answer"})
			x = &c.Exchanges[len(c.Exchanges)-1]
			id = "uuid:" + strings.ToUpper(uuid.NewString())
		case "request", "response":
			body, err := inner(d, text)
			if err != nil || x == nil {
				return nil, &FormatError{Exchange: len(c.Exchanges), Reason: "it cannot be read", Err: err}
			}
			body = fill(body, id)
			if start.Name.Local == "request" {
				x.Request.Body = body
			} else {
				x.Response, x.Error = Message{Status: statusOf(body), Body: body}, ""
			}
		default:
			return nil, wrong(len(c.Exchanges), "the element %.100q is not expected", start.Name.Local)
		}
	}
}

// inner is what stands in the element whose start was read, without white space
// that only indents.
func inner(d *xml.Decoder, text []byte) (string, error) {
	from := d.InputOffset()
	if err := d.Skip(); err != nil {
		return "", err
	}
	content := text[from:d.InputOffset()]
	end := bytes.LastIndex(content, []byte("</"))
	return Compact(string(bytes.TrimSpace(content[:max(end, 0)]))), nil
}

// fill puts values in the place of the placeholders that winrm4j's recordings
// have.
func fill(body, messageID string) string {
	body = strings.ReplaceAll(body, "${messageId}", messageID)
	return strings.ReplaceAll(body, "${serviceUrl}", "http://localhost:5985/wsman")
}
