package shellresource

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/beevik/etree"

	"github.com/winrmd/winrmd/shell"
	"github.com/winrmd/winrmd/wsman"
)

// dialectSelector is the one filter dialect (DSP0226).
const dialectSelector = "http://schemas.dmtf.org/wbem/wsman/1/wsman/SelectorFilter"

// enumerateRequest is the body of an Enumerate (DSP0226 section 8).
type enumerateRequest struct {
	optimize bool
	max      int // items in one answer
	mode     enumerationMode
	shellID  string // the filter; "" for none
	filtered bool
}

// enumerationMode is what an item holds.
type enumerationMode int

const (
	enumerateObjects enumerationMode = iota
	enumerateEPRs
	enumerateBoth
)

// enumerateShells lists the shells that the client may see, its own or for an
// administrator all (MS-WSMV 3.1.4.8).
func (res *Resource) enumerateShells(_ context.Context, r *wsman.Request) (*wsman.Response, error) {
	request, err := readEnumerate(r)
	if err != nil {
		return nil, err
	}
	var items []*etree.Element
	for _, info := range res.shells.List(client(r)) {
		if request.filtered && !strings.EqualFold(info.ShellID, request.shellID) {
			continue
		}
		items = append(items, shellItem(r, info, request.mode))
	}
	return res.enumerations.begin(r, request, items)
}

func shellItem(r *wsman.Request, info shell.Info, mode enumerationMode) *etree.Element {
	if mode == enumerateObjects {
		return shellElement(info, reportOf(r))
	}
	epr := etree.NewElement("a:EndpointReference")
	reference(epr, r, info)
	if mode == enumerateEPRs {
		return epr
	}
	item := etree.NewElement("w:Item")
	item.AddChild(shellElement(info, reportOf(r)))
	item.AddChild(epr)
	return item
}

// enumerateCommands lists the commands of the shell that the filter names. A
// shell that is not there has none: clients skip a shell whose commands they
// cannot list.
func (res *Resource) enumerateCommands(_ context.Context, r *wsman.Request) (*wsman.Response, error) {
	request, err := readEnumerate(r)
	switch {
	case err != nil:
		return nil, err
	case !request.filtered:
		return nil, wsman.NewFault(wsman.CodeCommandFilterExpected, "")
	case request.mode != enumerateObjects:
		return nil, wsman.NewFault(wsman.CodeCommandEPRsNotSupported, "")
	}
	var items []*etree.Element
	if sh, err := res.shells.Shell(request.shellID); err == nil {
		commands, err := sh.Commands(client(r))
		if err != nil {
			return nil, err
		}
		for _, c := range commands {
			items = append(items, commandElement(c))
		}
	}
	return res.enumerations.begin(r, request, items)
}

func commandElement(c shell.CommandInfo) *etree.Element {
	e := etree.NewElement("rsp:Command")
	e.CreateElement("rsp:CommandId").SetText(c.ID)
	e.CreateElement("rsp:CommandLine").SetText(c.Line)
	e.CreateElement("rsp:CommandState").SetText(string(shell.CommandRunning))
	return e
}

// readEnumerate reads an Enumerate request.
func readEnumerate(r *wsman.Request) (*enumerateRequest, error) {
	e, err := r.BodyElement()
	if err != nil {
		return nil, err
	}
	if !wsman.IsElement(e, wsman.NamespaceEnumeration, "Enumerate") {
		return nil, wsman.NewFault(wsman.CodeSchemaValidation, "The body of the request must be an n:Enumerate element.")
	}
	request := &enumerateRequest{optimize: wsman.FindChild(e, wsman.NamespaceWSMan, "OptimizeEnumeration") != nil}
	if request.max, err = readMaxElements(e); err != nil {
		return nil, err
	}
	if request.mode, err = readEnumerationMode(e); err != nil {
		return nil, err
	}
	return request, readFilter(e, request)
}

// maxElements is MaxBatchItems.
const maxElements = 32000

// readMaxElements reads MaxElements, which has either namespace. Without it an
// optimised enumeration answers with one item (DSP0226 R8.2.3-2); Windows and
// we answer with all that fit.
func readMaxElements(e *etree.Element) (int, error) {
	m := wsman.FindChild(e, wsman.NamespaceWSMan, "MaxElements")
	if m == nil {
		m = wsman.FindChild(e, wsman.NamespaceEnumeration, "MaxElements")
	}
	if m == nil {
		return maxElements, nil
	}
	n, err := strconv.ParseUint(strings.TrimSpace(m.Text()), 10, 32)
	if err != nil || n == 0 {
		return 0, wsman.NewFault(wsman.CodeSchemaValidation, fmt.Sprintf("MaxElements must be a positive number, not %.32q.", m.Text()))
	}
	return min(int(n), maxElements), nil
}

func readEnumerationMode(e *etree.Element) (enumerationMode, error) {
	m := wsman.FindChild(e, wsman.NamespaceWSMan, "EnumerationMode")
	if m == nil {
		return enumerateObjects, nil
	}
	switch text := strings.TrimSpace(m.Text()); text {
	case "EnumerateEPR":
		return enumerateEPRs, nil
	case "EnumerateObjectAndEPR":
		return enumerateBoth, nil
	default:
		return 0, wsman.NewFault(wsman.CodeUnsupportedFeature, fmt.Sprintf("The EnumerationMode %.64q is not supported.", text))
	}
}

// readFilter reads the selector filter.
func readFilter(e *etree.Element, request *enumerateRequest) error {
	f := wsman.FindChild(e, wsman.NamespaceWSMan, "Filter")
	if f == nil {
		f = wsman.FindChild(e, wsman.NamespaceEnumeration, "Filter")
	}
	if f == nil {
		return nil
	}
	if dialect, _ := wsman.AttrValue(f, "Dialect"); dialect != dialectSelector {
		return wsman.NewFault(wsman.CodeFilterDialectUnavailable, fmt.Sprintf("The filter dialect %.128q is not supported; use %s.", dialect, dialectSelector))
	}
	set := wsman.FindChild(f, wsman.NamespaceWSMan, "SelectorSet")
	for _, s := range wsman.Children(set, wsman.NamespaceWSMan, "Selector") {
		if name, _ := wsman.AttrValue(s, "Name"); strings.EqualFold(name, "ShellId") {
			request.shellID, request.filtered = strings.TrimSpace(s.Text()), true
			return nil
		}
	}
	return wsman.NewFault(wsman.CodeCannotProcessFilter, "The filter must have the selector ShellId.")
}
