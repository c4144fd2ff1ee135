package language

import (
	"math"
	"math/big"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/winrmd/winrmd/psrp/clixml"
)

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }
func isDigit(c byte) bool  { return c >= '0' && c <= '9' }

// isNameByte reports whether a character may stand in a name.
func isNameByte(c byte) bool { return isLetter(c) || isDigit(c) || c == '_' || c >= 0x80 }

// name reads a name.
func (p *parser) name() string {
	start := p.at
	for isNameByte(p.peek()) {
		p.at++
	}
	return p.text[start:p.at]
}

// startsVariable reports whether the $ that comes begins something.
func (p *parser) startsVariable() bool {
	c := p.ahead(1)
	return isNameByte(c) || c == '{' || c == '(' || c == '$' || c == '?' || c == '^'
}

// variableOrNil reads a variable; nil if none comes.
func (p *parser) variableOrNil() Expression {
	start := p.at
	if !p.take("$") {
		return nil
	}
	v := &Variable{Position: p.position(start)}
	switch c := p.peek(); {
	case c == '{':
		n := strings.IndexByte(p.text[p.at:], '}')
		if n < 2 {
			p.fail(start, "IncompleteDollarVariableReference", "The name of a variable in ${ } is missing or does not end.")
		}
		v.Name = p.text[p.at+1 : p.at+n]
		p.at += n + 1
	case c == '$' || c == '?' || c == '^':
		v.Name = string(c)
		p.at++
		return v
	default:
		v.Name = p.name()
		if p.peek() == ':' && p.ahead(1) != ':' && isNameByte(p.ahead(1)) {
			p.at++
			v.Scope, v.Name = v.Name, p.name()
		}
	}
	if scope, name, ok := strings.Cut(v.Name, ":"); ok && v.Scope == "" {
		v.Scope, v.Name = scope, name
	}
	if v.Name == "" {
		p.at = start
		p.fail(start, "UnexpectedToken", "The name of a variable must stand after '$'.")
	}
	return v
}

// expandedVariable reads a variable or $( ) within a string.
func (p *parser) expandedVariable() Expression {
	if p.ahead(1) == '(' {
		return &Subexpression{Script: p.bracketed(2, ')')}
	}
	return p.variableOrNil()
}

// singleQuoted reads a string in which nothing has a meaning of its own.
func (p *parser) singleQuoted() Expression {
	opened := p.at
	p.at++
	var b strings.Builder
	for {
		n := strings.IndexByte(p.text[p.at:], '\'')
		if n < 0 {
			p.fail(opened, "TerminatorExpectedAtEndOfString", "The string does not end with '.")
		}
		b.WriteString(p.text[p.at : p.at+n])
		p.at += n + 1
		if p.peek() != '\'' {
			return text(b.String())
		}
		b.WriteByte('\'')
		p.at++
	}
}

// doubleQuoted reads a string in which variables, $( ) and escapes have a
// meaning.
func (p *parser) doubleQuoted() Expression {
	opened := p.at
	p.at++
	var parts []Expression
	var b strings.Builder
	for {
		switch c := p.peek(); {
		case p.end():
			p.fail(opened, "TerminatorExpectedAtEndOfString", "The string does not end with \".")
		case c == '"' && p.ahead(1) == '"':
			b.WriteByte('"')
			p.at += 2
		case c == '"':
			p.at++
			if len(parts) == 0 {
				return text(b.String())
			}
			if b.Len() > 0 {
				parts = append(parts, text(b.String()))
			}
			return &Expandable{Parts: parts}
		case c == '`' && p.at+1 < len(p.text):
			b.WriteString(p.escape())
		case c == '$' && p.startsVariable():
			if b.Len() > 0 {
				parts = append(parts, text(b.String()))
				b.Reset()
			}
			parts = append(parts, p.expandedVariable())
		default:
			b.WriteByte(c)
			p.at++
		}
	}
}

// escapes are what stands behind a backtick, and what it means.
var escapes = map[byte]string{
	'0': "\x00", 'a': "\a", 'b': "\b", 'e': "\x1b", 'f': "\f", 'n': "\n", 'r': "\r", 't': "\t", 'v': "\v",
}

// escape reads a backtick and what is behind it.
func (p *parser) escape() string {
	p.at++
	c := p.peek()
	if c == 'u' && p.ahead(1) == '{' {
		rest := p.text[p.at+2:]
		n := strings.IndexByte(rest, '}')
		if n > 0 && n <= 6 {
			if code, err := strconv.ParseUint(rest[:n], 16, 32); err == nil && code <= utf8.MaxRune {
				p.at += n + 3
				return string(rune(code))
			}
		}
		p.fail(p.at-1, "InvalidUnicodeEscapeSequence", "`u{ } must hold 1 to 6 hexadecimal digits, at most 10FFFF.")
	}
	if s, ok := escapes[c]; ok {
		p.at++
		return s
	}
	_, n := utf8.DecodeRuneInString(p.text[p.at:])
	s := p.text[p.at : p.at+n]
	p.at += n
	return s
}

// multipliers are the suffixes of numbers.
var multipliers = map[string]int64{"kb": 1 << 10, "mb": 1 << 20, "gb": 1 << 30, "tb": 1 << 40, "pb": 1 << 50}

// number reads a number; nil if none comes. As a word of a command it must end
// where the word does.
func (p *parser) number(word bool) Expression {
	start, at := p.at, p.at
	c := func() byte {
		if at < len(p.text) {
			return p.text[at]
		}
		return 0
	}
	if c() == '-' || c() == '+' {
		at++
	}
	digits := at
	hex := c() == '0' && at+1 < len(p.text) && p.text[at+1]|0x20 == 'x'
	if hex {
		at += 2
		for isDigit(c()) || c()|0x20 >= 'a' && c()|0x20 <= 'f' {
			at++
		}
	} else {
		for isDigit(c()) {
			at++
		}
		if c() == '.' && at+1 < len(p.text) && isDigit(p.text[at+1]) {
			at++
			for isDigit(c()) {
				at++
			}
		}
		if mark := at; c()|0x20 == 'e' && at > digits {
			at++
			if c() == '-' || c() == '+' {
				at++
			}
			if !isDigit(c()) {
				at = mark
			}
			for isDigit(c()) {
				at++
			}
		}
	}
	mantissa := p.text[start:at]
	suffix := at
	for isLetter(c()) {
		at++
	}
	if at == digits || word && at < len(p.text) && !isBareEnd(c()) || !word && isNameByte(c()) {
		return nil
	}
	v, ok := numberOf(mantissa, strings.ToLower(p.text[suffix:at]), hex)
	if !ok {
		if word {
			return nil
		}
		p.fail(start, "BadNumericConstant", "The number %s is not understood.", p.text[start:at])
	}
	p.at = at
	return &Literal{Value: v, Text: p.text[start:at]}
}

// numberOf is the value of a number: of the smallest of Int32, Int64, Decimal
// and Double that holds it.
func numberOf(mantissa, suffix string, hex bool) (clixml.Value, bool) {
	multiplier := int64(1)
	if len(suffix) >= 2 {
		m, ok := multipliers[suffix[len(suffix)-2:]]
		if ok {
			multiplier, suffix = m, suffix[:len(suffix)-2]
		}
	}
	if suffix != "" && suffix != "l" && suffix != "d" {
		return nil, false
	}
	n, ok := new(big.Int).SetString(strings.TrimPrefix(mantissa, "+"), base(hex))
	if !ok || suffix == "d" {
		return fraction(mantissa, multiplier, suffix)
	}
	n.Mul(n, big.NewInt(multiplier))
	switch {
	case hex && multiplier == 1 && suffix == "" && n.BitLen() == 32: // 0xFFFFFFFF is -1
		return clixml.Int32(int32(uint32(n.Uint64()))), true
	case !n.IsInt64() && suffix == "l":
		return nil, false
	case !n.IsInt64():
		return fraction(n.String(), 1, "")
	case suffix == "l" || n.Int64() < math.MinInt32 || n.Int64() > math.MaxInt32:
		return clixml.Int64(n.Int64()), true
	}
	return clixml.Int32(int32(n.Int64())), true
}

func base(hex bool) int {
	if hex {
		return 0
	}
	return 10
}

func fraction(mantissa string, multiplier int64, suffix string) (clixml.Value, bool) {
	if suffix == "d" {
		d, err := clixml.ParseDecimal(mantissa)
		return d, err == nil && multiplier == 1
	}
	f, err := strconv.ParseFloat(mantissa, 64)
	if err != nil || suffix == "l" {
		return nil, false
	}
	return clixml.Double(f * float64(multiplier)), true
}
