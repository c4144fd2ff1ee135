package capture

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"time"

	"gopkg.in/yaml.v3"
)

// version is the one of the format that this package writes, and the newest
// that it reads.
const version = 1

// fileConversation is the file's top level.
type fileConversation struct {
	Version   int            `yaml:"winrm-capture"`
	Title     string         `yaml:"title,omitempty"`
	Client    string         `yaml:"client,omitempty"`
	Server    string         `yaml:"server,omitempty"`
	Source    string         `yaml:"source,omitempty"`
	Licence   string         `yaml:"licence,omitempty"`
	Notes     string         `yaml:"notes,omitempty"`
	Exchanges []fileExchange `yaml:"exchanges,omitempty"`
}

type fileExchange struct {
	Time     string       `yaml:"time,omitempty"`
	Took     string       `yaml:"took,omitempty"`
	User     string       `yaml:"user,omitempty"`
	From     string       `yaml:"from,omitempty"`
	Request  fileMessage  `yaml:"request"`
	Response *fileMessage `yaml:"response,omitempty"`
	Error    string       `yaml:"error,omitempty"`
}

type fileMessage struct {
	Method   string    `yaml:"method,omitempty"`
	Path     string    `yaml:"path,omitempty"`
	Status   int       `yaml:"status,omitempty"`
	Header   []string  `yaml:"headers,omitempty"`
	Sealed   int       `yaml:"sealed,omitempty"`
	Messages []string  `yaml:"messages,omitempty,flow"`
	XML      *fileText `yaml:"xml,omitempty"`
	Body     *fileText `yaml:"body,omitempty"`
}

// fileText is written as a block of lines.
type fileText string

// MarshalYAML implements yaml.Marshaler.
func (t *fileText) MarshalYAML() (any, error) {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: string(*t), Style: yaml.LiteralStyle}, nil
}

// Write writes a whole conversation. Nothing is taken out of it: see Secrets.
func Write(w io.Writer, c *Conversation) error {
	if err := writeHead(w, c); err != nil {
		return err
	}
	for i := range c.Exchanges {
		if err := writeExchange(w, &c.Exchanges[i]); err != nil {
			return err
		}
	}
	return nil
}

// writeHead writes everything that stands before the first exchange.
func writeHead(w io.Writer, c *Conversation) error {
	text, err := yaml.Marshal(fileConversation{
		Version: version, Title: c.Title, Client: c.Client, Server: c.Server, Source: c.Source, Licence: c.Licence, Notes: c.Notes,
	})
	if err != nil {
		return fmt.Errorf("capture: %w", err)
	}
	_, err = w.Write(append(text, "exchanges:\n"...))
	return err
}

// writeExchange writes one more item, in one Write.
func writeExchange(w io.Writer, x *Exchange) error {
	f := fileExchange{User: x.User, From: x.Source, Error: x.Error, Request: fileOf(&x.Request)}
	if !x.Time.IsZero() {
		f.Time = x.Time.UTC().Format(time.RFC3339Nano)
	}
	if x.Took > 0 {
		f.Took = x.Took.String()
	}
	if x.Answered() {
		response := fileOf(&x.Response)
		f.Response = &response
	}
	var b bytes.Buffer
	e := yaml.NewEncoder(&b)
	e.SetIndent(2)
	if err := e.Encode([]fileExchange{f}); err != nil {
		return fmt.Errorf("capture: %w", err)
	}
	_, err := w.Write(b.Bytes())
	return err
}

func fileOf(m *Message) fileMessage {
	f := fileMessage{Method: m.Method, Path: m.Path, Status: m.Status, Sealed: m.Sealed, Messages: m.Messages}
	for _, h := range m.Header {
		f.Header = append(f.Header, h.Name+": "+h.Value)
	}
	if m.Body == "" {
		return f
	}
	// A body that cannot be written in lines and read back the same to the byte
	// is written as it is.
	indented, body := fileText(Indent(m.Body)), fileText(m.Body)
	if Compact(string(indented)) == m.Body && !strings.Contains(m.Body, "\r") {
		f.XML = &indented
	} else {
		f.Body = &body
	}
	return f
}
