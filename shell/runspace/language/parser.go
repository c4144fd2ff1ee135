package language

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Limits of a script.
const (
	// MaxSize is how many bytes it may have.
	MaxSize = 1 << 20
	// MaxDepth is how many brackets may stand within each other; operators before
	// a value and assignments within assignments count as brackets do.
	MaxDepth = 100
	// MaxChain is how many operators, members and indexes may stand one behind the
	// other in an expression.
	MaxChain = 10_000
)

// Parse reads a script. The error is a *ParserError.
func Parse(text string) (script *Script, err error) {
	p := &parser{text: text}
	defer func() {
		switch e := recover().(type) {
		case nil:
		case *ParserError:
			script, err = nil, e
		default:
			panic(e)
		}
	}()
	if len(text) > MaxSize {
		p.fail(0, "ScriptTooLarge", "The script has %d bytes, and may have %d.", len(text), MaxSize)
	}
	script = p.statements(0)
	script.Text = text
	return script, nil
}

// parser is where the reading of a script is.
type parser struct {
	text  string
	at    int
	depth int
	last  Position // that was asked for last
}

// fail ends the parse. It panics with a *ParserError, which Parse returns: so
// no function on the way must hand it on.
func (p *parser) fail(offset int, id, format string, values ...any) {
	panic(&ParserError{Position: p.position(offset), ID: id, Reason: fmt.Sprintf(format, values...)})
}

// position finds line and column of an offset. It goes on from the last one that
// was found, so that a long script does not take the square of its length.
func (p *parser) position(offset int) Position {
	offset = min(offset, len(p.text))
	from := p.last
	if from.Line == 0 {
		from = Position{Line: 1, Column: 1}
	}
	between := p.text[min(from.Offset, offset):max(from.Offset, offset)]
	lines := strings.Count(between, "\n")
	switch {
	case lines > 0 && offset < from.Offset:
		from.Line -= lines
		from.Column = utf8.RuneCountInString(p.text[strings.LastIndexByte(p.text[:offset], '\n')+1:offset]) + 1
	case lines > 0:
		from.Line += lines
		from.Column = utf8.RuneCountInString(between[strings.LastIndexByte(between, '\n')+1:]) + 1
	case offset < from.Offset:
		from.Column -= utf8.RuneCountInString(between)
	default:
		from.Column += utf8.RuneCountInString(between)
	}
	from.Offset = offset
	p.last = from
	return from
}

// enter counts brackets; the caller calls leave.
func (p *parser) enter() {
	if p.depth++; p.depth > MaxDepth {
		p.fail(p.at, "ScriptTooComplicated", "More than %d brackets stand within each other.", MaxDepth)
	}
}

func (p *parser) leave() { p.depth-- }

// nested reads what stands within something else.
func nested[T any](p *parser, read func() T) T {
	p.enter()
	defer p.leave()
	return read()
}

// chain counts one more part of an expression.
func (p *parser) chain(n int) {
	if n > MaxChain {
		p.fail(p.at, "ScriptTooComplicated", "More than %d operators stand one behind the other.", MaxChain)
	}
}

// peek is the next byte; 0 at the end.
func (p *parser) peek() byte { return p.ahead(0) }

func (p *parser) ahead(n int) byte {
	if p.at+n >= len(p.text) {
		return 0
	}
	return p.text[p.at+n]
}

func (p *parser) end() bool { return p.at >= len(p.text) }

// take takes s if it comes.
func (p *parser) take(s string) bool {
	if !strings.HasPrefix(p.text[p.at:], s) {
		return false
	}
	p.at += len(s)
	return true
}

// spaces skips blanks, comments and continued lines.
func (p *parser) spaces() {
	for {
		switch c := p.peek(); {
		case c == ' ' || c == '\t' || c == '\f' || c == '\v':
			p.at++
		case strings.HasPrefix(p.text[p.at:], "\u00a0"):
			p.at += len("\u00a0")
		case c == '`' && p.ahead(1) == '\n':
			p.at += 2
		case c == '`' && p.ahead(1) == '\r' && p.ahead(2) == '\n':
			p.at += 3
		case c == '#':
			p.comment()
		case c == '<' && p.ahead(1) == '#':
			p.blockComment()
		default:
			return
		}
	}
}

func (p *parser) comment() {
	if n := strings.IndexAny(p.text[p.at:], "\r\n"); n >= 0 {
		p.at += n
		return
	}
	p.at = len(p.text)
}

func (p *parser) blockComment() {
	n := strings.Index(p.text[p.at+2:], "#>")
	if n < 0 {
		p.fail(p.at, "MissingTerminatorMultiLineComment", "The comment does not end with #>.")
	}
	p.at += n + 4
}

// lines skips what spaces does, and ends of lines.
func (p *parser) lines() {
	for {
		p.spaces()
		if c := p.peek(); c != '\n' && c != '\r' {
			return
		}
		p.at++
	}
}

// separators skips what may stand between statements.
func (p *parser) separators() {
	for {
		p.lines()
		if !p.take(";") {
			return
		}
	}
}

// statements reads up to a closing bracket, which it leaves, or the end of the
// text where closing is 0.
func (p *parser) statements(closing byte) *Script {
	s := &Script{}
	p.separators()
	for !p.end() && (closing == 0 || p.peek() != closing) {
		before := p.at
		s.Statements = append(s.Statements, p.statement())
		p.spaces()
		switch c := p.peek(); {
		case p.end(), c == ';', c == '\n', c == '\r', c == closing:
		default:
			p.unexpected()
		}
		p.separators()
		if p.at == before {
			p.unexpected()
		}
	}
	return s
}

// unexpected fails with what comes next.
func (p *parser) unexpected() {
	if p.end() {
		p.fail(p.at, "IncompleteInput", "The script ends where more is needed.")
	}
	token := p.token()
	for _, special := range []struct{ prefix, id, reason string }{
		{"&&", "NotSupported", "The operator && is not part of this endpoint's language."},
		{"||", "NotSupported", "The operator || is not part of this endpoint's language."},
		{"&", "NotSupported", "The operator & is not part of this endpoint's language: write the name of the command."},
		{">", "NotSupported", "Redirection (>) is not part of this endpoint's language."},
		{"[", "NotSupported", "Types in brackets ([ ]) are not part of this endpoint's language."},
		{"::", "NotSupported", "Static members (::) are not part of this endpoint's language."},
		{"++", "NotSupported", "The operator ++ is not part of this endpoint's language: write += 1."},
		{"--", "NotSupported", "The operator -- is not part of this endpoint's language: write -= 1."},
	} {
		if strings.HasPrefix(p.text[p.at:], special.prefix) {
			p.fail(p.at, special.id, "%s", special.reason)
		}
	}
	p.fail(p.at, "UnexpectedToken", "Unexpected token '%s' in expression or statement.", token)
}

// token is what comes next, for messages.
func (p *parser) token() string {
	rest := p.text[p.at:]
	n := strings.IndexFunc(rest, func(r rune) bool { return strings.ContainsRune(" \t\r\n;|,(){}", r) })
	if n == 0 {
		_, n = utf8.DecodeRuneInString(rest)
	}
	if n < 0 || n > 40 {
		n = min(len(rest), 40)
	}
	return strings.ToValidUTF8(rest[:n], "?")
}

// expect takes a closing bracket.
func (p *parser) expect(closing byte, opened int) {
	if p.peek() != closing {
		if p.end() {
			p.fail(opened, "MissingEndCurlyBrace", "What begins here does not end with '%c'.", closing)
		}
		p.unexpected()
	}
	p.at++
}
