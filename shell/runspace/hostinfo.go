package runspace

import "github.com/winrmd/winrmd/psrp/clixml"

// hostInfo is what a client says of its host (HostInfo, 2.2.3.14).
type hostInfo struct {
	present, ui, rawUI bool
	fromPool           bool // the pipeline's host is that of the pool
	width              int  // of the window, in characters; 0: not known
}

// windowSize is the key of it in the host's data.
const windowSize = 6

func readHostInfo(message *clixml.Object) hostInfo {
	o, ok := member(message, "HostInfo").(*clixml.Object)
	if !ok {
		return hostInfo{}
	}
	h := hostInfo{
		present: !boolean(o, "_isHostNull", true), ui: !boolean(o, "_isHostUINull", true),
		rawUI: !boolean(o, "_isHostRawUINull", true), fromPool: boolean(o, "_useRunspaceHost", false),
	}
	data, _ := member(o, "_hostDefaultData").(*clixml.Object)
	table, _ := clixml.Base(member(data, "data")).(clixml.Dictionary)
	for _, e := range table {
		if n, ok := clixml.Base(e.Key).(clixml.Int32); ok && n == windowSize {
			entry, _ := e.Value.(*clixml.Object)
			size, _ := member(entry, "V").(*clixml.Object)
			h.width = number(member(size, "width"))
		}
	}
	return h
}
