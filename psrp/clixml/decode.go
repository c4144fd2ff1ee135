package clixml

import (
	"bytes"
	"errors"
)

// Parse reads the one value that data holds, as the content of a message does,
// with or without a byte order mark before it. Only the default Limits hold.
// Errors are *Error. See [Limits.Parse] for values that come with an error.
func Parse(data []byte) (Value, error) { return Limits{}.Parse(data) }

// Parse reads the one value that data holds. Where a limit is reached, it
// returns what was read up to there beside an *Error that wraps a *LimitError:
// enough to show the beginning of something large. With any other error the
// Value is nil.
func (l Limits) Parse(data []byte) (Value, error) {
	d := newDecoder(data, l)
	v, err := d.document()
	var limit *LimitError
	if err != nil && !errors.As(err, &limit) {
		return nil, err
	}
	return v, err
}

var byteOrderMark = []byte("\xEF\xBB\xBF")

// decoder reads the values of one document.
type decoder struct {
	*scanner
	maxElements int
	left        int // elements that may still come
	depth       int
	unknown     bool // elements of newer versions may stand in objects
	objects     references[*Object]
	types       references[[]string]
	names       *nameCache
}

func newDecoder(data []byte, l Limits) *decoder {
	l = l.orDefaults()
	data = bytes.TrimPrefix(data, byteOrderMark)
	cut := len(data) > l.MaxSize
	if cut {
		data = data[:l.MaxSize]
	}
	d := &decoder{scanner: newScanner(data, l.MaxDepth), maxElements: l.MaxElements, left: l.MaxElements}
	d.cut = cut
	return d
}

// document reads a document whose root is the value.
func (d *decoder) document() (Value, error) {
	if err := d.root(); err != nil {
		return nil, err
	}
	v, err := d.value()
	if err == nil {
		err = d.finish()
	}
	return v, err
}

// value reads the value of the element that was just entered, and leaves it.
// With an error of a limit it returns what there is.
func (d *decoder) value() (Value, error) {
	if d.depth == d.maxDepth {
		return nil, d.failWith(d.pos, &LimitError{Name: "MaxDepth", Limit: d.maxDepth})
	}
	if err := d.count(); err != nil {
		return nil, err
	}
	d.depth++
	defer func() { d.depth-- }()
	name := d.open[len(d.open)-1].name
	switch string(name) {
	case "Nil":
		return nil, d.none()
	case "Ref":
		return d.reference()
	case "Obj":
		return d.object()
	}
	v, known, err := d.primitive(name)
	if !known {
		err = d.fail(d.pos, "element %s is no value", name)
	}
	return v, err
}

// count counts an element.
func (d *decoder) count() error {
	if d.left == 0 {
		return d.failWith(d.pos, &LimitError{Name: "MaxElements", Limit: d.maxElements})
	}
	d.left--
	return nil
}

// reference reads a Ref (2.2.5.2.2).
func (d *decoder) reference() (Value, error) {
	at := d.pos
	id, ok, err := d.attributeText("RefId")
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, d.missing(at, "RefId")
	}
	o, ok := d.objects.get(id)
	if !ok {
		return nil, d.fail(at, "there is no object %.20q before this reference to it", id)
	}
	return o, d.none()
}

// references are what RefIds stand for. They are numbers that count from 0 in
// nearly all documents, but may be any text. The last one of a name counts.
type references[T any] struct {
	list  []T
	names map[string]T
}

func (r *references[T]) get(id string) (v T, ok bool) {
	if v, ok = r.names[id]; ok {
		return v, true
	}
	if n, ok := smallNumber(id); ok && n < len(r.list) {
		return r.list[n], true
	}
	return v, false
}

func (r *references[T]) set(id string, v T) {
	n, ok := smallNumber(id)
	_, named := r.names[id]
	switch {
	case ok && !named && n < len(r.list):
		r.list[n] = v
	case ok && !named && n == len(r.list):
		r.list = append(r.list, v)
	default:
		if r.names == nil {
			r.names = map[string]T{}
		}
		r.names[id] = v
	}
}

// smallNumber reads a number as it is written by its shortest digits.
func smallNumber(s string) (n int, ok bool) {
	if len(s) == 0 || len(s) > 9 || s[0] == '0' && len(s) > 1 {
		return 0, false
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		n = n*10 + int(s[i]-'0')
	}
	return n, true
}

// missing is an error for an attribute that is not there.
func (d *decoder) missing(at int, name string) error {
	return d.fail(at, "attribute %s is missing", name)
}
