package clixml

// container reads a container (2.2.5.2.6) if that is what the open element is.
func (d *decoder) container(name []byte) (v Value, known bool, err error) {
	switch string(name) {
	case "LST":
		list, err := d.list()
		return List(list), true, err
	case "STK":
		list, err := d.list()
		return Stack(list), true, err
	case "QUE":
		list, err := d.list()
		return Queue(list), true, err
	case "IE":
		list, err := d.list()
		return Enumerable(list), true, err
	case "DCT":
		entries, err := d.entries()
		return Dictionary(entries), true, err
	}
	return nil, false, nil
}

// list reads the values within the open element.
func (d *decoder) list() ([]Value, error) {
	values := []Value{}
	for {
		more, err := d.child()
		if err != nil || !more {
			return values, err
		}
		v, err := d.value()
		if err != nil && v == nil {
			return values, err
		}
		values = append(values, v)
		if err != nil {
			return values, err
		}
	}
}

// entries reads the entries of a dictionary.
func (d *decoder) entries() ([]Entry, error) {
	entries := []Entry{}
	for {
		more, err := d.child()
		if err != nil || !more {
			return entries, err
		}
		if name := d.open[len(d.open)-1].name; string(name) != "En" {
			return entries, d.fail(d.pos, "element %s in a dictionary, which holds En only", name)
		}
		if err := d.count(); err != nil {
			return entries, err
		}
		e, err := d.entry()
		if err == nil || e.Key != nil {
			entries = append(entries, e)
		}
		if err != nil {
			return entries, err
		}
	}
}

// entry reads an En: a value named Key, then one named Value.
func (d *decoder) entry() (e Entry, err error) {
	at := d.pos
	if e.Key, err = d.entryPart("Key"); err != nil {
		return Entry{}, err
	}
	if e.Key == nil {
		return e, d.fail(at, "a key is null")
	}
	if e.Value, err = d.entryPart("Value"); err != nil {
		return e, err
	}
	at = d.pos
	more, err := d.child()
	if err == nil && more {
		err = d.fail(at, "an element after the value of an entry")
	}
	return e, err
}

func (d *decoder) entryPart(want string) (Value, error) {
	at := d.pos
	more, err := d.child()
	if err != nil {
		return nil, err
	}
	if !more {
		return nil, d.fail(at, "an entry has no %s", want)
	}
	name, err := d.name()
	if err != nil {
		return nil, err
	}
	if !foldEqual(name, want) {
		return nil, d.fail(at, "the attribute N is %.40q, not %s", name, want)
	}
	return d.value()
}
