package clixml

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// lacks skips a test, which must not happen where everything is to be tested.
func lacks(t testing.TB, what string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatalf("there is no %s", what)
	}
	t.Skipf("there is no %s", what)
}

func mustParse(t testing.TB, document string) Value {
	t.Helper()
	v, err := Parse([]byte(document))
	require.NoError(t, err, document)
	return v
}

func mustAppend(t testing.TB, v Value) string {
	t.Helper()
	b, err := Append(nil, v)
	require.NoError(t, err)
	return string(b)
}

// difference says where two values differ, types, order, identity of objects
// and nil sets of properties included; empty if they do not.
func difference(a, b Value) string {
	c := comparison{as: map[*Object]*Object{}, bs: map[*Object]*Object{}}
	return c.values("value", a, b)
}

// comparison knows which objects of one side are which of the other.
type comparison struct{ as, bs map[*Object]*Object }

func (c *comparison) values(path string, a, b Value) string {
	a, b = asObject(a), asObject(b)
	if isNil(a) && isNil(b) {
		return ""
	}
	x, isObject := a.(*Object)
	if y, ok := b.(*Object); isObject && ok && x != nil && y != nil {
		return c.objects(path, x, y)
	}
	return c.bases(path, a, b)
}

// asObject is what a container by itself is read back as.
func asObject(v Value) Value {
	if isContainer(v) {
		return &Object{TypeNames: containerTypes(v), Base: v}
	}
	return v
}

func (c *comparison) objects(path string, a, b *Object) string {
	if c.as[a] != nil || c.bs[b] != nil {
		if c.as[a] == b && c.bs[b] == a {
			return ""
		}
		return path + ": not the same object again"
	}
	c.as[a], c.bs[b] = b, a
	if (a.TypeNames == nil) != (b.TypeNames == nil) || strings.Join(a.TypeNames, "|") != strings.Join(b.TypeNames, "|") {
		return fmt.Sprintf("%s: type names %q and %q", path, a.TypeNames, b.TypeNames)
	}
	if (a.ToString == nil) != (b.ToString == nil) || a.ToString != nil && *a.ToString != *b.ToString {
		return path + ": ToString differs"
	}
	if d := c.bases(path, a.Base, b.Base); d != "" {
		return d
	}
	if d := c.properties(path+".adapted", a.Adapted, b.Adapted); d != "" {
		return d
	}
	return c.properties(path+".extended", a.Extended, b.Extended)
}

// bases compares what is no object, or an object that another stands on.
func (c *comparison) bases(path string, a, b Value) string {
	if isNil(a) && isNil(b) {
		return ""
	}
	if fmt.Sprintf("%T", a) != fmt.Sprintf("%T", b) {
		return fmt.Sprintf("%s: %T and %T", path, a, b)
	}
	if x, ok := a.(*Object); ok {
		return c.objects(path, x, b.(*Object))
	}
	if x, ok := a.(Dictionary); ok {
		return c.entries(path, x, b.(Dictionary))
	}
	if x, ok := a.(MemberSet); ok {
		return c.properties(path, Properties(x), Properties(b.(MemberSet)))
	}
	if x, ok := items(a); ok {
		y, _ := items(b)
		if len(x) != len(y) {
			return fmt.Sprintf("%s: %d and %d items", path, len(x), len(y))
		}
		for i := range x {
			if d := c.values(fmt.Sprintf("%s[%d]", path, i), x[i], y[i]); d != "" {
				return d
			}
		}
		return ""
	}
	// %#v tells -0 from 0, NaN is NaN, and nil bytes are no bytes.
	show := func(v Value) string {
		if p, ok := v.(*ProgressRecord); ok {
			return fmt.Sprintf("%#v", *p)
		}
		if b, ok := v.(ByteArray); ok {
			return fmt.Sprintf("%x", []byte(b))
		}
		return fmt.Sprintf("%#v", v)
	}
	if show(a) != show(b) {
		return fmt.Sprintf("%s: %s and %s", path, show(a), show(b))
	}
	return ""
}

func (c *comparison) entries(path string, a, b Dictionary) string {
	if len(a) != len(b) {
		return fmt.Sprintf("%s: %d and %d entries", path, len(a), len(b))
	}
	for i := range a {
		at := fmt.Sprintf("%s{%d}", path, i)
		if d := c.values(at+".key", a[i].Key, b[i].Key); d != "" {
			return d
		}
		if d := c.values(at+".value", a[i].Value, b[i].Value); d != "" {
			return d
		}
	}
	return ""
}

func (c *comparison) properties(path string, a, b Properties) string {
	if (a == nil) != (b == nil) || len(a) != len(b) {
		return fmt.Sprintf("%s: %d and %d properties", path, len(a), len(b))
	}
	for i := range a {
		if a[i].Name != b[i].Name {
			return fmt.Sprintf("%s: names %q and %q", path, a[i].Name, b[i].Name)
		}
		if d := c.values(path+"."+a[i].Name, a[i].Value, b[i].Value); d != "" {
			return d
		}
	}
	return ""
}
