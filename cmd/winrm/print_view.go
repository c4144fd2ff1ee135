package main

import (
	"fmt"
	"strings"

	"github.com/winrmd/winrmd/psrp/clixml"
)

// view is how objects of a type are shown where nobody has said how: the default
// view that PowerShell has of them. A server sends no views, and a client of PowerShell
// takes its own; these are the ones of the types that are met most.
type view struct {
	types []string
	// where, if not "", is a property without which the view is not for an object.
	where string
	// group is what a table's objects have in common, written above it; nil for nothing.
	group   func(o *clixml.Object) string
	columns []viewColumn
}

// viewColumn is a column of a view: a property, or what is made of an object.
type viewColumn struct {
	label, property string
	right           bool
	width           int // at least
	text            func(o *clixml.Object) clixml.Value
}

// sizeWidth is for files that come after the ones that a table's columns are made of.
const sizeWidth = 12

// newViews makes the views; the first that is for an object is its.
func newViews() []view {
	files := []string{"System.IO.FileInfo", "System.IO.DirectoryInfo"}
	return []view{
		{types: files, where: "UnixMode", group: directoryOf, columns: []viewColumn{
			{label: "UnixMode"}, {label: "User"}, {label: "Group"}, moment("LastWriteTime"), {label: "Size", right: true, width: sizeWidth}, {label: "Name", text: linked},
		}},
		{types: files, where: "Mode", group: directoryOf, columns: []viewColumn{
			{label: "Mode"}, moment("LastWriteTime"), {label: "Length", right: true, width: sizeWidth}, {label: "Name", text: linked},
		}},
		{types: []string{"System.Diagnostics.Process"}, where: "Id", columns: []viewColumn{
			share("NPM(K)", "NPM", 1<<10), share("PM(M)", "PM", 1<<20), share("WS(M)", "WS", 1<<20),
			share("CPU(s)", "CPU", 1), {label: "Id", right: true}, {label: "SI", right: true}, {label: "ProcessName"},
		}},
		{types: []string{"System.ServiceProcess.ServiceController"}, where: "Status", columns: []viewColumn{
			{label: "Status"}, {label: "Name"}, {label: "DisplayName"},
		}},
		{types: []string{"System.Management.Automation.CommandInfo"}, where: "CommandType", columns: []viewColumn{
			{label: "CommandType"}, {label: "Name"}, {label: "Version"}, {label: "Source"},
		}},
		{types: []string{"System.Management.Automation.PSModuleInfo"}, where: "ModuleType", columns: []viewColumn{
			{label: "ModuleType"}, {label: "Version"}, {label: "Name"},
		}},
		{types: []string{"System.Management.Automation.PSDriveInfo"}, where: "Provider", columns: []viewColumn{
			{label: "Name"}, share("Used (GB)", "Used", 1<<30), share("Free (GB)", "Free", 1<<30),
			{label: "Provider", text: provider}, {label: "Root"},
		}},
		{types: []string{"System.Collections.DictionaryEntry"}, where: "Name", columns: []viewColumn{
			{label: "Name"}, {label: "Value"},
		}},
		{types: []string{"System.Diagnostics.Eventing.Reader.EventLogRecord"}, where: "ProviderName", columns: []viewColumn{
			{label: "TimeCreated"}, {label: "Id", right: true}, {label: "LevelDisplayName"}, {label: "Message"},
		}, group: func(o *clixml.Object) string { return "ProviderName: " + propertyText(o, "ProviderName") }},
		{types: []string{"Microsoft.PowerShell.Commands.GroupInfo"}, where: "Count", columns: []viewColumn{
			{label: "Count", right: true}, {label: "Name"}, {label: "Group"},
		}},
		{types: []string{"Microsoft.PowerShell.Commands.HistoryInfo"}, where: "CommandLine", columns: []viewColumn{
			{label: "Id", right: true}, {label: "CommandLine"},
		}},
		{types: []string{"System.Management.Automation.PathInfo"}, where: "Path", columns: []viewColumn{{label: "Path"}}},
	}
}

// findView finds the view of an object; nil if there is none.
func findView(all []view, o *clixml.Object) *view {
	for i := range all {
		for _, name := range all[i].types {
			if _, ok := o.Property(all[i].where); ok && o.Is(name) {
				return &all[i]
			}
		}
	}
	return nil
}

// row is an object's row.
func (v *view) row(o *clixml.Object) []cell {
	row := make([]cell, len(v.columns))
	for i, c := range v.columns {
		var value clixml.Value
		if c.text != nil {
			value = c.text(o)
		} else {
			value, _ = o.Property(orElse(c.property, c.label))
		}
		row[i] = cell{name: c.label, value: value, right: c.right, width: c.width}
	}
	return row
}

func propertyText(o *clixml.Object, name string) string {
	v, _ := o.Property(name)
	if v == nil {
		return ""
	}
	return clixml.Text(v)
}

// directoryOf is where a file is, without the provider before it.
func directoryOf(o *clixml.Object) string {
	path := propertyText(o, "PSParentPath")
	if _, plain, ok := strings.Cut(path, "::"); ok {
		path = plain
	}
	return "Directory: " + path
}

// linked is a file's name and what it is a link to.
func linked(o *clixml.Object) clixml.Value {
	name := propertyText(o, "Name")
	if propertyText(o, "LinkType") == "SymbolicLink" {
		name += " -> " + orElse(propertyText(o, "LinkTarget"), propertyText(o, "Target"))
	}
	return clixml.String(name)
}

func provider(o *clixml.Object) clixml.Value {
	text := propertyText(o, "Provider")
	return clixml.String(text[strings.LastIndexByte(text, '\\')+1:])
}

// moment is a column of a time, to the minute. It is the same for everybody: the day
// before the month, or after it, is not to be guessed.
func moment(property string) viewColumn {
	return viewColumn{label: property, text: func(o *clixml.Object) clixml.Value {
		v, _ := o.Property(property)
		if d, ok := v.(clixml.DateTime); ok {
			return clixml.String(d.Time().Format("2006-01-02 15:04"))
		}
		return v
	}}
}

// share is a column of a number in a greater unit, with two decimals.
func share(label, property string, unit float64) viewColumn {
	return viewColumn{label: label, right: true, text: func(o *clixml.Object) clixml.Value {
		v, _ := o.Property(property)
		var n float64
		if v == nil {
			return nil
		}
		if _, err := fmt.Sscan(clixml.Text(v), &n); err != nil {
			return v
		}
		return clixml.String(fmt.Sprintf("%.2f", n/unit))
	}}
}
