package language

import (
	"fmt"

	"github.com/winrmd/winrmd/psrp/clixml"
)

// Position is a place in a script.
type Position struct {
	Offset       int // in bytes, from 0
	Line, Column int // from 1; columns count characters
}

// ParserError says what is not understood.
type ParserError struct {
	Position Position
	ID       string // the beginning of the FullyQualifiedErrorId, such as UnexpectedToken
	Reason   string
}

// Error implements error.
func (e *ParserError) Error() string {
	return fmt.Sprintf("At line:%d char:%d: %s", e.Position.Line, e.Position.Column, e.Reason)
}

// Script is a list of statements.
type Script struct {
	Statements []Statement
	// Text is the script itself; of a block what stands between its braces.
	Text string
}

// Statement is a *Pipeline, an *Assignment or a *Foreach.
type Statement interface{ At() Position }

// Pipeline is commands, each reading what the one before puts out. The first
// may be an expression.
type Pipeline struct {
	Position Position
	Head     Expression // nil if it begins with a command
	Commands []*Command
	Text     string
}

// Command is a call of a command.
type Command struct {
	Position  Position
	Name      string
	Arguments []Argument
	Text      string
}

// Argument is a parameter with or without a value, or a value alone.
type Argument struct {
	Position Position
	Name     string     // without the hyphen; "" for a value alone
	Value    Expression // nil for a parameter alone
	// Attached says that the value came with a colon, so that it belongs to the
	// parameter even if that is a switch.
	Attached bool
}

// Assignment gives a variable, a property or an element a value.
type Assignment struct {
	Position Position
	Target   Expression // *Variable, *Member or *Index
	Operator string     // =, +=, -=, *=, /= or %=
	Value    Statement
}

// Foreach runs a body for each element of a value.
type Foreach struct {
	Position Position
	Variable string
	Values   Statement
	Body     *Script
}

// At implements Statement.
func (s *Pipeline) At() Position { return s.Position }

// At implements Statement.
func (s *Assignment) At() Position { return s.Position }

// At implements Statement.
func (s *Foreach) At() Position { return s.Position }

// Expression has a value. It is one of the types below.
type Expression interface{ isExpression() }

// Literal is a number or a string that says itself what it is.
type Literal struct {
	Value clixml.Value
	// Text is a number as it was written, for commands that want it so.
	Text string
}

// Expandable is a double-quoted string: its parts are put one behind the other.
type Expandable struct{ Parts []Expression }

// Variable is $name; Scope is what stood before a colon.
type Variable struct {
	Position    Position
	Scope, Name string
}

// List is values with commas between.
type List struct{ Items []Expression }

// ArrayOf is @( ): what statements put out, as an array.
type ArrayOf struct{ Script *Script }

// Subexpression is $( ): what statements put out.
type Subexpression struct{ Script *Script }

// Paren is ( ): what one statement puts out.
type Paren struct{ Statement Statement }

// Hashtable is @{ }.
type Hashtable struct{ Entries []HashtableEntry }

// HashtableEntry is a key with its value.
type HashtableEntry struct {
	Key   Expression
	Value Statement
}

// Block is a script block, { }.
type Block struct{ Script *Script }

// Member is object.name.
type Member struct {
	Position Position
	Object   Expression
	Name     Expression
}

// Index is object[index].
type Index struct {
	Position Position
	Object   Expression
	Index    Expression
}

// Unary is an operator before a value: -, +, ! or -not.
type Unary struct {
	Position Position
	Operator string
	Value    Expression
}

// Binary is an operator between values. Operators of letters are in lower case,
// without the hyphen.
type Binary struct {
	Position    Position
	Operator    string
	Left, Right Expression
}

func (*Literal) isExpression()       {}
func (*Expandable) isExpression()    {}
func (*Variable) isExpression()      {}
func (*List) isExpression()          {}
func (*ArrayOf) isExpression()       {}
func (*Subexpression) isExpression() {}
func (*Paren) isExpression()         {}
func (*Hashtable) isExpression()     {}
func (*Block) isExpression()         {}
func (*Member) isExpression()        {}
func (*Index) isExpression()         {}
func (*Unary) isExpression()         {}
func (*Binary) isExpression()        {}
