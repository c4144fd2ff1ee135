package clixml

import "fmt"

// RecordError says that a value is not the record that it is read as.
type RecordError struct {
	Record string // such as ErrorRecord
	Err    error  // a *PropertyError, or what else is wrong
}

// Error implements error.
func (e *RecordError) Error() string { return fmt.Sprintf("no %s: %v", e.Record, e.Err) }

// Unwrap returns the cause.
func (e *RecordError) Unwrap() error { return e.Err }

// recordReader reads properties of an object and keeps the first error. A
// property that is null is as one that is missing.
type recordReader struct {
	record string
	prefix string // of all properties' names
	object *Object
	err    error
}

// begin takes the object to be read.
func (r *recordReader) begin(v Value) {
	o, ok := v.(*Object)
	if !ok || o == nil {
		r.fail(fmt.Errorf("it is %s, not an object", typeName(v)))
		return
	}
	r.object = o
}

func (r *recordReader) fail(err error) {
	if r.err == nil {
		r.err = &RecordError{Record: r.record, Err: err}
	}
}

// get returns a property, nil if it is not there, which is an error if it is
// needed.
func (r *recordReader) get(name, want string, needed bool) Value {
	v, ok := r.object.Property(r.prefix + name)
	if needed && isNil(v) {
		e := &PropertyError{Name: r.prefix + name, Want: want, Missing: !ok}
		if ok {
			e.Have = typeName(v)
		}
		r.fail(e)
	}
	return v
}

func (r *recordReader) wrong(name, want string, v Value) {
	r.fail(&PropertyError{Name: r.prefix + name, Want: want, Have: typeName(v)})
}

// text reads a string. Whatever is no string is there by its text: PowerShell
// writes strings for what is too deep within an object.
func (r *recordReader) text(name string, needed bool) string {
	v := r.get(name, "S", needed)
	if isNil(v) {
		return ""
	}
	if s, ok := Base(v).(String); ok {
		return string(s)
	}
	return Text(v)
}

// number reads a whole number of 32 bits, or an enum's.
func (r *recordReader) number(name string, needed bool, missing int32) int32 {
	n := r.long(name, needed, int64(missing))
	if int64(int32(n)) != n {
		r.wrong(name, "I32", Int64(n))
	}
	return int32(n)
}

// long reads a whole number of 64 bits.
func (r *recordReader) long(name string, needed bool, missing int64) int64 {
	v := r.get(name, "I64", needed)
	if isNil(v) {
		return missing
	}
	n, ok := integer(Base(v))
	if !ok {
		r.wrong(name, "I64", v)
	}
	return n
}

// unsigned reads a whole number of 32 bits without a sign.
func (r *recordReader) unsigned(name string) uint32 {
	n := r.long(name, false, 0)
	if int64(uint32(n)) != n {
		r.wrong(name, "U32", Int64(n))
	}
	return uint32(n)
}

func (r *recordReader) boolean(name string, needed bool) bool {
	v := r.get(name, "B", needed)
	b, ok := Base(v).(Bool)
	if !ok && !isNil(v) {
		r.wrong(name, "B", v)
	}
	return bool(b)
}

// list reads the elements of a container; nil if there is none.
func (r *recordReader) list(name string) []Value {
	v := r.get(name, "LST", false)
	values, ok := Elements(v)
	if !ok && !isNil(v) {
		r.wrong(name, "LST", v)
	}
	return values
}

// numbers reads an int[]; nil if there is none.
func (r *recordReader) numbers(name string) []int32 {
	list := r.list(name)
	if list == nil {
		return nil
	}
	numbers := []int32{}
	for _, v := range list {
		n, ok := Base(v).(Int32)
		if !ok {
			r.wrong(name, "LST of I32", v)
		}
		numbers = append(numbers, int32(n))
	}
	return numbers
}

// integer is a whole number of any type that 64 bits with a sign hold.
func integer(v Value) (n int64, ok bool) {
	switch v := v.(type) {
	case Int32:
		return int64(v), true
	case Int64:
		return int64(v), true
	case UInt32:
		return int64(v), true
	case UInt64:
		return int64(v), v <= 1<<63-1
	case Int16:
		return int64(v), true
	case UInt16:
		return int64(v), true
	case Byte:
		return int64(v), true
	case SByte:
		return int64(v), true
	}
	return 0, false
}

// numbersObject is an int[] as PowerShell writes it; nil for nil.
func numbersObject(numbers []int32) Value {
	if numbers == nil {
		return nil
	}
	list := List{}
	for _, n := range numbers {
		list = append(list, Int32(n))
	}
	return &Object{TypeNames: []string{"System.Int32[]", "System.Array", "System.Object"}, Base: list}
}

// textOrNull is null for a string that is not there.
func textOrNull(s string) Value {
	if s == "" {
		return nil
	}
	return String(s)
}
