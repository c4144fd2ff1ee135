package clixml

// object reads an Obj (2.2.5.2).
func (d *decoder) object() (Value, error) {
	o := &Object{}
	id, ok, err := d.attributeText("RefId")
	if err != nil {
		return nil, err
	}
	if ok {
		d.objects.set(id, o) // before what it holds, which may refer to it
	}
	for {
		more, err := d.child()
		if err != nil || !more {
			return o, err
		}
		if err := d.part(o); err != nil {
			return o, err
		}
	}
}

// part reads one of the elements that an object consists of.
func (d *decoder) part(o *Object) (err error) {
	name := d.open[len(d.open)-1].name
	switch string(name) {
	case "TN":
		o.TypeNames, err = d.typeNames()
	case "TNRef":
		o.TypeNames, err = d.typeReference()
	case "ToString":
		var text []byte
		if text, err = d.text(); err == nil {
			s := unescape(text)
			o.ToString = &s
		}
	case "Props":
		err = d.properties(&o.Adapted, false)
	case "MS":
		err = d.properties(&o.Extended, true)
	default:
		return d.base(o, name)
	}
	return err
}

// base reads what an object stands on.
func (d *decoder) base(o *Object, name []byte) error {
	at := d.pos
	if o.Base != nil {
		return d.fail(at, "element %s, where the object already stands on %s", name, typeName(o.Base))
	}
	v, known, err := d.container(name)
	if !known && string(name) == "Obj" {
		known = true
		v, err = d.value()
	} else if !known {
		v, known, err = d.primitive(name)
	}
	switch {
	case known:
		o.Base = v
		return err
	case d.unknown:
		return d.skip()
	}
	return d.fail(at, "element %s is no part of an object", name)
}

// typeNames reads a TN (2.2.5.2.3).
func (d *decoder) typeNames() ([]string, error) {
	id, ok, err := d.attributeText("RefId")
	if err != nil {
		return nil, err
	}
	names := []string{}
	for {
		more, err := d.child()
		if err != nil {
			return names, err
		}
		if !more {
			break
		}
		if name := d.open[len(d.open)-1].name; string(name) != "T" {
			return names, d.fail(d.pos, "element %s among type names", name)
		}
		if err := d.count(); err != nil {
			return names, err
		}
		text, err := d.text()
		if err != nil {
			return names, err
		}
		names = append(names, unescape(text))
	}
	if ok {
		d.types.set(id, names)
	}
	return names, nil
}

// typeReference reads a TNRef.
func (d *decoder) typeReference() ([]string, error) {
	at := d.pos
	id, ok, err := d.attributeText("RefId")
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, d.missing(at, "RefId")
	}
	names, ok := d.types.get(id)
	if !ok {
		return nil, d.fail(at, "there are no type names %.20q before this reference to them", id)
	}
	return names, d.none()
}

// properties reads the properties within the open element into list. Only
// extended ones may be member sets.
func (d *decoder) properties(list *Properties, extended bool) error {
	if *list == nil {
		*list = Properties{}
	}
	for {
		more, err := d.child()
		if err != nil || !more {
			return err
		}
		p := Property{}
		if p.Name, err = d.name(); err != nil {
			return err
		}
		if extended && string(d.open[len(d.open)-1].name) == "MS" {
			p.Value, err = d.memberSet()
		} else {
			p.Value, err = d.value()
		}
		if err == nil || p.Value != nil {
			*list = append(*list, p)
		}
		if err != nil {
			return err
		}
	}
}

// memberSet reads an MS that is a member itself.
func (d *decoder) memberSet() (Value, error) {
	if d.depth == d.maxDepth {
		return nil, d.failWith(d.pos, &LimitError{Name: "MaxDepth", Limit: d.maxDepth})
	}
	if err := d.count(); err != nil {
		return nil, err
	}
	d.depth++
	defer func() { d.depth-- }()
	members := Properties{}
	err := d.properties(&members, true)
	return MemberSet(members), err
}

// nameCache keeps names of properties, most of which come again and again. A
// name takes the place of another with the same hash.
type nameCache [128]string

// get returns raw as a string, unless there is something to be decoded in it.
func (c *nameCache) get(raw []byte) (name string, ok bool) {
	hash := uint32(2166136261) // FNV-1a
	for _, b := range raw {
		if b == '_' || b == '&' || b < ' ' {
			return "", false
		}
		hash = (hash ^ uint32(b)) * 16777619
	}
	place := &c[hash%uint32(len(c))]
	if *place != string(raw) {
		*place = string(raw)
	}
	return *place, true
}

// name returns the decoded attribute N of the open element.
func (d *decoder) name() (string, error) {
	raw := d.open[len(d.open)-1].label
	if raw != nil {
		if d.names == nil {
			d.names = &nameCache{}
		}
		if name, ok := d.names.get(raw); ok {
			return name, nil
		}
	}
	name, ok, err := d.attributeText("N")
	if err == nil && !ok {
		err = d.missing(d.pos, "N")
	}
	return name, err
}
