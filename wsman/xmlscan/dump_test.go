package xmlscan

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
)

// dump writes what the scanner says of a document, a token a line, with runs
// of text joined; attributes are listed in their order.
func dump(s *Scanner) (string, error) {
	var b strings.Builder
	text := ""
	flush := func() {
		if text != "" {
			fmt.Fprintf(&b, "text %q\n", text)
			text = ""
		}
	}
	for {
		k, err := s.Next()
		if err != nil {
			return b.String(), err
		}
		if k != Text {
			flush()
		}
		switch k {
		case StartElement:
			fmt.Fprintf(&b, "<{%s}%s", blanks(string(s.Space())), s.Local())
			for i := range s.Attrs() {
				space, local, value := s.AttrAt(i)
				fmt.Fprintf(&b, " {%s}%s=%q", blanks(string(space)), local, blanks(string(value)))
			}
			b.WriteString(">\n")
		case EndElement:
			fmt.Fprintf(&b, "</{%s}%s>\n", blanks(string(s.Space())), s.Local())
		case Text:
			text += string(s.Chars())
		case EOF:
			return b.String(), nil
		}
	}
}

// blanks makes all white space blanks: encoding/xml leaves out that part of
// the normalization of attributes.
func blanks(s string) string {
	return strings.NewReplacer("\t", " ", "\n", " ", "\r", " ").Replace(s)
}

// dumpStandard does what dump does with encoding/xml.
func dumpStandard(src []byte) (string, error) {
	d := xml.NewDecoder(strings.NewReader(string(src)))
	d.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil }
	var b strings.Builder
	text, depth := "", 0
	flush := func() {
		if text != "" && depth > 0 {
			fmt.Fprintf(&b, "text %q\n", text)
		}
		text = ""
	}
	for {
		t, err := d.Token()
		if errors.Is(err, io.EOF) {
			return b.String(), nil
		}
		if err != nil {
			return b.String(), err
		}
		switch t := t.(type) {
		case xml.StartElement:
			flush()
			depth++
			fmt.Fprintf(&b, "<{%s}%s", blanks(t.Name.Space), t.Name.Local)
			for _, a := range t.Attr {
				if a.Name.Space == "xmlns" || a.Name.Space == "" && a.Name.Local == "xmlns" {
					continue
				}
				fmt.Fprintf(&b, " {%s}%s=%q", blanks(a.Name.Space), a.Name.Local, blanks(a.Value))
			}
			b.WriteString(">\n")
		case xml.EndElement:
			flush()
			depth--
			fmt.Fprintf(&b, "</{%s}%s>\n", blanks(t.Name.Space), t.Name.Local)
		case xml.CharData:
			text += string(t)
		}
	}
}
