package clixml

// object writes an Obj, or a Ref to one that was written.
func (e *encoder) object(o *Object, l label) error {
	if id, ok := e.objects[o]; ok {
		e.open("Ref", l)
		e.refID(id)
		e.dst = append(e.dst, " />"...)
		return nil
	}
	if e.objects == nil {
		e.objects = map[*Object]int{}
	}
	e.objects[o] = e.next
	e.open("Obj", l)
	e.refID(e.next)
	e.next++
	e.dst = append(e.dst, '>')
	e.typeNames(o.TypeNames)
	if o.ToString != nil {
		e.text("ToString", *o.ToString)
	}
	err := e.base(o.Base)
	if err == nil {
		err = e.properties("Props", o.Adapted)
	}
	if err == nil {
		err = e.members("MS", label{}, o.Extended)
	}
	e.end("Obj")
	return err
}

// typeNames writes a TN, or a TNRef if these names were written.
func (e *encoder) typeNames(names []string) {
	if names == nil {
		return
	}
	e.key = e.key[:0]
	for _, name := range names {
		e.key = append(append(e.key, name...), 0)
	}
	id, ok := e.types[string(e.key)]
	if ok {
		e.open("TNRef", label{})
		e.refID(id)
		e.dst = append(e.dst, " />"...)
		return
	}
	if e.types == nil {
		e.types = map[string]int{}
	}
	id = len(e.types)
	e.types[string(e.key)] = id
	e.open("TN", label{})
	e.refID(id)
	e.dst = append(e.dst, '>')
	for _, name := range names {
		e.text("T", name)
	}
	e.end("TN")
}

// base writes what an object stands on.
func (e *encoder) base(v Value) error {
	if isNil(v) {
		return nil
	}
	if d, ok := v.(Dictionary); ok {
		return e.dictionary(d)
	}
	values, ok := items(v)
	switch {
	case !ok:
		o, isObject := v.(*Object)
		if !isObject {
			return e.primitive(v, label{}) // no depth of its own, as in PowerShell
		}
		if e.written(o) {
			return &RangeError{Type: "PSObject", Text: typeName(v), Reason: "an object cannot stand on one that is written before it"}
		}
		return e.value(v, label{})
	case len(values) == 0:
		e.empty(v.element(), label{})
		return nil
	}
	e.begin(v.element(), label{})
	for _, item := range values {
		if err := e.value(item, label{}); err != nil {
			return err
		}
	}
	e.end(v.element())
	return nil
}

// written reports whether o has a RefId: only a Ref to it can follow, which no
// object can stand on.
func (e *encoder) written(o *Object) bool {
	_, ok := e.objects[o]
	return ok
}

func (e *encoder) dictionary(d Dictionary) error {
	if len(d) == 0 {
		e.empty("DCT", label{})
		return nil
	}
	e.begin("DCT", label{})
	for _, entry := range d {
		if isNil(entry.Key) {
			return &RangeError{Type: "Hashtable", Text: "", Reason: "a key is null"}
		}
		e.begin("En", label{})
		if err := e.value(entry.Key, label{name: "Key", named: true}); err != nil {
			return err
		}
		if err := e.value(entry.Value, label{name: "Value", named: true}); err != nil {
			return err
		}
		e.end("En")
	}
	e.end("DCT")
	return nil
}

// properties writes a set of properties; nothing for nil.
func (e *encoder) properties(name string, p Properties) error {
	if p == nil {
		return nil
	}
	if len(p) == 0 {
		e.empty(name, label{})
		return nil
	}
	e.begin(name, label{})
	for i := range p {
		if err := e.value(p[i].Value, label{name: p[i].Name, named: true}); err != nil {
			return err
		}
	}
	e.end(name)
	return nil
}

// members writes a set of extended properties, some of which may be member sets
// themselves.
func (e *encoder) members(name string, l label, p Properties) error {
	if p == nil {
		return nil
	}
	if len(p) == 0 {
		e.empty(name, l)
		return nil
	}
	e.begin(name, l)
	for i := range p {
		inner := label{name: p[i].Name, named: true}
		var err error
		if set, ok := p[i].Value.(MemberSet); ok {
			err = e.memberSet(inner, set)
		} else {
			err = e.value(p[i].Value, inner)
		}
		if err != nil {
			return err
		}
	}
	e.end(name)
	return nil
}

func (e *encoder) memberSet(l label, set MemberSet) error {
	if e.depth == MaxEncodedDepth {
		return &LimitError{Name: "MaxEncodedDepth", Limit: MaxEncodedDepth}
	}
	e.depth++
	defer func() { e.depth-- }()
	if set == nil {
		set = MemberSet{}
	}
	return e.members("MS", l, Properties(set))
}
