package capture

import (
	"bytes"
	"errors"
	"io"
	"strings"

	"gopkg.in/yaml.v3"
)

// decodeYAML reads a file that is YAML: this package's, or pypsrp's.
func decodeYAML(text []byte) (*Conversation, error) {
	var kind struct {
		Version  *int      `yaml:"winrm-capture"`
		Messages yaml.Node `yaml:"messages"`
	}
	if err := yaml.Unmarshal(text, &kind); err != nil {
		return nil, &FormatError{Reason: "it is no YAML that is understood", Err: err}
	}
	switch {
	case kind.Version != nil && *kind.Version != version:
		return nil, wrong(0, "it is of version %d of the format; this program reads version %d", *kind.Version, version)
	case kind.Version != nil:
		return decodeOwn(text)
	case kind.Messages.Kind == yaml.SequenceNode:
		return decodePypsrp(&kind.Messages)
	}
	return nil, wrong(0, "it has neither winrm-capture: %d nor a list of messages", version)
}

// decodeOwn reads the format that Write writes.
func decodeOwn(text []byte) (*Conversation, error) {
	var f fileConversation
	d := yaml.NewDecoder(bytes.NewReader(text))
	d.KnownFields(true)
	if err := d.Decode(&f); err != nil {
		return nil, &FormatError{Reason: "it is not as docs/captures.md says", Err: err}
	}
	if err := d.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return nil, wrong(0, "it has more than one document")
	}
	c := &Conversation{
		Title: f.Title, Client: f.Client, Server: f.Server, Source: f.Source, Licence: f.Licence, Notes: f.Notes,
	}
	for i := range f.Exchanges {
		x, err := f.Exchanges[i].exchange()
		if err != nil {
			return nil, &FormatError{Exchange: i + 1, Reason: "it cannot be read", Err: err}
		}
		c.Exchanges = append(c.Exchanges, x)
	}
	return c, nil
}

func (f *fileExchange) exchange() (x Exchange, err error) {
	x = Exchange{User: f.User, Source: f.From, Error: f.Error}
	if f.Time != "" {
		if x.Time, err = parseTime(f.Time); err != nil {
			return x, err
		}
	}
	if f.Took != "" {
		if x.Took, err = parseTook(f.Took); err != nil {
			return x, err
		}
	}
	if x.Request, err = f.Request.message(); err != nil || f.Response == nil {
		return x, err
	}
	if x.Response, err = f.Response.message(); err == nil && x.Response.Status == 0 {
		err = errors.New("a response without a status")
	}
	return x, err
}

func (f *fileMessage) message() (Message, error) {
	m := Message{Method: f.Method, Path: f.Path, Status: f.Status, Sealed: f.Sealed, Messages: f.Messages}
	for _, line := range f.Header {
		name, value, ok := strings.Cut(line, ":")
		if !ok || name == "" {
			return m, errors.New("a header that is not NAME: VALUE")
		}
		m.Header = append(m.Header, Header{Name: name, Value: strings.TrimSpace(value)})
	}
	switch {
	case f.XML != nil && f.Body != nil:
		return m, errors.New("a message with both xml and body")
	case f.XML != nil:
		m.Body = Compact(strings.TrimSpace(string(*f.XML)))
	case f.Body != nil:
		m.Body = string(*f.Body)
	}
	return m, nil
}
