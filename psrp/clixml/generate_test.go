package clixml

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
)

// generatorOptions say what a generated value may hold.
type generatorOptions struct {
	// python leaves out what psrpcore cannot represent, or gets wrong; the
	// tests with it say why.
	python bool
	// engine leaves out what PowerShell changes as it reads.
	engine bool
}

const orderedDictionary = "System.Collections.Specialized.OrderedDictionary"

// generate makes a value from a seed.
func generate(seed uint64, options generatorOptions) Value {
	g := &generator{Rand: rand.New(rand.NewPCG(seed, 1)), options: options, left: 60}
	return g.value(0)
}

type generator struct {
	*rand.Rand
	options generatorOptions
	objects []*Object // complete ones, to refer to
	left    int       // values that may still be made
	count   int
}

func (g *generator) value(depth int) Value {
	g.left--
	n := g.IntN(10)
	switch {
	case depth == 0 && n > 1:
		return g.object(depth)
	case g.left <= 0 || depth > 6 || n < 5:
		return g.primitive()
	case n == 5 && len(g.objects) > 0:
		return g.objects[g.IntN(len(g.objects))]
	}
	return g.object(depth)
}

// primitive makes a primitive or null.
func (g *generator) primitive() Value {
	switch g.IntN(25) {
	case 0:
		return nil
	case 1:
		return Char(g.unit())
	case 2:
		return Bool(g.IntN(2) == 0)
	case 3:
		return Byte(g.Uint32())
	case 4:
		return SByte(g.Uint32())
	case 5:
		return UInt16(g.Uint32())
	case 6:
		return Int16(g.Uint32())
	case 7:
		return UInt32(g.Uint32() >> g.IntN(32))
	case 8:
		return Int32(g.Uint32()) >> g.IntN(32)
	case 9:
		return UInt64(g.Uint64() >> g.IntN(64))
	case 10:
		return Int64(g.Uint64()) >> g.IntN(64)
	case 11:
		return Single(math.Float32frombits(g.Uint32()))
	case 12:
		return Double(math.Float64frombits(g.Uint64()))
	case 13:
		return g.decimal()
	case 14:
		b := make(ByteArray, g.IntN(40))
		for i := range b {
			b[i] = byte(g.Uint32())
		}
		return b
	case 15:
		var id GUID
		for i := range id {
			id[i] = byte(g.Uint32())
		}
		return id
	case 16:
		return URI(fmt.Sprintf("https://host%d/%d?a=%d&b", g.IntN(100), g.IntN(100), g.IntN(100)))
	case 17:
		return g.version()
	case 18:
		return XMLDocument(fmt.Sprintf(`<a b="%d"><c>%d &amp; &lt;</c></a>`, g.IntN(1000), g.IntN(1000)))
	case 19:
		if g.options.engine {
			return nil // it reads a script block as a string
		}
		return ScriptBlock(g.text())
	case 20:
		if g.options.engine || g.options.python {
			return nil // wants a key
		}
		return SecureString("AAEC")
	case 21:
		return g.dateTime()
	case 22:
		return g.timeSpan()
	case 23:
		return g.progress()
	}
	return String(g.text())
}

func (g *generator) decimal() Value {
	d := Decimal{low: g.Uint64() >> g.IntN(64)}
	if g.IntN(2) == 0 {
		d.high = g.Uint32()
	}
	d.scale = uint8(g.IntN(maxScale + 1))
	if g.options.python {
		d.scale %= 7 // it would write an exponent
	}
	d.negative = g.IntN(2) == 0 && (d.low != 0 || d.high != 0)
	return d
}

func (g *generator) version() Value {
	v := Version{int32(g.IntN(100)), int32(g.IntN(100)), -1, -1}
	if g.IntN(2) == 0 {
		v.Build = g.Int32()
		if g.IntN(2) == 0 {
			v.Revision = g.Int32()
		}
	}
	return v
}

func (g *generator) dateTime() Value {
	d := DateTime{Ticks: g.Int64N(MaxTicks), Kind: DateTimeKind(g.IntN(3))}
	if g.options.python {
		// Its years have no leading zeros.
		d.Ticks = MaxTicks/2 + g.Int64N(MaxTicks/4)
	}
	if g.IntN(2) == 0 {
		d.Ticks -= d.Ticks % ticksPerSecond
	}
	if d.Kind == DateTimeLocal {
		d.Offset = int16(g.IntN(2*14*60+1) - 14*60)
		if g.options.engine {
			d.Offset, d.Ticks = 0, d.Ticks/2+MaxTicks/4 // reads in its own zone
		}
	}
	return d
}

func (g *generator) timeSpan() Value {
	t := TimeSpan(int64(g.Uint64()) >> g.IntN(64))
	if g.IntN(2) == 0 {
		t -= t % TimeSpan(ticksPerSecond)
	}
	if g.options.python && t%TimeSpan(10*ticksPerSecond) == 0 {
		t++ // it would take the zeros from 10 s
	}
	return t
}

func (g *generator) progress() Value {
	p := &ProgressRecord{
		Activity: "a" + g.text(), ActivityID: int32(g.IntN(1000)), StatusDescription: "s" + g.text(),
		ParentActivityID: -1, PercentComplete: int32(g.IntN(102) - 1), SecondsRemaining: int32(g.IntN(1000) - 1),
		Completed: g.IntN(2) == 0,
	}
	if g.IntN(2) == 0 {
		p.CurrentOperation = "o" + g.text()
	}
	return p
}

// text makes a string of all sorts of characters.
func (g *generator) text() string {
	var b []byte
	for range g.IntN(12) {
		switch g.IntN(6) {
		case 0:
			b = append(b, "_x0041_ <&>\"'x_X"[g.IntN(16)])
		case 1:
			b = appendDecodedUnit(b, g.unit())
		case 2:
			b = append(b, string(rune(0x10000+g.IntN(0x100000)))...)
		case 3:
			b = append(b, string(rune(g.IntN(0xa0)))...)
		default:
			b = append(b, byte('a'+g.IntN(26)))
		}
	}
	return string(b)
}

// unit makes any unit of UTF-16.
func (g *generator) unit() uint16 {
	for {
		u := uint16(g.Uint32())
		// Those that psrpcore writes as they are, which is no XML.
		// PowerShell reads, but cannot write the last two either.
		if u < 0xd900 || u > 0xdbff && u < 0xfffe || g.options == (generatorOptions{}) {
			return u
		}
	}
}

// name makes the name of a property, a different one each time.
func (g *generator) name() string {
	g.count++
	return fmt.Sprintf("%s%d", g.text(), g.count)
}

func (g *generator) object(depth int) Value {
	o := &Object{}
	switch {
	case g.IntN(8) > 0 || g.options.engine || g.options.python:
		n, more := g.IntN(4), 1+g.IntN(2)
		if g.options.python {
			more = 1 + n%2 // it refers to all names by the first
		}
		o.TypeNames = []string{fmt.Sprintf("Contoso.T%d", n), "System.Object"}[:more]
		if g.options.engine {
			// It reads any other dictionary into one without an order.
			o.TypeNames = []string{orderedDictionary, fmt.Sprintf("Contoso.T%d", n)}
		}
	case g.IntN(2) == 0:
		o.TypeNames = []string{}
	}
	if g.IntN(3) == 0 {
		s := g.text()
		if g.options.python {
			s = "t " + strconv.Itoa(g.IntN(1000)) // it writes this without escapes
		}
		o.ToString = &s
	}
	kind := g.IntN(9)
	self := g.IntN(20) == 0 && !g.options.python && !g.options.engine
	if self {
		g.objects = append(g.objects, o) // before what it holds
	}
	switch kind {
	case 0:
		o.Base = g.uniquePrimitive()
	case 1:
		o.Base = List(g.values(depth))
	case 2:
		o.Base = Stack(g.values(depth))
	case 3:
		o.Base = Queue(g.values(depth))
	case 4:
		o.Base = Enumerable(g.values(depth))
	case 5:
		o.Base = g.dictionary(depth)
	case 6:
		if !g.options.python && !g.options.engine {
			o.Base = g.object(depth + 1)
			if x, ok := o.Base.(*Object); ok {
				g.forget(x) // nothing can stand on what something else holds
			}
		}
	}
	if isContainer(o.Base) && (g.options.python || g.options.engine) {
		o.ToString = nil // neither writes it
	}
	g.members(o, kind, depth)
	_, isNumber := o.Base.(Int32)
	if !self && (!isContainer(o.Base) && !isNumber || !g.options.python) { // those it writes each time anew
		g.objects = append(g.objects, o)
	}
	return o
}

// forget takes x from what may be referred to.
func (g *generator) forget(x *Object) {
	for i, o := range g.objects {
		if o == x {
			g.objects = append(g.objects[:i], g.objects[i+1:]...)
			return
		}
	}
}

// members makes the properties of an object.
func (g *generator) members(o *Object, kind, depth int) {
	if kind > 5 && g.IntN(2) == 0 {
		o.Adapted = g.properties(depth)
	}
	if g.IntN(2) == 0 || kind == 0 {
		o.Extended = g.properties(depth)
		if g.IntN(8) == 0 && !g.options.python && !g.options.engine {
			o.Extended = append(o.Extended, Property{g.name(), MemberSet(g.properties(depth))})
		}
	}
	if o.Extended == nil && kind == 0 {
		o.Extended = Properties{{g.name(), Int32(1)}}
	}
}

// uniquePrimitive makes one that is not null, and none twice.
func (g *generator) uniquePrimitive() Value {
	g.count++
	if g.IntN(2) == 0 {
		return Int32(g.count)
	}
	return String(fmt.Sprintf("%s %d", g.text(), g.count))
}

func (g *generator) values(depth int) []Value {
	list := []Value{}
	for range g.IntN(5) {
		list = append(list, g.value(depth+1))
	}
	return list
}

func (g *generator) dictionary(depth int) Value {
	d := Dictionary{}
	for range g.IntN(4) {
		d = append(d, Entry{g.uniquePrimitive(), g.value(depth + 1)})
	}
	return d
}

func (g *generator) properties(depth int) Properties {
	var p Properties
	for range 1 + g.IntN(4) {
		p = append(p, Property{g.name(), g.value(depth + 1)})
	}
	return p
}
