package pluginxml

import (
	"bytes"
	"encoding/binary"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf16"

	"github.com/beevik/etree"
)

const (
	// maxSize is how large a plug-in's XML may be, in bytes. Windows' own are
	// of some thousand; a tree takes many times the memory.
	maxSize = 1 << 20
	// maxDepth is how deep elements may lie. A plug-in's lie four deep; what
	// people keep in PrivateData lies deeper.
	maxDepth = 16
	// maxElements bounds what else a tree takes memory for.
	maxElements = 10000
)

// readDocument reads XML with one element at its top.
func readDocument(text []byte) (*etree.Document, error) {
	if len(text) > maxSize {
		return nil, fmt.Errorf("%w: it has more than %d bytes", ErrMalformed, maxSize)
	}
	text, err := toUTF8(text)
	if err != nil {
		return nil, err
	}
	if err := validate(text); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	doc := etree.NewDocument()
	doc.ReadSettings = etree.ReadSettings{MaxDepth: maxDepth, CharsetReader: charset}
	if err := doc.ReadFromBytes(text); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	return doc, nil
}

// validate wants one element with nothing but comments and white space around
// it, and the limits kept, before a tree is made of it.
func validate(text []byte) error {
	decoder := xml.NewDecoder(bytes.NewReader(text))
	decoder.CharsetReader = charset
	depth, elements, tops := 0, 0, 0
	for {
		token, err := decoder.Token()
		if err == io.EOF {
			break
		} else if err != nil {
			return err
		}
		switch t := token.(type) {
		case xml.StartElement:
			if depth == 0 {
				tops++
			}
			depth, elements = depth+1, elements+1
		case xml.EndElement:
			depth--
		case xml.CharData:
			if depth == 0 && len(bytes.TrimSpace(t)) > 0 {
				return fmt.Errorf("the text %.40q is outside of the element", bytes.TrimSpace(t))
			}
		case xml.Directive:
			return errors.New("it has a document type")
		}
		if depth > maxDepth || elements > maxElements {
			return fmt.Errorf("it has more than %d elements, or they lie more than %d deep", maxElements, maxDepth)
		}
	}
	if tops != 1 {
		return fmt.Errorf("it has %d elements at its top and not one", tops)
	}
	return nil
}

// charset takes the names of what the text is in by now.
func charset(name string, input io.Reader) (io.Reader, error) {
	switch strings.ToLower(name) {
	case "utf-8", "utf-16", "us-ascii":
		return input, nil
	}
	return nil, fmt.Errorf("the encoding %.40q is not supported; use UTF-8", name)
}

// toUTF8 takes a byte order mark away, and decodes UTF-16 by it: what
// PowerShell's > writes.
func toUTF8(text []byte) ([]byte, error) {
	var order binary.ByteOrder
	switch {
	case bytes.HasPrefix(text, []byte("\xEF\xBB\xBF")):
		return text[3:], nil
	case bytes.HasPrefix(text, []byte("\xFF\xFE")):
		order = binary.LittleEndian
	case bytes.HasPrefix(text, []byte("\xFE\xFF")):
		order = binary.BigEndian
	default:
		return text, nil
	}
	if len(text)%2 != 0 {
		return nil, fmt.Errorf("%w: half a character of UTF-16 is left over", ErrMalformed)
	}
	units := make([]uint16, 0, len(text)/2)
	for i := 2; i < len(text); i += 2 {
		units = append(units, order.Uint16(text[i:]))
	}
	return []byte(string(utf16.Decode(units))), nil
}
