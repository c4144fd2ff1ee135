package sealed

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// ErrMalformed is in the error of every message that is not what a sealed one
// looks like.
var ErrMalformed = errors.New("the sealed message is malformed")

func malformed(what string) error { return fmt.Errorf("%w: %s", ErrMalformed, what) }

// Bounds for what a peer writes a length for.
const (
	// maxSignature: a Kerberos token's is 88 bytes at most, TLS' less.
	maxSignature = 1024
	// maxOverhead is by how much sealed text may be longer than the clear one.
	// It is less than what stands between two pieces, so that nobody has to
	// search for the end of a piece.
	maxOverhead = 128
	// maxLine is the longest line between the pieces.
	maxLine = 512
)

// piece is one part of a sealed message.
type piece struct {
	contentType       string // of the message in it
	length            int    // of the clear text, with padding where there is some
	signature, sealed []byte
}

// pieces reads a sealed message (MS-WSMV 2.2.9.1.1.2). Lines are read in order,
// what is binary is taken by its length: it may hold anything, boundaries too.
type pieces struct {
	media Media
	rest  []byte // before the closing line
}

// newPieces takes the closing line off, which ends the body.
func newPieces(m Media, body []byte) (*pieces, error) {
	end := bytes.TrimSuffix(body, []byte("\r\n"))
	end, ok := bytes.CutSuffix(end, []byte(m.boundary+"--"))
	if ok {
		// Exchange writes a blank after the dashes.
		end, ok = bytes.CutSuffix(bytes.TrimSuffix(end, []byte(" ")), []byte("--"))
	}
	if !ok {
		return nil, malformed("it does not end with its boundary")
	}
	return &pieces{media: m, rest: end}, nil
}

// next returns the next piece; ok is false after the last.
func (p *pieces) next() (one piece, ok bool, err error) {
	if len(p.rest) == 0 {
		return piece{}, false, nil
	}
	if err := p.header(&one); err != nil {
		return piece{}, false, err
	}
	if one.signature, err = p.signature(); err != nil {
		return piece{}, false, err
	}
	one.sealed, err = p.sealed(one.length)
	return one, err == nil, err
}

// header reads the lines before a signature. The two that say something may
// come in any order.
func (p *pieces) header(one *piece) error {
	one.length = -1
	protocol := ""
	if !p.boundary() {
		return malformed("a piece does not begin with the boundary")
	}
	for !p.boundary() {
		name, value, err := p.field()
		switch {
		case err != nil:
			return err
		case strings.EqualFold(name, "Content-Type") && protocol == "":
			protocol = value
		case strings.EqualFold(name, "OriginalContent") && one.length < 0:
			if one.contentType, one.length, err = originalContent(value); err != nil {
				return err
			}
		default:
			return malformed("a line in its first part")
		}
	}
	name, value, err := p.field()
	switch {
	case err != nil:
		return err
	case one.length < 0 || !strings.EqualFold(protocol, p.media.protocol):
		return malformed("its first part is not complete")
	case !strings.EqualFold(name, "Content-Type") || !strings.EqualFold(value, mediaOctets):
		return malformed("its second part is not " + mediaOctets)
	}
	return nil
}

// boundary takes a boundary line, if there is one.
func (p *pieces) boundary() bool {
	after, ok := bytes.CutPrefix(p.rest, []byte("--"))
	if ok {
		after, ok = bytes.CutPrefix(bytes.TrimPrefix(after, []byte(" ")), []byte(p.media.boundary+"\r\n"))
	}
	if ok {
		p.rest = after
	}
	return ok
}

// field takes a line "Name: value". Windows and its clients begin it with a
// tab, OMI does not.
func (p *pieces) field() (name, value string, err error) {
	end := bytes.Index(p.rest[:min(len(p.rest), maxLine)], []byte("\r\n"))
	if end < 0 {
		return "", "", malformed("a line has no end")
	}
	name, value, ok := strings.Cut(strings.TrimLeft(string(p.rest[:end]), "\t "), ":")
	if !ok {
		return "", "", malformed("a line has no name")
	}
	p.rest = p.rest[end+2:]
	return name, strings.Trim(value, "\t "), nil
}

// originalContent reads "type=…;charset=…;Length=…".
func originalContent(value string) (contentType string, length int, err error) {
	length = -1
	for parameter := range strings.SplitSeq(value, ";") {
		name, v, _ := strings.Cut(strings.TrimSpace(parameter), "=")
		switch strings.ToLower(name) {
		case "type":
			contentType = v + contentType
		case "charset":
			contentType += ";charset=" + v
		case "length":
			n, err := strconv.ParseUint(v, 10, 31)
			if err != nil || length >= 0 {
				return "", 0, malformed("Length")
			}
			length = int(n)
		}
	}
	if length < 0 {
		return "", 0, malformed("it has no Length")
	}
	return contentType, length, nil
}

// signature takes the signature with the length before it.
func (p *pieces) signature() ([]byte, error) {
	if len(p.rest) < 4 {
		return nil, malformed("it ends before its signature")
	}
	n := binary.LittleEndian.Uint32(p.rest)
	if n > maxSignature || int(n) > len(p.rest)-4 {
		return nil, malformed("the signature's length")
	}
	signature := p.rest[4 : 4+n]
	p.rest = p.rest[4+n:]
	return signature, nil
}

// sealed takes the sealed text. Only its clear length is told: what is left is
// the last piece if it is about that long; else the boundary stands at most
// maxOverhead bytes behind that length.
func (p *pieces) sealed(length int) ([]byte, error) {
	if len(p.rest) < length {
		return nil, malformed("Length is more than there is")
	}
	if len(p.rest)-length <= maxOverhead {
		sealed := p.rest
		p.rest = nil
		return sealed, nil
	}
	window := p.rest[length:min(len(p.rest), length+maxOverhead+maxLine)]
	at := bytes.Index(window, []byte("--"+p.media.boundary+"\r\n\tContent-Type: "+p.media.protocol+"\r\n"))
	if !p.media.several || at < 0 || at > maxOverhead {
		return nil, malformed("Length is less than there is")
	}
	sealed := p.rest[:length+at]
	p.rest = p.rest[length+at:]
	return sealed, nil
}
