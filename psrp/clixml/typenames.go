package clixml

// Names of types that PowerShell knows when it reads them. The slices are
// shared: do not change them.
var (
	typesCustomObject   = []string{"System.Management.Automation.PSCustomObject", "System.Object"}
	typesArrayList      = []string{"System.Collections.ArrayList", "System.Object"}
	typesStack          = []string{"System.Collections.Stack", "System.Object"}
	typesQueue          = []string{"System.Collections.Queue", "System.Object"}
	typesArray          = []string{"System.Object[]", "System.Array", "System.Object"}
	typesHashtable      = []string{"System.Collections.Hashtable", "System.Object"}
	typesPrimitiveTable = []string{
		"System.Management.Automation.PSPrimitiveDictionary", "System.Collections.Hashtable", "System.Object",
	}
)

// containerTypes are the type names of a container that nothing else names.
func containerTypes(v Value) []string {
	switch v.(type) {
	case Stack:
		return typesStack
	case Queue:
		return typesQueue
	case Enumerable:
		return typesArray
	case Dictionary:
		return typesHashtable
	}
	return typesArrayList
}

// NewCustomObject makes a PSCustomObject with extended properties, as
// [pscustomobject]@{…} does.
func NewCustomObject(properties ...Property) *Object {
	return &Object{TypeNames: typesCustomObject, Extended: properties}
}

// NewPrimitiveDictionary makes a PSPrimitiveDictionary, which is what PowerShell
// takes as application arguments and private data (2.2.3.18). Its keys are
// strings, and its values should be primitives, containers of them, or
// dictionaries like it.
func NewPrimitiveDictionary(entries ...Entry) *Object {
	return &Object{TypeNames: typesPrimitiveTable, Base: Dictionary(entries)}
}

// NewEnum makes a value of an enum type (2.2.5.2.7) with its full type name,
// the name of the value and its number. The number is an Int32 for nearly all
// enums of .NET; others have the type that they stand on.
func NewEnum(typeName, name string, number Value) *Object {
	return &Object{
		TypeNames: []string{typeName, "System.Enum", "System.ValueType", "System.Object"},
		ToString:  &name,
		Base:      number,
	}
}
