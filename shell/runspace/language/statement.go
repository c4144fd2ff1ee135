package language

import "strings"

// keywords are PowerShell's. Those that are not known here must not be taken for
// names of commands.
var keywords = map[string]bool{
	"begin": true, "break": true, "catch": true, "class": true, "clean": true, "continue": true, "data": true,
	"define": true, "do": true, "dynamicparam": true, "else": true, "elseif": true, "end": true, "enum": true,
	"exit": true, "filter": true, "finally": true, "for": true, "from": true, "function": true, "hidden": true,
	"if": true, "in": true, "inlinescript": true, "parallel": true, "param": true, "process": true, "return": true,
	"sequence": true, "switch": true, "throw": true, "trap": true, "try": true, "until": true, "using": true,
	"var": true, "while": true, "workflow": true,
}

// statement reads one statement.
func (p *parser) statement() Statement {
	p.spaces()
	start := p.at
	word := strings.ToLower(p.word())
	if word == "foreach" {
		if s := p.foreach(start); s != nil {
			return s
		}
	}
	if keywords[word] {
		p.fail(start, "NotSupported", "The keyword '%s' is not part of this endpoint's language.", word)
	}
	if p.startsExpression() {
		return p.expressionStatement(start)
	}
	pl := &Pipeline{Position: p.position(start)}
	pl.Commands = append(pl.Commands, p.command())
	return p.restOfPipeline(pl, start)
}

// word is the letters that come next, without taking them.
func (p *parser) word() string {
	n := 0
	for isLetter(p.ahead(n)) {
		n++
	}
	if c := p.ahead(n); c == '-' || c == '.' || c == '_' || c == '\\' || c == '/' || isDigit(c) {
		return "" // the name of a command goes on
	}
	return p.text[p.at : p.at+n]
}

// foreach reads the statement; nil where the word is the name of a command.
func (p *parser) foreach(start int) Statement {
	p.at += len("foreach")
	p.lines()
	if !p.take("(") {
		p.at = start
		return nil
	}
	opened := p.at - 1
	p.lines()
	at := p.at
	v, ok := p.variableOrNil().(*Variable)
	if !ok || v.Scope != "" {
		p.fail(at, "MissingVariableNameAfterForeach", "A variable must stand after 'foreach ('.")
	}
	p.lines()
	if !strings.EqualFold(p.word(), "in") {
		p.fail(p.at, "MissingInInForeach", "'in' must stand after the variable of foreach.")
	}
	p.at += len("in")
	p.lines()
	f := &Foreach{Position: p.position(start), Variable: v.Name, Values: nested(p, p.statement)}
	p.lines()
	p.expect(')', opened)
	p.lines()
	if p.peek() != '{' {
		p.fail(p.at, "MissingForeachStatement", "A block in braces must stand after 'foreach ( )'.")
	}
	f.Body = p.block().Script
	return f
}

// expressionStatement reads an expression, and what makes it an assignment or
// the head of a pipeline.
func (p *parser) expressionStatement(start int) Statement {
	e := p.expression()
	p.spaces()
	for _, operator := range []string{"=", "+=", "-=", "*=", "/=", "%="} {
		at := p.at
		if !p.take(operator) {
			continue
		}
		switch e.(type) {
		case *Variable, *Member, *Index:
		default:
			p.fail(at, "InvalidLeftHandSide", "What stands left of '%s' cannot be given a value.", operator)
		}
		p.lines()
		return &Assignment{Position: p.position(start), Target: e, Operator: operator, Value: nested(p, p.statement)}
	}
	return p.restOfPipeline(&Pipeline{Position: p.position(start), Head: e}, start)
}

// restOfPipeline reads the commands behind |.
func (p *parser) restOfPipeline(pl *Pipeline, start int) Statement {
	for {
		p.spaces()
		if p.peek() != '|' || p.ahead(1) == '|' {
			pl.Text = strings.TrimSpace(p.text[start:p.at])
			return pl
		}
		p.at++
		p.lines()
		if p.end() {
			p.fail(p.at, "EmptyPipeElement", "A command must stand after '|'.")
		}
		pl.Commands = append(pl.Commands, p.command())
	}
}

// command reads the call of a command.
func (p *parser) command() *Command {
	start := p.at
	c := &Command{Position: p.position(start), Name: p.commandName()}
	for {
		p.spaces()
		if p.endsCommand() {
			c.Text = strings.TrimSpace(p.text[start:p.at])
			return c
		}
		c.Arguments = append(c.Arguments, p.argument())
	}
}

// endsCommand reports whether no argument comes.
func (p *parser) endsCommand() bool {
	switch p.peek() {
	case 0, ';', '\n', '\r', '|', ')', '}':
		return true
	case '&', '>', '<':
		p.unexpected()
	}
	return false
}

// commandName reads a name without quotes.
func (p *parser) commandName() string {
	start := p.at
	switch c := p.peek(); {
	case c == '%' || c == '?': // aliases of ForEach-Object and Where-Object
		p.at++
		return string(c)
	case !isLetter(c) && c != '_' && c < 0x80:
		p.unexpected()
	}
	for !p.end() && !isBareEnd(p.peek()) && p.peek() != '$' {
		p.at++
	}
	return p.text[start:p.at]
}

// isBareEnd reports whether a character ends a word without quotes.
func isBareEnd(c byte) bool { return strings.IndexByte(" \t\r\n\f\v;|,(){}&<>'\"`", c) >= 0 }

// argument reads a parameter or a value.
func (p *parser) argument() Argument {
	a := Argument{Position: p.position(p.at)}
	if p.peek() == '-' && (isLetter(p.ahead(1)) || p.ahead(1) == '?') {
		p.at++
		start := p.at
		for isNameByte(p.peek()) || p.peek() == '?' {
			p.at++
		}
		a.Name = p.text[start:p.at]
		if !p.take(":") {
			if !p.end() && !isBareEnd(p.peek()) {
				p.unexpected()
			}
			return a
		}
		a.Attached = true
		p.spaces()
	}
	a.Value = p.argumentValue()
	return a
}

// argumentValue reads a value, or several with commas between.
func (p *parser) argumentValue() Expression {
	return p.list(p.oneArgument)
}

// oneArgument reads one value as it stands behind a command.
func (p *parser) oneArgument() Expression {
	switch c := p.peek(); {
	case c == '@' && isNameByte(p.ahead(1)):
		p.fail(p.at, "NotSupported", "Splatting (@name) is not part of this endpoint's language.")
	case c == '\'' || c == '"' || c == '(' || c == '{' || c == '@', c == '$' && p.startsVariable():
		start := p.at
		e := p.postfix(p.primary())
		if v, ok := e.(*Variable); !p.end() && !isBareEnd(p.peek()) && ok && v != nil {
			p.at = start // the variable is the beginning of a word
			return p.bareWord()
		}
		return e
	}
	return p.bareWord()
}

// bareWord reads a word without quotes, in which variables have their values.
func (p *parser) bareWord() Expression {
	start := p.at
	if n := p.number(true); n != nil {
		return n
	}
	var parts []Expression
	var word strings.Builder
	flush := func() {
		if word.Len() > 0 {
			parts = append(parts, text(word.String()))
			word.Reset()
		}
	}
	for !p.end() {
		c := p.peek()
		switch {
		case c == '`' && p.at+1 < len(p.text) && p.ahead(1) != '\n' && p.ahead(1) != '\r':
			word.WriteString(p.escape())
			continue
		case c == '$' && p.startsVariable():
			flush()
			parts = append(parts, p.expandedVariable())
			continue
		}
		if isBareEnd(c) {
			break
		}
		word.WriteByte(c)
		p.at++
	}
	if p.at == start {
		p.unexpected()
	}
	flush()
	if len(parts) == 1 {
		if l, ok := parts[0].(*Literal); ok {
			return l
		}
	}
	return &Expandable{Parts: parts}
}
