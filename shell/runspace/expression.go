package runspace

import (
	"context"
	"strings"

	"github.com/winrmd/winrmd/psrp/clixml"
	"github.com/winrmd/winrmd/shell/runspace/language"
	"github.com/winrmd/winrmd/shell/runspace/value"
)

// expression is the value of an expression.
func (r *run) expression(ctx context.Context, e language.Expression) (clixml.Value, error) {
	switch e := e.(type) {
	case *language.Literal:
		return e.Value, nil
	case *language.Expandable:
		return r.expand(ctx, e)
	case *language.Variable:
		return r.variable(e)
	case *language.List:
		return r.list(ctx, e.Items)
	case *language.ArrayOf:
		items, err := r.collect(ctx, func(next sink) error { return r.statements(ctx, e.Script, next) })
		return value.Array(items), err
	case *language.Subexpression:
		items, err := r.collect(ctx, func(next sink) error { return r.statements(ctx, e.Script, next) })
		return value.Of(items), err
	case *language.Paren:
		return r.paren(ctx, e)
	case *language.Hashtable:
		return r.hashtable(ctx, e)
	case *language.Block:
		return clixml.ScriptBlock(e.Script.Text), nil
	case *language.Member:
		return r.member(ctx, e)
	case *language.Index:
		return r.index(ctx, e)
	case *language.Unary:
		return r.unary(ctx, e)
	case *language.Binary:
		return r.binary(ctx, e)
	}
	return nil, nil
}

func (r *run) paren(ctx context.Context, e *language.Paren) (clixml.Value, error) {
	if a, ok := e.Statement.(*language.Assignment); ok { // ($a = 1) is 1
		if err := r.assign(ctx, a); err != nil {
			return nil, err
		}
		return r.expression(ctx, a.Target)
	}
	return r.statementValue(ctx, e.Statement)
}

// expand puts the parts of a string together.
func (r *run) expand(ctx context.Context, e *language.Expandable) (clixml.Value, error) {
	var b strings.Builder
	for _, part := range e.Parts {
		v, err := r.expression(ctx, part)
		if err != nil {
			return nil, err
		}
		s := value.String(v)
		if b.Len()+len(s) > r.room() {
			return nil, &value.TooLargeError{Limit: r.config.Limits.Memory}
		}
		b.WriteString(s)
	}
	return clixml.String(b.String()), nil
}

func (r *run) variable(v *language.Variable) (clixml.Value, error) {
	sc := r.scope
	switch strings.ToLower(v.Scope) {
	case "", "local", "private", "variable":
	case "global", "script":
		sc = r.rs.global
	case "using":
		return nil, NewError("UsingWithoutInvokeCommand", clixml.InvalidOperation, v.Name, "The variable $using:%s has no meaning here.", v.Name)
	default:
		return nil, noScope(v)
	}
	switch strings.ToLower(v.Name) {
	case "true":
		return clixml.Bool(true), nil
	case "false":
		return clixml.Bool(false), nil
	case "null":
		return nil, nil
	case "_", "psitem":
		return r.item, nil
	case "?":
		return clixml.Bool(!r.before), nil
	case "error":
		return r.rs.errorList(), nil
	}
	found, _ := sc.get(v.Name)
	return found.value, nil
}

func (r *run) list(ctx context.Context, all []language.Expression) (clixml.Value, error) {
	items := make([]clixml.Value, len(all))
	for i, e := range all {
		v, err := r.expression(ctx, e)
		if err != nil {
			return nil, err
		}
		items[i] = v
	}
	return value.Array(items), nil
}

func (r *run) hashtable(ctx context.Context, h *language.Hashtable) (clixml.Value, error) {
	o := value.Hashtable(nil)
	o.Base = clixml.Dictionary{}
	for _, e := range h.Entries {
		key, err := r.expression(ctx, e.Key)
		if err != nil {
			return nil, err
		}
		if value.IsNull(key) {
			return nil, NewError("InvalidKey", clixml.InvalidOperation, nil, "A null key is not allowed in a hash literal.")
		}
		v, err := r.statementValue(ctx, e.Value)
		if err != nil {
			return nil, err
		}
		if old, _ := value.Index(o, key); old != nil {
			return nil, NewError("DuplicateKeyInHashLiteral", clixml.InvalidOperation, key, "Duplicate keys '%s' are not allowed in hash literals.", value.String(key))
		}
		if err := value.SetIndex(o, key, v); err != nil {
			return nil, err
		}
	}
	return o, nil
}

func (r *run) member(ctx context.Context, m *language.Member) (clixml.Value, error) {
	object, err := r.expression(ctx, m.Object)
	if err != nil {
		return nil, err
	}
	name, err := r.expression(ctx, m.Name)
	if err != nil {
		return nil, err
	}
	v, _ := value.Member(object, value.String(name))
	return v, nil
}

func (r *run) index(ctx context.Context, i *language.Index) (clixml.Value, error) {
	object, err := r.expression(ctx, i.Object)
	if err != nil {
		return nil, err
	}
	index, err := r.expression(ctx, i.Index)
	if err != nil {
		return nil, err
	}
	return value.Index(object, index)
}

func (r *run) unary(ctx context.Context, u *language.Unary) (clixml.Value, error) {
	v, err := r.expression(ctx, u.Value)
	if err != nil {
		return nil, err
	}
	switch u.Operator {
	case "not":
		return clixml.Bool(!value.True(v)), nil
	case "-":
		return value.Negative(v)
	}
	return value.Arithmetic("+", clixml.Int32(0), v, r.room())
}

func (r *run) binary(ctx context.Context, b *language.Binary) (clixml.Value, error) {
	left, err := r.expression(ctx, b.Left)
	if err != nil {
		return nil, err
	}
	switch b.Operator {
	case "and":
		if !value.True(left) {
			return clixml.Bool(false), nil
		}
	case "or":
		if value.True(left) {
			return clixml.Bool(true), nil
		}
	}
	right, err := r.expression(ctx, b.Right)
	if err != nil {
		return nil, err
	}
	switch b.Operator {
	case "and", "or":
		return clixml.Bool(value.True(right)), nil
	case "xor":
		return clixml.Bool(value.True(left) != value.True(right)), nil
	case "+", "-", "*", "/", "%":
		return value.Arithmetic(b.Operator, left, right, r.room())
	case "..":
		return value.Range(left, right, r.room())
	}
	return r.compare(b.Operator, left, right)
}

// compare is a comparison: of a value true or false, and of a list the elements
// that it is true of.
func (r *run) compare(operator string, left, right clixml.Value) (clixml.Value, error) {
	caseSensitive := false
	if name, ok := strings.CutPrefix(operator, "c"); ok && operator != "contains" {
		operator, caseSensitive = name, true
	}
	switch operator {
	case "contains":
		return clixml.Bool(contains(left, right, caseSensitive)), nil
	case "notcontains":
		return clixml.Bool(!contains(left, right, caseSensitive)), nil
	case "in":
		return clixml.Bool(contains(right, left, caseSensitive)), nil
	case "notin":
		return clixml.Bool(!contains(right, left, caseSensitive)), nil
	}
	items, ok := clixml.Elements(left)
	if !ok {
		b, err := compareOne(operator, left, right, caseSensitive)
		return clixml.Bool(b), err
	}
	var found []clixml.Value
	for _, item := range items {
		b, err := compareOne(operator, item, right, caseSensitive)
		if err != nil {
			return nil, err
		}
		if b {
			found = append(found, item)
		}
	}
	return value.Array(found), nil
}

func contains(list, v clixml.Value, caseSensitive bool) bool {
	items, ok := clixml.Elements(list)
	if !ok {
		items = []clixml.Value{list}
	}
	for _, item := range items {
		if value.Equal(item, v, caseSensitive) {
			return true
		}
	}
	return false
}

// maxPattern is how long a regular expression may be: it takes time to read it.
const maxPattern = 10_000

func compareOne(operator string, left, right clixml.Value, caseSensitive bool) (bool, error) {
	switch operator {
	case "eq":
		return value.Equal(left, right, caseSensitive), nil
	case "ne":
		return !value.Equal(left, right, caseSensitive), nil
	case "like":
		return value.Like(value.String(left), value.String(right), caseSensitive), nil
	case "notlike":
		return !value.Like(value.String(left), value.String(right), caseSensitive), nil
	case "match", "notmatch":
		text := value.String(right)
		if len(text) > maxPattern {
			return false, NewError("InvalidRegularExpression", clixml.InvalidArgument, nil, "A regular expression may have %d characters.", maxPattern)
		}
		pattern, err := value.Pattern(text, caseSensitive)
		if err != nil {
			return false, &Error{ID: "InvalidRegularExpression", Category: clixml.InvalidArgument, Err: err}
		}
		return pattern.MatchString(value.String(left)) == (operator == "match"), nil
	}
	n, err := value.Compare(left, right, caseSensitive)
	if err != nil {
		return false, err
	}
	switch operator {
	case "lt":
		return n < 0, nil
	case "le":
		return n <= 0, nil
	case "gt":
		return n > 0, nil
	}
	return n >= 0, nil
}
