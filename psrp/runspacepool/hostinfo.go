package runspacepool

import (
	"github.com/winrmd/winrmd/psrp/clixml"
)

// hostInfo is a HostInfo (2.2.3.14): what a server has to know of a host. Without
// one, a pipeline has the pool's.
func hostInfo(h Host, pipeline bool) *clixml.Object {
	var ui UI
	var raw RawUI
	if h != nil {
		ui = h.UI()
	}
	if ui != nil {
		raw = ui.RawUI()
	}
	o := bag(
		property("_isHostNull", clixml.Bool(h == nil)),
		property("_isHostUINull", clixml.Bool(ui == nil)),
		property("_isHostRawUINull", clixml.Bool(raw == nil)),
		property("_useRunspaceHost", clixml.Bool(h == nil && pipeline)),
	)
	if raw != nil {
		o.Extended = append(o.Extended, property("_hostDefaultData", bag(property("data", defaultData(raw.Data())))))
	}
	return o
}

// defaultData is a dictionary of what a console is like, each with its type.
func defaultData(d RawUIData) clixml.Dictionary {
	const host = "System.Management.Automation.Host."
	var entries clixml.Dictionary
	add := func(typeName string, v clixml.Value) {
		entries = append(entries, clixml.Entry{
			Key: clixml.Int32(len(entries)), Value: bag(property("T", clixml.String(typeName)), property("V", v)),
		})
	}
	add("System.ConsoleColor", clixml.Int32(d.ForegroundColor))
	add("System.ConsoleColor", clixml.Int32(d.BackgroundColor))
	add(host+"Coordinates", d.CursorPosition.object())
	add(host+"Coordinates", d.WindowPosition.object())
	add("System.Int32", clixml.Int32(d.CursorSize))
	add(host+"Size", d.BufferSize.object())
	add(host+"Size", d.WindowSize.object())
	add(host+"Size", d.MaxWindowSize.object())
	add(host+"Size", d.MaxPhysicalWindowSize.object())
	add("System.String", clixml.String(d.WindowTitle))
	return entries
}

func (c Coordinates) object() *clixml.Object {
	return bag(property("x", clixml.Int32(c.X)), property("y", clixml.Int32(c.Y)))
}

func (s Size) object() *clixml.Object {
	return bag(property("width", clixml.Int32(s.Width)), property("height", clixml.Int32(s.Height)))
}

func (k KeyInfo) object() *clixml.Object {
	return bag(
		property("virtualKeyCode", clixml.Int32(k.VirtualKeyCode)),
		property("character", clixml.Char(k.Character)),
		property("controlKeyState", clixml.Int32(k.ControlKeyState)),
		property("keyDown", clixml.Bool(k.KeyDown)),
	)
}

func (b BufferCell) object() *clixml.Object {
	return bag(
		property("character", clixml.Char(b.Character)),
		property("foregroundColor", clixml.Int32(b.ForegroundColor)),
		property("backgroundColor", clixml.Int32(b.BackgroundColor)),
		property("bufferCellType", clixml.Int32(b.Type)),
	)
}
