package psrp

import (
	"encoding/base64"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"
)

// piece is one piece of base64 that a captured exchange carried.
type piece struct {
	file     string
	toServer bool
	shell    string // ShellId
	command  string // CommandId; empty: the pool
	stream   string
	opens    bool // a new client's first piece: its object ids begin again
	text     []byte
}

// capturedPieces reads all PSRP pieces of the captures, in order.
func capturedPieces(t testing.TB) []piece {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(capturesDir(t), "*.yml"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	var all []piece
	for _, file := range files {
		content, err := os.ReadFile(file)
		require.NoError(t, err)
		var exchange struct {
			Messages []struct{ Request, Response string }
		}
		require.NoError(t, yaml.Unmarshal(content, &exchange), file)
		for _, m := range exchange.Messages {
			request := readEnvelope(t, m.Request)
			response := readEnvelope(t, m.Response)
			response.shell = request.shell
			if !strings.HasPrefix(request.resource, "http://schemas.microsoft.com/powershell/") {
				continue
			}
			all = append(all, request.pieces(filepath.Base(file), true)...)
			all = append(all, response.pieces(filepath.Base(file), false)...)
		}
	}
	return all
}

// capturesDir finds the captures, which lie beside the repository.
func capturesDir(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	require.NoError(t, err)
	for ; dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		captures := filepath.Join(dir, "shared", "captures", "pypsrp")
		if _, err := os.Stat(captures); err == nil {
			return captures
		}
	}
	if os.Getenv("CI") == "true" {
		t.Fatal("no captures in ../shared/captures")
	}
	t.Skip("no captures in ../shared/captures")
	return ""
}

// envelope is what matters of one.
type envelope struct {
	resource, shell string
	contents        []piece
}

func (e envelope) pieces(file string, toServer bool) []piece {
	for i := range e.contents {
		e.contents[i].file, e.contents[i].toServer, e.contents[i].shell = file, toServer, e.shell
	}
	return e.contents
}

// readEnvelope finds by local name what may hold fragments.
func readEnvelope(t testing.TB, text string) envelope {
	var e envelope
	var command string
	var open []xml.StartElement
	d := xml.NewDecoder(strings.NewReader(text))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return e
		}
		require.NoError(t, err)
		switch token := token.(type) {
		case xml.StartElement:
			open = append(open, token.Copy())
			if id := attribute(token, "CommandId"); id != "" {
				command = id
			}
			if id := attribute(token, "ShellId"); id != "" {
				e.shell = id
			}
		case xml.EndElement:
			open = open[:len(open)-1]
		case xml.CharData:
			if len(open) > 0 {
				e.take(open[len(open)-1], command, string(token))
			}
		}
	}
}

func (e *envelope) take(in xml.StartElement, command, text string) {
	switch in.Name.Local {
	case "ResourceURI":
		e.resource = text
	case "Selector":
		e.shell = text
	case "creationXml", "connectXml":
		e.contents = append(e.contents, piece{stream: "stdin", opens: true, text: []byte(text)})
	case "connectResponseXml":
		e.contents = append(e.contents, piece{stream: in.Name.Local, text: []byte(text)})
	case "Arguments":
		e.contents = append(e.contents, piece{stream: "stdin", command: command, text: []byte(text)})
	case "Stream":
		e.contents = append(e.contents, piece{
			stream: attribute(in, "Name"), command: attribute(in, "CommandId"), text: []byte(text),
		})
	}
}

// decode decodes base64 that a test knows to be good.
func decode(t testing.TB, text []byte) []byte {
	t.Helper()
	b, err := base64.StdEncoding.AppendDecode(nil, text)
	require.NoError(t, err)
	return b
}

// encode is the inverse of decode.
func encode(b []byte) []byte { return base64.StdEncoding.AppendEncode(nil, b) }
