package clixml

// Value is a value of PowerShell: nil for $null, one of the primitive types, an
// *Object, or one of the containers. Only types of this package are Values.
type Value interface {
	// element is the name of the element that holds the value.
	element() string
}

// The primitive types (2.2.5.1). Those over Go's numbers have exactly the range
// of the .NET type of that name.
type (
	String       string  // S (2.2.5.1.1): UTF-8, halves of surrogate pairs as the package comment says
	Char         uint16  // C (2.2.5.1.2): a unit of UTF-16
	Bool         bool    // B (2.2.5.1.3)
	Byte         uint8   // By (2.2.5.1.6)
	SByte        int8    // SB (2.2.5.1.7)
	UInt16       uint16  // U16 (2.2.5.1.8)
	Int16        int16   // I16 (2.2.5.1.9)
	UInt32       uint32  // U32 (2.2.5.1.10)
	Int32        int32   // I32 (2.2.5.1.11)
	UInt64       uint64  // U64 (2.2.5.1.12)
	Int64        int64   // I64 (2.2.5.1.13)
	Single       float32 // Sg (2.2.5.1.14)
	Double       float64 // Db (2.2.5.1.15)
	ByteArray    []byte  // BA (2.2.5.1.17)
	URI          string  // URI (2.2.5.1.19): not parsed
	XMLDocument  string  // XD (2.2.5.1.22): a document as text, not parsed
	ScriptBlock  string  // SBK (2.2.5.1.23): its text
	SecureString string  // SS (2.2.5.1.24): encrypted, see SessionKey
)

// The containers (2.2.5.2.6). In a document a container stands in an object;
// one that is a property or an element by itself is written as an object with
// the type name that PowerShell gives to such a container, and reads back as
// an *Object on it.
type (
	List       []Value // LST
	Stack      []Value // STK, from top to bottom
	Queue      []Value // QUE, from first to last
	Enumerable []Value // IE
	Dictionary []Entry // DCT, in the document's order
)

// Entry is an entry of a Dictionary. Key is not nil. Nothing keeps two keys
// from being the same.
type Entry struct{ Key, Value Value }

// Get returns the value of the first entry whose key is a String that is equal
// to key but for case, as in PowerShell; ok is false if there is none.
func (d Dictionary) Get(key string) (v Value, ok bool) {
	for _, e := range d {
		if s, isString := Base(e.Key).(String); isString && foldEqual(string(s), key) {
			return e.Value, true
		}
	}
	return nil, false
}

// MemberSet is a set of members (2.2.5.2.9) that is itself a member: the value
// of an extended property, and nothing else.
type MemberSet []Property

func (String) element() string          { return "S" }
func (Char) element() string            { return "C" }
func (Bool) element() string            { return "B" }
func (DateTime) element() string        { return "DT" }
func (TimeSpan) element() string        { return "TS" }
func (Byte) element() string            { return "By" }
func (SByte) element() string           { return "SB" }
func (UInt16) element() string          { return "U16" }
func (Int16) element() string           { return "I16" }
func (UInt32) element() string          { return "U32" }
func (Int32) element() string           { return "I32" }
func (UInt64) element() string          { return "U64" }
func (Int64) element() string           { return "I64" }
func (Single) element() string          { return "Sg" }
func (Double) element() string          { return "Db" }
func (Decimal) element() string         { return "D" }
func (ByteArray) element() string       { return "BA" }
func (GUID) element() string            { return "G" }
func (URI) element() string             { return "URI" }
func (Version) element() string         { return "Version" }
func (XMLDocument) element() string     { return "XD" }
func (ScriptBlock) element() string     { return "SBK" }
func (SecureString) element() string    { return "SS" }
func (*ProgressRecord) element() string { return "PR" }
func (*Object) element() string         { return "Obj" }
func (List) element() string            { return "LST" }
func (Stack) element() string           { return "STK" }
func (Queue) element() string           { return "QUE" }
func (Enumerable) element() string      { return "IE" }
func (Dictionary) element() string      { return "DCT" }
func (MemberSet) element() string       { return "MS" }

// Elements are the elements of a container that has no keys, also of one that an
// Object stands on: what a pipeline or foreach takes apart. ok is false for all
// other values, also for strings and dictionaries.
func Elements(v Value) (values []Value, ok bool) { return items(Base(v)) }

// items are the elements of a container that has no keys; ok is false for any
// other value.
func items(v Value) (values []Value, ok bool) {
	switch v := v.(type) {
	case List:
		return v, true
	case Stack:
		return v, true
	case Queue:
		return v, true
	case Enumerable:
		return v, true
	}
	return nil, false
}

// isContainer reports whether v is a container with or without keys.
func isContainer(v Value) bool {
	_, isDictionary := v.(Dictionary)
	_, isList := items(v)
	return isDictionary || isList
}
