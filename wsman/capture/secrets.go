package capture

import (
	"bytes"
	"encoding/base64"
	"regexp"
	"strings"
	"unicode/utf16"

	"github.com/winrmd/winrmd/wsman"
)

// Removed stands in the place of what was taken out.
const Removed = "(removed)"

// Secrets is the Filter that takes out what is secret in HTTP and SOAP. It keeps
// nothing from one exchange to the next.
type Secrets struct {
	// Known are texts that must not get into a file, such as the password that a
	// client logs on with. Those of less than four characters are not looked for:
	// they would be found everywhere.
	Known []string
}

// secretName is a name whose value is secret.
var secretName = regexp.MustCompile(`(?i)passw(or)?d|passphrase|pwd$|secret|token|api_?-?key|private_?-?key|access_?-?key|credential`)

// SecretName reports whether what has this name is taken for secret: an
// element, a variable, an option, a property.
func SecretName(name string) bool { return secretName.MatchString(name) }

// secretHeaders log on, on either side.
var secretHeaders = map[string]bool{
	"authorization": true, "proxy-authorization": true, "www-authenticate": true, "proxy-authenticate": true,
	"authentication-info": true, "proxy-authentication-info": true, "cookie": true, "set-cookie": true,
}

// Add implements Filter.
func (s *Secrets) Add(x *Exchange) []*Exchange {
	for _, m := range []*Message{&x.Request, &x.Response} {
		for i := range m.Header {
			s.header(&m.Header[i])
		}
		m.Path, m.Body = s.text(m.Path), s.body(m.Body)
	}
	x.Error = s.text(x.Error)
	return []*Exchange{x}
}

// Flush implements Filter.
func (*Secrets) Flush() []*Exchange { return nil }

func (s *Secrets) header(h *Header) {
	name := strings.ToLower(h.Name)
	if !secretHeaders[name] && !SecretName(name) {
		h.Value = s.text(h.Value)
		return
	}
	scheme, rest, ok := strings.Cut(h.Value, " ")
	switch {
	case !ok && strings.HasSuffix(name, "authenticate"): // an offer
	case ok && strings.HasSuffix(name, "authenticate") && strings.HasPrefix(strings.TrimSpace(rest), "realm="):
	case ok:
		h.Value = scheme + " " + Removed
	default:
		h.Value = Removed
	}
}

// text takes known secrets out of a text.
func (s *Secrets) text(text string) string {
	for _, known := range s.Known {
		if len(known) < minKnown {
			continue
		}
		text = strings.ReplaceAll(text, known, Removed)
		if escaped := string(wsman.AppendEscaped(nil, known)); escaped != known {
			text = strings.ReplaceAll(text, escaped, Removed)
		}
	}
	return text
}

const minKnown = 4

// body takes the secrets out of an envelope.
func (s *Secrets) body(body string) string {
	if root, err := ParseXML(body); err == nil {
		var edits []Edit
		root.Walk(func(n *Node) { edits = append(edits, s.element(body, n)...) })
		body = Apply(body, edits)
	}
	return s.text(body)
}

// element are the Edits that an element needs.
func (s *Secrets) element(source string, n *Node) (edits []Edit) {
	name, _ := n.Attribute("Name")
	secret := SecretName(n.Local) || SecretName(name) && n.Local != "Selector"
	for _, a := range n.Attributes {
		if SecretName(a.Local) || secret && a.Local == "Value" {
			edits = append(edits, attributeEdit(source, n, a)...)
		}
	}
	if len(n.Children) > 0 || n.Text == "" {
		return edits
	}
	if secret && !isTruth(n.Value()) {
		return append(edits, SetText(n, Removed))
	}
	if n.Space != wsman.NamespaceShell {
		return edits
	}
	switch n.Local {
	case "Stream":
		if masked, ok := s.stream(n.Value()); ok {
			edits = append(edits, SetText(n, masked))
		}
	case "Command", "Arguments", "CommandLine", "Variable":
		if masked := Mask([]byte(n.Text), s.Known); string(masked) != n.Text && !isBase64(n.Text) {
			edits = append(edits, SetText(n, string(masked)))
		}
	}
	return edits
}

// isTruth reports whether a value says no more than yes or no.
func isTruth(value string) bool {
	return strings.EqualFold(value, "true") || strings.EqualFold(value, "false") || value == ""
}

func isBase64(text string) bool {
	_, err := base64.StdEncoding.DecodeString(text)
	return err == nil
}

// attributeEdit puts Removed in the place of an attribute's value.
func attributeEdit(source string, n *Node, a Attribute) []Edit {
	if isTruth(a.Value) {
		return nil
	}
	tag := source[n.Tag:n.Start]
	at := strings.Index(tag, a.Local+"=")
	if at < 0 {
		return nil
	}
	from := at + len(a.Local) + 2
	length := strings.IndexByte(tag[from:], tag[from-1])
	if length < 0 {
		return nil
	}
	return []Edit{{Start: n.Tag + from, End: n.Tag + from + length, Text: Removed}}
}

// stream masks what is secret in the bytes of a stream.
func (s *Secrets) stream(text string) (masked string, changed bool) {
	b, err := DecodeStream(text)
	if err != nil {
		return "", false
	}
	plain, packed := Unpack(b)
	if !packed {
		plain = b
	}
	after := MaskKnown(plain, s.Known)
	changed = !bytes.Equal(after, plain)
	if packed {
		after = Pack(after)
	}
	return base64.StdEncoding.EncodeToString(after), changed
}

// secretWord is in the names of secrets.
const secretWord = `(?:passw(?:or)?d|passphrase|secret|api[-_]?key|access[-_]?key|(?:access|auth|bearer|sas)[-_]?token)`

// secretText are secrets in command lines and scripts; the last group is what
// is masked.
var secretText = []*regexp.Regexp{
	// A string that is assigned, in any language.
	regexp.MustCompile(`(?i)` + secretWord + `\w*["']?\s*[=:]\s*("[^"\r\n]+"|'[^'\r\n]+')`),
	// A word, where it is not a variable of PowerShell, to which code is assigned.
	regexp.MustCompile(`(?i)(?:^|[^$\w])\w*?` + secretWord + `\w*\s*[=:]\s*([^\s"'$(\[{@;,<&:]+)`),
	regexp.MustCompile(`(?i)\s(?:--?|/)(?:[a-z]*password|pwd|[a-z]*token|[a-z]*secret|api-?key)[\s:]+("[^"\r\n]+"|'[^'\r\n]+'|[^\s"'$(;,<&-][^\s"';,<&]*)`),
	regexp.MustCompile(`(?i)ConvertTo-SecureString\s+(?:-String\s+)?("[^"\r\n]+"|'[^'\r\n]+')`),
	regexp.MustCompile(`(?i)\b(?:Bearer|Basic)\s+([A-Za-z0-9+/._~-]{8,}=*)`),
	regexp.MustCompile(`://[^/\s:@]+:([^/\s@]+)@`),
	regexp.MustCompile(`-----BEGIN [A-Z ]*PRIVATE KEY-----([A-Za-z0-9+/=\s]+)-----END`),
}

// Mask returns b with asterisks over what looks secret in a command line or a
// script, and over known texts. The result has the same length.
func Mask(b []byte, known []string) []byte {
	b = MaskKnown(b, known)
	for _, pattern := range secretText {
		for _, m := range pattern.FindAllSubmatchIndex(b, -1) {
			fill := b[m[len(m)-2]:m[len(m)-1]]
			for i, c := range fill {
				if c != '"' && c != '\'' && c != '\r' && c != '\n' {
					fill[i] = '*'
				}
			}
		}
	}
	return b
}

// MaskKnown returns a copy of b with asterisks over known texts, in UTF-8, in
// UTF-16 and as they are escaped in XML.
func MaskKnown(b []byte, known []string) []byte {
	b = bytes.Clone(b)
	for _, k := range known {
		if len(k) < minKnown {
			continue
		}
		wide := []byte{}
		for _, unit := range utf16.Encode([]rune(k)) {
			wide = append(wide, byte(unit), byte(unit>>8))
		}
		for _, form := range [][]byte{[]byte(k), wide, wsman.AppendEscaped(nil, k)} {
			cover(b, form)
		}
	}
	return b
}

// cover puts asterisks over every place where form stands.
func cover(b, form []byte) {
	for at := 0; ; {
		i := bytes.Index(b[at:], form)
		if i < 0 {
			return
		}
		for j := range form {
			if form[j] != 0 {
				b[at+i+j] = '*'
			}
		}
		at += i + len(form)
	}
}
