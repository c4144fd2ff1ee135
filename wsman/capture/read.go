package capture

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
)

// Read reads a conversation from a file in any of the formats that this package
// knows. Errors of its content are *FormatError.
func Read(r io.Reader) (*Conversation, error) {
	text, err := io.ReadAll(io.LimitReader(r, MaxFile+1))
	if err != nil {
		return nil, fmt.Errorf("capture: %w", err)
	}
	if len(text) > MaxFile {
		return nil, wrong(0, "it has more than %d bytes", MaxFile)
	}
	c, err := decode(bytes.TrimPrefix(text, []byte("\xef\xbb\xbf")))
	if err != nil {
		return nil, err
	}
	c.sort()
	return c, c.check()
}

// ReadFile is Read of a file with a name.
func ReadFile(name string) (*Conversation, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	c, err := Read(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if c.Title == "" {
		c.Title = name
	}
	return c, nil
}

func decode(text []byte) (*Conversation, error) {
	switch start := bytes.TrimLeft(text, " \t\r\n"); {
	case len(start) == 0:
		return nil, wrong(0, "it is empty")
	case start[0] == '{':
		return decodeHAR(text)
	case start[0] == '<':
		return decodeXML(text)
	}
	return decodeYAML(text)
}

// statusOf is what the HTTP status of an answer was that nobody has noted: 500
// for a fault (Windows does so for all), else 200.
func statusOf(body string) int {
	if fault(body) {
		return http.StatusInternalServerError
	}
	return http.StatusOK
}
