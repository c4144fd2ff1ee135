package language

import (
	"strings"

	"github.com/winrmd/winrmd/psrp/clixml"
)

// startsExpression reports whether what comes is no name of a command.
func (p *parser) startsExpression() bool {
	switch c := p.peek(); {
	case c == '$', c == '@', c == '"', c == '\'', c == '(', c == '{', c == '!', c == '[', c == '+', c == ',', isDigit(c):
		return true
	case c == '-':
		return p.ahead(1) != 0
	case c == '.':
		return isDigit(p.ahead(1))
	}
	return false
}

// levels are the operators between values, by precedence, the weakest first.
// Those of letters come with a hyphen, and with c or i before them.
var levels = [][]string{
	{"and", "or", "xor"},
	{"eq", "ne", "gt", "ge", "lt", "le", "like", "notlike", "match", "notmatch", "contains", "notcontains", "in", "notin"},
	{"+", "-"},
	{"*", "/", "%"},
	{".."},
}

// caseless are operators of letters that compare no strings.
var caseless = map[string]bool{"and": true, "or": true, "xor": true}

// unknownOperators are PowerShell's that are not known here.
var unknownOperators = map[string]bool{
	"band": true, "bor": true, "bxor": true, "bnot": true, "shl": true, "shr": true, "f": true, "join": true,
	"split": true, "csplit": true, "isplit": true, "replace": true, "creplace": true, "ireplace": true, "is": true, "isnot": true, "as": true,
}

// expression reads a whole expression.
func (p *parser) expression() Expression { return p.binary(0) }

func (p *parser) binary(level int) Expression {
	if level == len(levels) {
		return p.list(p.unary)
	}
	left := p.binary(level + 1)
	for n := 1; ; n++ {
		p.chain(n)
		before := p.at
		p.spaces()
		at := p.at
		operator := p.operator(levels[level])
		if operator == "" {
			p.at = before
			return left
		}
		p.lines()
		if p.end() {
			p.fail(at, "ExpectedValueExpression", "A value must stand after the operator '%s'.", strings.TrimSpace(p.text[at:]))
		}
		left = &Binary{Position: p.position(at), Operator: operator, Left: left, Right: p.binary(level + 1)}
	}
}

// operator takes one of the operators.
func (p *parser) operator(known []string) string {
	if p.peek() == '-' && isLetter(p.ahead(1)) {
		n := 1
		for isLetter(p.ahead(n)) {
			n++
		}
		name := strings.ToLower(p.text[p.at+1 : p.at+n])
		for _, k := range known {
			switch {
			case name == k, !caseless[k] && name == "c"+k:
				p.at += n
				return name
			case !caseless[k] && name == "i"+k:
				p.at += n
				return k
			}
		}
		if unknownOperators[name] {
			p.fail(p.at, "NotSupported", "The operator -%s is not part of this endpoint's language.", name)
		}
		return ""
	}
	for _, k := range known {
		if isLetter(k[0]) || !strings.HasPrefix(p.text[p.at:], k) {
			continue
		}
		if next := p.ahead(len(k)); next == '=' || k != ".." && (k == "+" || k == "-") && next == k[0] {
			return "" // += and the like, ++ and --
		}
		p.at += len(k)
		return k
	}
	return ""
}

// list reads values with commas between, each with one.
func (p *parser) list(one func() Expression) Expression {
	items := []Expression{one()}
	for {
		before := p.at
		p.spaces()
		if !p.take(",") {
			p.at = before
			break
		}
		p.lines()
		items = append(items, one())
	}
	if len(items) == 1 {
		return items[0]
	}
	return &List{Items: items}
}

// unary reads a value with operators before it.
func (p *parser) unary() Expression {
	p.spaces()
	at := p.at
	switch c := p.peek(); {
	case c == ',':
		p.at++
		p.lines()
		return &List{Items: []Expression{nested(p, p.unary)}}
	case c == '!':
		p.at++
		return &Unary{Position: p.position(at), Operator: "not", Value: nested(p, p.unary)}
	case (c == '-' || c == '+') && p.ahead(1) == c:
		p.unexpected()
	case c == '-' && isLetter(p.ahead(1)):
		p.at++
		if strings.EqualFold(p.word(), "not") {
			p.at += len("not")
			return &Unary{Position: p.position(at), Operator: "not", Value: nested(p, p.unary)}
		}
		p.at--
		p.operator(nil)
		p.unexpected()
	case (c == '-' || c == '+') && (isDigit(p.ahead(1)) || p.ahead(1) == '.'):
		if n := p.number(false); n != nil {
			return p.postfix(n)
		}
	}
	if c := p.peek(); c == '-' || c == '+' {
		p.at++
		return &Unary{Position: p.position(at), Operator: string(c), Value: nested(p, p.unary)}
	}
	return p.postfix(p.primary())
}

// primary reads a value by itself.
func (p *parser) primary() Expression {
	switch c := p.peek(); {
	case c == '\'':
		return p.singleQuoted()
	case c == '"':
		return p.doubleQuoted()
	case c == '$':
		if p.ahead(1) == '(' {
			return &Subexpression{Script: p.bracketed(2, ')')}
		}
		if e := p.variableOrNil(); e != nil {
			return e
		}
	case c == '@':
		return p.atSign()
	case c == '(':
		return p.paren()
	case c == '{':
		return p.block()
	case isDigit(c) || c == '.' && isDigit(p.ahead(1)):
		if n := p.number(false); n != nil {
			return n
		}
	}
	p.unexpected()
	return nil
}

// atSign reads what begins with @.
func (p *parser) atSign() Expression {
	switch p.ahead(1) {
	case '(':
		return &ArrayOf{Script: p.bracketed(2, ')')}
	case '{':
		return p.hashtable()
	case '"', '\'':
		p.fail(p.at, "NotSupported", "Here-strings (@%c) are not part of this endpoint's language.", p.ahead(1))
	}
	p.fail(p.at, "NotSupported", "Splatting (@name) is not part of this endpoint's language.")
	return nil
}

// bracketed reads statements between an opening of n characters and a closing
// one.
func (p *parser) bracketed(n int, closing byte) *Script {
	p.enter()
	defer p.leave()
	opened := p.at
	p.at += n
	start := p.at
	s := p.statements(closing)
	s.Text = p.text[start:p.at]
	p.expect(closing, opened)
	return s
}

func (p *parser) block() *Block { return &Block{Script: p.bracketed(1, '}')} }

// paren reads one statement in parentheses.
func (p *parser) paren() Expression {
	opened := p.at
	s := p.bracketed(1, ')')
	if len(s.Statements) != 1 {
		p.fail(opened, "ExpectedExpression", "One expression or command must stand in '( )', not %d.", len(s.Statements))
	}
	return &Paren{Statement: s.Statements[0]}
}

// hashtable reads @{ }.
func (p *parser) hashtable() Expression {
	p.enter()
	defer p.leave()
	opened := p.at
	p.at += 2
	h := &Hashtable{}
	p.separators()
	for !p.end() && p.peek() != '}' {
		e := HashtableEntry{Key: p.hashtableKey()}
		p.lines()
		if !p.take("=") {
			p.fail(p.at, "MissingEqualsInHashLiteral", "'=' must stand after a key of a hashtable.")
		}
		p.lines()
		e.Value = p.statement()
		h.Entries = append(h.Entries, e)
		p.spaces()
		if c := p.peek(); c != '}' && c != ';' && c != '\n' && c != '\r' && c != 0 {
			p.unexpected()
		}
		p.separators()
	}
	p.expect('}', opened)
	return h
}

func (p *parser) hashtableKey() Expression {
	if c := p.peek(); isLetter(c) || c == '_' || c >= 0x80 {
		return text(p.name())
	}
	return p.unary()
}

// postfix reads members and indexes behind a value.
func (p *parser) postfix(e Expression) Expression {
	for n := 0; ; n++ {
		p.chain(n)
		at := p.at
		switch {
		case p.peek() == '.' && p.ahead(1) != '.' && !isDigit(p.ahead(1)):
			p.at++
			e = &Member{Position: p.position(at), Object: e, Name: p.memberName()}
			if p.peek() == '(' {
				p.fail(p.at, "NotSupported", "Methods are not part of this endpoint's language.")
			}
		case p.peek() == '[':
			p.enter()
			p.at++
			p.lines()
			index := p.expression()
			p.lines()
			p.expect(']', at)
			e = &Index{Position: p.position(at), Object: e, Index: index}
			p.leave()
		case p.peek() == ':' && p.ahead(1) == ':':
			p.unexpected()
		default:
			return e
		}
	}
}

func (p *parser) memberName() Expression {
	switch c := p.peek(); {
	case c == '\'':
		return p.singleQuoted()
	case c == '"':
		return p.doubleQuoted()
	case c == '$' || c == '(':
		return p.primary()
	case isLetter(c) || c == '_' || c >= 0x80:
		return text(p.name())
	}
	p.fail(p.at, "MissingPropertyName", "The name of a property must stand after '.'.")
	return nil
}

// text is a string that is what it says.
func text(s string) *Literal { return &Literal{Value: clixml.String(s)} }
